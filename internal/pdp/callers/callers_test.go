package callers_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
)

// TestParseListRefuses checks that errors name the line and do not contain credentials.
func TestParseListRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"portal evaluate token":                                              "line 1: 3 columns, not 4: name, permissions, kind of credential, credential",
		"\n# x\nportal all token 0123456789abcdef":                           `line 3: the permission "all" is neither evaluate nor search`,
		"portal evaluate token short":                                        "line 1: the token of portal has less than 16 characters",
		"portal evaluate sha256 abc":                                         "line 1: the digest of portal is no SHA-256 in hexadecimal",
		"portal evaluate basic abc":                                          `line 1: the credential of portal is "basic", not token, sha256 or cert`,
		"a evaluate token 0123456789abcdef\nb search token 0123456789abcdef": "line 2: the token of b is that of a",
		"a evaluate cert x\nb search cert x":                                 "line 2: the certificate name of b is there twice",
	} {
		if _, err := callers.ParseList([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestParseIssuers checks that each line defines an issuer.
func TestParseIssuers(t *testing.T) {
	got, err := callers.ParseIssuers([]byte("# who\n\nhttps://a.example pdp https://a.example/keys\nhttps://b.example pdp /etc/b.jwks\n"))
	if err != nil || len(got) != 2 || !got[0].Remote() || got[1].Remote() || got[1].Audience != "pdp" {
		t.Errorf("%+v %v", got, err)
	}
	for _, text := range []string{"", "a b\n", "a b c\na b c\n", "a b c d\n"} {
		if _, err := callers.ParseIssuers([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestPermissions checks the names of permissions in files and scopes.
func TestPermissions(t *testing.T) {
	for p, want := range map[callers.Permissions]string{0: "", callers.Evaluate: "evaluate", callers.Search: "search", callers.All: "evaluate,search"} {
		if got := p.String(); got != want {
			t.Errorf("%d: %q, want %q", p, got, want)
		}
	}
}

func bearing(headers ...string) *http.Request {
	r := &http.Request{Header: http.Header{}}
	for _, h := range headers {
		r.Header.Add("Authorization", h)
	}
	return r
}

// TestList checks that a caller is identified by exactly one token in a request.
func TestList(t *testing.T) {
	list, err := callers.ParseList([]byte("portal evaluate token 0123456789abcdef\nportal search token fedcba9876543210\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		headers []string
		want    callers.Permissions
	}{
		"the first line":  {[]string{"Bearer 0123456789abcdef"}, callers.Evaluate},
		"the second":      {[]string{"bearer fedcba9876543210"}, callers.Search},
		"no header":       {nil, 0},
		"two headers":     {[]string{"Bearer 0123456789abcdef", "Bearer 0123456789abcdef"}, 0},
		"another scheme":  {[]string{"Basic 0123456789abcdef"}, 0},
		"a shorter token": {[]string{"Bearer 0123456789abcde"}, 0},
		"a longer token":  {[]string{"Bearer 0123456789abcdef0"}, 0},
		"an empty token":  {[]string{"Bearer "}, 0},
		"beyond a limit":  {[]string{"Bearer " + strings.Repeat("0", 17<<10)}, 0},
	} {
		caller, err := callers.Any{list}.Authenticate(bearing(c.headers...))
		if (err == nil) != (c.want != 0) || caller.May != c.want || c.want != 0 && caller.Name != "portal" {
			t.Errorf("%s: %+v %v", name, caller, err)
		}
	}
}

// TestOpen checks that a file that cannot be read gives no authenticator.
func TestOpen(t *testing.T) {
	parse := func(text []byte) (callers.Authenticator, error) { return callers.ParseList(text) }
	name := filepath.Join(t.TempDir(), "callers")
	if _, err := callers.Open(name, parse); err == nil {
		t.Error("a file that is not there is opened")
	}
	if err := os.WriteFile(name, []byte("portal evaluate token 0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := callers.Open(name, parse)
	if err != nil || f.File() != name {
		t.Fatal(err)
	}
	if read, err := f.State(); read.IsZero() || err != nil {
		t.Errorf("read at %s, %v", read, err)
	}
	if c, err := f.Authenticate(bearing("Bearer 0123456789abcdef")); err != nil || c.Name != "portal" {
		t.Errorf("%+v %v", c, err)
	}
}
