package callers_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/test/tokens"
)

func tokenOf(t testing.TB, key jwk.Key, issuer, subject string, headers map[string]any, more map[string]any) string {
	t.Helper()
	b := jwt.NewBuilder().Issuer(issuer).Audience([]string{"pdp"}).Subject(subject).Expiration(time.Now().Add(time.Minute)).Claim("scope", "evaluate search")
	for name, value := range more {
		b.Claim(name, value)
	}
	token, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	h := jws.NewHeaders()
	for name, value := range headers {
		if err := h.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.ES256(), key, jws.WithProtectedHeaders(h)))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// TestHostileTokens rejects tokens that the issuer has signed but whose content is not valid.
func TestHostileTokens(t *testing.T) {
	private, public := tokens.Key(t, "key-1")
	known, err := callers.NewJWT(tokens.Set(t, public), "https://issuer.example", "pdp")
	if err != nil {
		t.Fatal(err)
	}
	genuine := tokenOf(t, private, "https://issuer.example", "portal", nil, nil)
	parts := strings.Split(genuine, ".")
	header := func(text string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(text)) + "." + parts[1] + "." + parts[2]
	}
	with := func(headers, claims map[string]any) string {
		return tokenOf(t, private, "https://issuer.example", "portal", headers, claims)
	}
	for name, c := range map[string]struct {
		token string
		ok    bool
	}{
		"genuine":            {genuine, true},
		"an access token":    {with(map[string]any{"typ": "at+jwt"}, nil), true},
		"typ in full":        {with(map[string]any{"typ": "application/AT+JWT"}, nil), true},
		"a logout token":     {with(map[string]any{"typ": "logout+jwt"}, nil), false},
		"a proof":            {with(map[string]any{"typ": "dpop+jwt"}, nil), false},
		"bound to a key":     {with(nil, map[string]any{"cnf": map[string]any{"jkt": "x"}}), false},
		"critical":           {with(map[string]any{"x": 1, "crit": []string{"x"}}, nil), false},
		"padding":            {genuine + "=", false},
		"a fourth part":      {genuine + ".", false},
		"no algorithm":       {header(`{"kid":"key-1"}`), false},
		"the algorithm none": {header(`{"alg":"none","kid":"key-1"}`), false},
		"another algorithm":  {header(`{"alg":"RS256","kid":"key-1"}`), false},
		"no key":             {header(`{"alg":"ES256"}`), false},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Authorization", "Bearer "+c.token)
		if who, err := known.Authenticate(r); (err == nil) != c.ok || c.ok && who.Name != "jwt https://issuer.example portal" {
			t.Errorf("%s: %+v %v", name, who, err)
		}
	}
	long := tokenOf(t, private, "https://issuer.example", strings.Repeat("x\n", 3000), nil, nil)
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Authorization", "Bearer "+long)
	if who, err := known.Authenticate(r); err != nil || len(who.Name) > 300 || strings.Contains(who.Name, "\n") {
		t.Errorf("a long name: %d bytes, %v", len(who.Name), err)
	}
}

// TestIssuersAreApart checks that the keys of one issuer do not verify tokens of another one.
func TestIssuersAreApart(t *testing.T) {
	const login, ci = "https://login.example", "https://ci.example"
	private, known := map[string]jwk.Key{}, callers.Any{}
	for _, issuer := range []string{login, ci} {
		key, public := tokens.Key(t, "key of "+issuer)
		one, err := callers.NewJWT(tokens.Set(t, public), issuer, "pdp")
		if err != nil {
			t.Fatal(err)
		}
		private[issuer], known = key, append(known, one)
	}
	for signer, key := range private {
		for _, issuer := range []string{login, ci} {
			r := httptest.NewRequest("POST", "/", nil)
			r.Header.Set("Authorization", "Bearer "+tokenOf(t, key, issuer, "portal", nil, nil))
			if who, err := known.Authenticate(r); (err == nil) != (signer == issuer) || err == nil && who.Name != "jwt "+issuer+" portal" {
				t.Errorf("signed by %s for %s: %+v %v", signer, issuer, who, err)
			}
		}
	}
}

// patience is the time limit for events that a test waits for.
const patience = 2 * time.Minute

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not in time: " + what)
		}
	}
}

// TestRemoteKeys follows an issuer that changes its keys, and one that is not reachable.
func TestRemoteKeys(t *testing.T) {
	first, firstPublic := tokens.Key(t, "key-1")
	second, secondPublic := tokens.Key(t, "key-2")
	_ = secondPublic.Remove(jwk.AlgorithmKey) // as some issuers publish them
	encryption, _ := json.Marshal(map[string]any{"kty": "RSA", "use": "enc", "kid": "e", "n": "AQAB", "e": "AQAB"})
	var set atomic.Value
	var broken atomic.Bool
	var fetched atomic.Int64
	publish := func(keys ...jwk.Key) {
		text := string(tokens.Set(t, keys...))
		set.Store(strings.Replace(text, `{"keys":[`, `{"keys":[`+string(encryption)+`,`, 1))
	}
	publish(firstPublic)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		if broken.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = w.Write([]byte(set.Load().(string)))
	}))
	defer server.Close()
	remote, err := callers.NewRemote(server.URL, "https://issuer.example", "pdp")
	if err != nil {
		t.Fatal(err)
	}
	remote.Every(time.Hour, time.Millisecond)
	go remote.Watch(t.Context(), func(string, error) {})
	eventually(t, "the keys are fetched", func() bool { _, err := remote.State(); return err == nil })
	ask := func(token string) error {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		_, err := remote.Authenticate(r)
		return err
	}
	if err := ask(tokenOf(t, first, "https://issuer.example", "portal", nil, nil)); err != nil {
		t.Error("the first key:", err)
	}
	publish(firstPublic, secondPublic)
	eventually(t, "a new key counts", func() bool { return ask(tokenOf(t, second, "https://issuer.example", "portal", nil, nil)) == nil })
	// Tokens of unknown issuers cause no fetch.
	stranger, _ := tokens.Key(t, "key-9")
	foreign := tokenOf(t, stranger, "https://other.example", "portal", nil, nil)
	eventually(t, "strangers cause no fetch", func() bool { // a fetch for the new key may still be in progress
		before := fetched.Load()
		if ask(foreign) == nil {
			t.Fatal("a stranger is known")
		}
		return fetched.Load() == before
	})
	broken.Store(true)
	eventually(t, "the failure is told", func() bool {
		if ask(tokenOf(t, stranger, "https://issuer.example", "portal", nil, nil)) == nil {
			t.Error("an unknown key is taken")
		}
		_, err := remote.State()
		return err != nil
	})
	if err := ask(tokenOf(t, first, "https://issuer.example", "portal", nil, nil)); err != nil {
		t.Error("the keys that were there do not count:", err)
	}
	for _, address := range []string{"http://example.com/keys", "ftp://example.com", "https://", "https://user@example.com/"} {
		if _, err := callers.NewRemote(address, "i", "a"); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
	if _, err := callers.NewRemote(server.URL, "i", ""); err == nil {
		t.Error("no audience is taken")
	}
	signed, err := callers.NewRemote(server.URL+"/keys?sig=SECRETQUERY", "i", "a")
	if err != nil || signed.File() != server.URL+"/keys" {
		t.Errorf("it is named %s, %v", signed.File(), err)
	}
}

// TestNewJWTRefuses rejects key sets that would allow others to sign.
func TestNewJWTRefuses(t *testing.T) {
	private, public := tokens.Key(t, "key-1")
	_, noID := tokens.Key(t, "")
	_, noAlg := tokens.Key(t, "key-2")
	_ = noAlg.Remove(jwk.AlgorithmKey)
	secret, err := jwk.Import([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	_ = secret.Set(jwk.KeyIDKey, "key-3")
	_ = secret.Set(jwk.AlgorithmKey, jwa.HS256())
	for name, set := range map[string][]byte{
		"private": tokens.Set(t, private), "no id": tokens.Set(t, noID), "no algorithm": tokens.Set(t, noAlg), "a secret": tokens.Set(t, secret),
		"empty": []byte(`{"keys":[]}`), "no set": []byte(`[]`),
	} {
		if _, err := callers.NewJWT(set, "i", "a"); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := callers.NewJWT(tokens.Set(t, public), "", "a"); err == nil {
		t.Error("no issuer was accepted")
	}
}
