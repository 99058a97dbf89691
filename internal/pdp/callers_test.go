package pdp_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
	"github.com/qlik2rego/qlik2rego/internal/test/tokens"
)

const (
	portalToken  = "portal-secret-token-1"
	gatewayToken = "gateway-secret-token-2"
	searchToken  = "search-only-secret-tok"
)

func list(t testing.TB) string {
	t.Helper()
	sum := sha256.Sum256([]byte(gatewayToken))
	name := filepath.Join(t.TempDir(), "callers.txt")
	text := "# who may ask\n\nportal  evaluate,search  token  " + portalToken + "\n" +
		"gateway evaluate sha256 " + hex.EncodeToString(sum[:]) + "\n" +
		"indexer search token " + searchToken + "\n" +
		"hub evaluate cert hub.example.com\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func parseList(text []byte) (callers.Authenticator, error) { return callers.ParseList(text) }

func TestTokens(t *testing.T) {
	cfg := certificationConfig(t)
	file, err := callers.Open(list(t), parseList)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Callers, cfg.AccessLog = file, true
	cfg.PublicURL = "https://pdp.example.com"
	p := start(t, cfg)
	const find = `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"record-1"}}`
	tests := []struct {
		name, header     string
		evaluate, search int
	}{
		{"nobody", "", 401, 401},
		{"portal", "Bearer " + portalToken, 200, 200},
		{"the scheme ignores case", "bearer " + portalToken, 200, 200},
		{"gateway", "Bearer " + gatewayToken, 200, 403},
		{"indexer", "Bearer " + searchToken, 403, 200},
		{"another token", "Bearer " + portalToken + "x", 401, 401},
		{"a part of a token", "Bearer " + portalToken[:20], 401, 401},
		{"another case", "Bearer " + strings.ToUpper(portalToken), 401, 401},
		{"a digest is no token", "Bearer " + hex.EncodeToString(sha256.New().Sum(nil)), 401, 401},
		{"no token", "Bearer ", 401, 401},
		{"another scheme", "Basic " + portalToken, 401, 401},
		{"no scheme", portalToken, 401, 401},
		{"a very long one", "Bearer " + strings.Repeat("x", 20_000), 401, 401},
	}
	for _, tt := range tests {
		headers := []string{"X-Request-ID: 5"}
		if tt.header != "" {
			headers = append(headers, "Authorization: "+tt.header)
		}
		for path, want := range map[string]int{evaluation: tt.evaluate, evaluations: tt.evaluate, searchAction: tt.search} {
			body := good
			if path == searchAction {
				body = find
			}
			a := p.post(path, body, headers...)
			if a.status != want || a.header.Get("X-Request-ID") != "5" {
				t.Errorf("%s %s: %d %s, want %d", tt.name, path, a.status, a.body, want)
			}
			if got := a.header.Get("WWW-Authenticate"); (got == "Bearer") != (want == 401) {
				t.Errorf("%s %s: WWW-Authenticate %q", tt.name, path, got)
			}
		}
	}
	if a := p.post(evaluation, good, "Authorization: Bearer "+portalToken, "Authorization: Bearer "+portalToken); a.status != 401 {
		t.Errorf("two headers: %d", a.status)
	}
	// An unknown caller learns nothing about the validity of a body either.
	if a := p.send("POST", evaluation, "x"); a.status != 401 {
		t.Errorf("a bad request of nobody: %d", a.status)
	}
	for path, want := range map[string]int{"/health": 200, "/health/ready": 200, metadataPath: 200} {
		if a := p.send("GET", path, ""); a.status != want {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	p.logs("caller=gateway")
	for _, secret := range []string{portalToken, gatewayToken, searchToken} {
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

func TestCallersAreReplaced(t *testing.T) {
	cfg := certificationConfig(t)
	name := list(t)
	file, err := callers.Open(name, parseList)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reported := make(chan error, 10)
	go file.Watch(ctx, 5*time.Millisecond, func(_ string, err error) { reported <- err })
	cfg.Callers = file
	p := start(t, cfg)
	ask := func() int { return p.post(evaluation, good, "Authorization: Bearer "+portalToken).status }
	if got := ask(); got != 200 {
		t.Fatalf("before: %d", got)
	}
	replace(t, name, []byte("broken"))
	if err := <-reported; err == nil || strings.Contains(err.Error(), "broken") {
		t.Errorf("a broken file: %v", err)
	}
	if got := ask(); got != 200 {
		t.Errorf("with a broken file: %d", got)
	}
	replace(t, name, []byte("other evaluate token some-other-long-token"))
	if err := <-reported; err != nil {
		t.Errorf("a new file: %v", err)
	}
	if got := ask(); got != 401 {
		t.Errorf("a token that is gone: %d", got)
	}
}

func TestJSONWebTokens(t *testing.T) {
	private, public := tokens.Key(t, "key-1")
	other, _ := tokens.Key(t, "key-1")
	elsewhere, _ := tokens.Key(t, "key-2")
	known, err := callers.NewJWT(tokens.Set(t, public), "https://issuer.example", "pdp")
	if err != nil {
		t.Fatal(err)
	}
	cfg := certificationConfig(t)
	cfg.Callers, cfg.AccessLog = callers.Any{known}, true
	p := start(t, cfg)
	now := time.Now()
	claims := func(change func(b *jwt.Builder)) jwt.Token {
		b := jwt.NewBuilder().Issuer("https://issuer.example").Audience([]string{"pdp"}).Subject("portal").
			IssuedAt(now).Expiration(now.Add(time.Minute)).Claim("scope", "openid evaluate")
		change(b)
		token, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	sign := func(key jwk.Key, alg jwa.SignatureAlgorithm, change func(b *jwt.Builder)) string {
		signed, err := jwt.Sign(claims(change), jwt.WithKey(alg, key))
		if err != nil {
			t.Fatal(err)
		}
		return string(signed)
	}
	plain := func(*jwt.Builder) {}
	unsigned, err := jwt.Sign(claims(plain), jwt.WithInsecureNoSignature())
	if err != nil {
		t.Fatal(err)
	}
	// The public key used as the secret of a symmetric algorithm.
	publicText, _ := json.Marshal(public)
	secret, err := jwk.Import(publicText)
	if err != nil {
		t.Fatal(err)
	}
	_ = secret.Set(jwk.KeyIDKey, "key-1")
	genuine := sign(private, jwa.ES256(), plain)
	parts := strings.Split(genuine, ".")
	tests := []struct {
		name, token string
		evaluate    int
		search      int
	}{
		{"evaluate", genuine, 200, 403},
		{"both", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Claim("scope", "search evaluate") }), 200, 200},
		{"no scope", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Claim("scope", "") }), 403, 403},
		{"a scope that is no text", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Claim("scope", 7) }), 401, 401},
		{"expired", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Expiration(now.Add(-time.Minute)) }), 401, 401},
		{"just expired", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Expiration(now.Add(-time.Second)) }), 200, 403},
		{"without an end", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Expiration(time.Time{}) }), 401, 401},
		{"not yet valid", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.NotBefore(now.Add(time.Hour)) }), 401, 401},
		{"another issuer", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Issuer("https://evil.example") }), 401, 401},
		{"another audience", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Audience([]string{"shop"}) }), 401, 401},
		{"nobody's", sign(private, jwa.ES256(), func(b *jwt.Builder) { b.Subject("") }), 401, 401},
		{"another key of that id", sign(other, jwa.ES256(), plain), 401, 401},
		{"an unknown key", sign(elsewhere, jwa.ES256(), plain), 401, 401},
		{"unsigned", string(unsigned), 401, 401},
		{"the public key as a secret", sign(secret, jwa.HS256(), plain), 401, 401},
		{"another signature", parts[0] + "." + parts[1] + "." + parts[0], 401, 401},
		{"no signature", parts[0] + "." + parts[1] + ".", 401, 401},
		{"rubbish", "a.b.c", 401, 401},
	}
	for _, tt := range tests {
		for path, want := range map[string]int{evaluation: tt.evaluate, searchAction: tt.search} {
			a := p.post(path, good, "Authorization: Bearer "+tt.token)
			if a.status != want {
				t.Errorf("%s %s: %d %s, want %d", tt.name, path, a.status, a.body, want)
			}
		}
	}
	if strings.Contains(p.log.String(), parts[2]) {
		t.Error("the log holds a token")
	}
}

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  string
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	a := &authority{cert: cert, key: key, pem: filepath.Join(t.TempDir(), "ca.pem")}
	writePEM(t, a.pem, "CERTIFICATE", der)
	return a
}

func writePEM(t testing.TB, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (a *authority) issue(t testing.TB, template *x509.Certificate) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(2)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, private.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, cert, "CERTIFICATE", der)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, key, "PRIVATE KEY", secret)
	return cert, key
}

func TestMutualTLS(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	cert, key := ca.issue(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	config, err := listen.TLS{Cert: cert, Key: key, ClientCA: ca.pem}.Config()
	if err != nil {
		t.Fatal(err)
	}
	uri, _ := url.Parse("spiffe://example.com/other")
	impostor, _ := url.Parse("hub.example.com") // a URI that looks like a name
	clients := map[string]*tls.Certificate{"nobody": nil}
	for name, template := range map[string]*x509.Certificate{
		"hub":             {DNSNames: []string{"hub.example.com"}},
		"other":           {DNSNames: []string{"other.example.com"}, URIs: []*url.URL{uri}},
		"a URI as a name": {URIs: []*url.URL{impostor}},
		"common name":     {Subject: pkix.Name{CommonName: "hub.example.com"}},
		"both, other DNS": {Subject: pkix.Name{CommonName: "hub.example.com"}, DNSNames: []string{"other.example.com"}},
	} {
		cert, key := ca.issue(t, template)
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		clients[name] = &pair
	}
	cert, key = stranger.issue(t, &x509.Certificate{DNSNames: []string{"hub.example.com"}})
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	clients["stranger"] = &pair

	file, err := callers.Open(list(t), parseList)
	if err != nil {
		t.Fatal(err)
	}
	cfg := certificationConfig(t)
	cfg.TLS = config
	for name, want := range map[string]map[string]int{
		"listed": {"hub": 200, "common name": 200, "both, other DNS": 401, "other": 401, "a URI as a name": 401},
		"any":    {"hub": 200, "common name": 200, "both, other DNS": 200, "other": 200, "a URI as a name": 200},
	} {
		cfg.Callers = file
		if name == "any" {
			cfg.Callers = callers.AnyCertificate{}
		}
		p := start(t, cfg)
		p.url = strings.Replace(p.url, "http:", "https:", 1)
		pool := x509.NewCertPool()
		pool.AddCert(ca.cert)
		for client, certificate := range clients {
			settings := &tls.Config{RootCAs: pool}
			if certificate != nil {
				settings.Certificates = []tls.Certificate{*certificate}
			}
			transport := &http.Transport{TLSClientConfig: settings, ForceAttemptHTTP2: true}
			p.client = &http.Client{Transport: transport}
			if want[client] == 0 {
				r, _ := http.NewRequest("POST", p.url+evaluation, strings.NewReader(good))
				if response, err := p.client.Do(r); err == nil {
					t.Errorf("%s, %s: %d, want no connection", name, client, response.StatusCode)
					response.Body.Close()
				}
			} else if a := p.post(evaluation, good); a.status != want[client] {
				t.Errorf("%s, %s: %d %s, want %d", name, client, a.status, a.body, want[client])
			} else if a := p.post(evaluation, good, "Authorization: Bearer "+portalToken); a.status != 200 {
				t.Errorf("%s, %s with a token: %d", name, client, a.status)
			}
			transport.CloseIdleConnections()
		}
	}
}

// TestCertificateIsReplaced serves a new certificate without a restart.
func TestCertificateIsReplaced(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.issue(t, &x509.Certificate{DNSNames: []string{"first.example.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	config, err := listen.TLS{Cert: cert, Key: key}.Config()
	if err != nil {
		t.Fatal(err)
	}
	cfg := certificationConfig(t)
	cfg.TLS = config
	p := start(t, cfg)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	name := func() string {
		c, err := tls.Dial("tcp", strings.TrimPrefix(p.url, "http://"), &tls.Config{RootCAs: pool})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].DNSNames[0]
	}
	if got := name(); got != "first.example.com" {
		t.Fatalf("%s", got)
	}
	newCert, newKey := ca.issue(t, &x509.Certificate{DNSNames: []string{"second.example.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	for from, to := range map[string]string{newKey: key, newCert: cert} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the new certificate is served", func() bool { return name() == "second.example.com" })
}

// TestAuthoritiesAreReplaced accepts the clients of new authorities without a restart, and rejects those
// of removed ones, even in a session that began before.
func TestAuthoritiesAreReplaced(t *testing.T) {
	first, second := newAuthority(t), newAuthority(t)
	cert, key := first.issue(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	authorities := filepath.Join(t.TempDir(), "clients.pem")
	write(t, authorities, read(t, first.pem))
	var reports lockedBuffer
	config, err := listen.TLS{Cert: cert, Key: key, ClientCA: authorities, Report: func(path string, err error) {
		_, _ = fmt.Fprintf(&reports, "%s: %v\n", filepath.Base(path), err)
	}}.Config()
	if err != nil {
		t.Fatal(err)
	}
	cfg := certificationConfig(t)
	cfg.TLS, cfg.Callers = config, callers.AnyCertificate{}
	p := start(t, cfg)
	p.url = strings.Replace(p.url, "http:", "https:", 1)
	pool := x509.NewCertPool()
	pool.AddCert(first.cert)
	clients := map[*authority]func() int{}
	for _, a := range []*authority{first, second} {
		cert, key := a.issue(t, &x509.Certificate{DNSNames: []string{"hub.example.com"}})
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
			RootCAs: pool, Certificates: []tls.Certificate{pair}, ClientSessionCache: tls.NewLRUClientSessionCache(10),
		}}}
		clients[a] = func() int {
			response, err := client.Post(p.url+evaluation, "application/json", strings.NewReader(good))
			if err != nil {
				return 0
			}
			defer response.Body.Close()
			return response.StatusCode
		}
	}
	holds := func(ofFirst, ofSecond int) func() bool {
		return func() bool { return clients[first]() == ofFirst && clients[second]() == ofSecond }
	}
	if !holds(200, 0)() {
		t.Fatal("the authorities do not count to begin with")
	}
	replace(t, authorities, append(read(t, first.pem), read(t, second.pem)...))
	eventually(t, "both count", holds(200, 200))
	replace(t, authorities, []byte("rubbish"))
	eventually(t, "rubbish is reported", func() bool {
		return holds(200, 200)() && strings.Contains(reports.String(), "holds no certificate in PEM")
	})
	replace(t, authorities, read(t, second.pem))
	eventually(t, "the second alone counts", holds(0, 200))
}

func TestTLSRefuses(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.issue(t, &x509.Certificate{DNSNames: []string{"x"}})
	_, otherKey := ca.issue(t, &x509.Certificate{DNSNames: []string{"x"}})
	for name, files := range map[string]listen.TLS{
		"no key": {Cert: cert}, "no certificate": {Key: key}, "a CA alone": {ClientCA: ca.pem}, "another key": {Cert: cert, Key: otherKey},
		"no file": {Cert: "x", Key: "y"}, "no CA": {Cert: cert, Key: key, ClientCA: "z"}, "a CA without certificates": {Cert: cert, Key: key, ClientCA: key},
	} {
		if _, err := files.Config(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if c, err := (listen.TLS{}).Config(); c != nil || err != nil {
		t.Errorf("no TLS: %v %v", c, err)
	}
}
