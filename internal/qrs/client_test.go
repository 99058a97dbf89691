package qrs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
)

func TestWaysToConnect(t *testing.T) {
	s := startSite(t, fake.Options{Tokens: map[string]string{"a.b.c": `ACME\root`}, CountObject: true})
	t.Setenv("TEST_JWT", "a.b.c")
	if err := os.WriteFile(filepath.Join(s.dir, "token"), []byte("a.b.c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := "    url: " + s.proxy
	for name, text := range map[string]string{
		"certificate": s.certificate(),
		"header":      proxy + "/header\n    ca: root.pem\n    header: hdr-usr\n    user: INTERNAL\\sa_api\n",
		"JWT, file":   proxy + "/jwt\n    ca: root.pem\n    jwt_file: token\n",
		"JWT, env":    proxy + "/jwt/qrs/\n    ca: root.pem\n    jwt_env: TEST_JWT\n",
		"server name": s.certificate() + "    server_name: qlikserver1\n",
		"insecure":    strings.ReplaceAll(s.certificate(), "    ca: root.pem\n", "    insecure: true\n"),
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, s.site(t, text))
			about, err := c.About(t.Context())
			if err != nil || about.BuildVersion != "31.56.2.0" {
				t.Fatalf("about: %v, %v", about, err)
			}
			n, err := c.Count(t.Context(), "user", "")
			listed := 0
			if err == nil {
				err = c.List(t.Context(), "user", "", func([]byte) error { listed++; return nil })
			}
			if err != nil || n != listed {
				t.Errorf("%d users counted, %d listed, %v", n, listed, err)
			}
		})
	}
	if open := s.Sessions(); open != 0 {
		t.Errorf("%d sessions were left open", open)
	}
}

// A session that the site has forgotten is opened once more, with the token.
func TestForgottenSession(t *testing.T) {
	s := startSite(t, fake.Options{Tokens: map[string]string{"a.b.c": `INTERNAL\sa_api`}})
	t.Setenv("TEST_JWT", "a.b.c")
	c := connect(t, s.site(t, "    url: "+s.proxy+"/jwt\n    ca: root.pem\n    jwt_env: TEST_JWT\n"))
	for range 3 {
		if _, err := c.About(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Restart()
	}
	if s.Sessions() != 0 {
		t.Error("a session is open after a restart")
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	s := startSite(t, fake.Options{Tokens: map[string]string{"good": `INTERNAL\sa_api`}})
	other, err := fake.NewCertificates(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(s.dir, "foreign")
	if err := errors.Join(os.Mkdir(foreign, 0o700), other.Export(foreign)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TEST_JWT", "secret-and-wrong")
	proxy := "    url: " + s.proxy
	tests := []struct{ name, site, want string }{
		{"no CA", strings.ReplaceAll(s.certificate(), "    ca: root.pem\n", ""), "set ca: to the root.pem"},
		{"CA of another site", strings.ReplaceAll(s.certificate(), "ca: root.pem", "ca: foreign/root.pem"), "is not issued by the authority in ca: foreign/root.pem"},
		{"name of another host", s.certificate() + "    server_name: qlik.acme.com\n", "set server_name: qlikserver1"},
		{"certificate of another site", strings.NewReplacer("client", "foreign/client").Replace(s.certificate()), "client.pem and client_key.pem, exported from this site"},
		{"proxy's port with a certificate", strings.ReplaceAll(s.certificate(), s.repository, s.proxy), "url needs port 4242"},
		{"no prefix", proxy + "\n    ca: root.pem\n    header: hdr-usr\n    user: ACME\\root\n", "asks people to log in"},
		{"wrong header", proxy + "/header\n    ca: root.pem\n    header: hdr-other\n    user: ACME\\root\n", "the name of the header in header"},
		{"token", proxy + "/jwt\n    ca: root.pem\n    jwt_env: TEST_JWT\n", "check that it has not expired"},
		{"nobody there", "    url: https://127.0.0.1:1\n    cert: client.pem\n    key: client_key.pem\n", "Nobody listens"},
		{"repository's port with a header", "    url: " + s.repository + "\n    ca: root.pem\n    header: hdr-usr\n    user: ACME\\root\n", "asks for a client certificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := connect(t, s.site(t, tt.site)).About(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %q in it", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "xrfkey=")) {
				t.Errorf("a secret is in the error: %v", err)
			}
		})
	}
}

func TestGetIsRetriedAndNothingElse(t *testing.T) {
	for _, fault := range []fake.Fault{fake.ServerError, fake.CutBefore, fake.CutAfter} {
		s := startSite(t, fake.Options{})
		c := connect(t, s.site(t, s.certificate()))
		s.SetFaults(fake.Once(fault, 1, nil))
		if _, err := c.About(t.Context()); err != nil {
			t.Errorf("fault %d: GET: %v", fault, err)
		}
		before := len(s.Store.List("tag"))
		s.SetFaults(fake.Once(fault, 1, nil))
		_, err := c.Create(t.Context(), "tag", map[string]any{"name": "new"})
		if err == nil || s.Writes() > 1 {
			t.Errorf("fault %d: POST: %v, %d writes", fault, err, s.Writes())
		}
		made, want := len(s.Store.List("tag"))-before, 0
		if fault == fake.CutAfter {
			want = 1
		}
		if made != want || Unanswered(err) != (fault != fake.ServerError) {
			t.Errorf("fault %d: %d made, unanswered %v", fault, made, Unanswered(err))
		}
	}
}

func TestBrokenLists(t *testing.T) {
	s := startSite(t, fake.Options{NoGzip: true})
	c := connect(t, s.site(t, s.certificate()))
	list := func() error { return c.List(t.Context(), "user", "", func([]byte) error { return nil }) }
	for _, tt := range []struct {
		fault fake.Fault
		want  string
	}{
		{fake.CutBody, "the answer is incomplete"}, {fake.LoginPage, "an HTML page"}, {fake.ProxyError, "link it to the central proxy"},
	} {
		s.SetFaults(fake.Once(tt.fault, 1, nil))
		if err := list(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("fault %d: %v, want %q", tt.fault, err, tt.want)
		}
	}
	s.SetFaults(nil)
	if err := list(); err != nil {
		t.Error(err)
	}
	stop := errors.New("enough")
	if err := c.List(t.Context(), "user", "", func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the caller's error became %v", err)
	}
}

func TestTimeLimitAndCancellation(t *testing.T) {
	s := startSite(t, fake.Options{SlowBy: time.Hour})
	hasty := connect(t, s.site(t, s.certificate()+"    timeout: 10ms\n"))
	s.SetFaults(func(*http.Request) fake.Fault { return fake.Slow })
	if _, err := hasty.About(t.Context()); err == nil || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("a slow answer: %v", err)
	}
	c := connect(t, s.site(t, s.certificate()+"    timeout: 1h\n"))
	// The first call after a pause is slow, the second one is not: only the first one times out.
	s.SetFaults(nil)
	c.http.Transport = &slowFirst{RoundTripper: c.http.Transport}
	if _, err := c.About(t.Context()); err != nil {
		t.Errorf("a slow first answer: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.SetFaults(func(*http.Request) fake.Fault { cancel(); return fake.Slow })
	if _, err := c.About(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// slowFirst sets an expired time limit for the first call, and none for the others.
type slowFirst struct {
	http.RoundTripper
	first sync.Once
}

func (s *slowFirst) RoundTrip(r *http.Request) (*http.Response, error) {
	s.first.Do(func() {
		ctx, cancel := context.WithTimeout(r.Context(), 0)
		defer cancel()
		r = r.WithContext(ctx)
	})
	return s.RoundTripper.RoundTrip(r)
}

// The duration of an answer is not mistaken for a difference of clocks.
func TestSkew(t *testing.T) {
	date := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ sent, received, want time.Duration }{
		{0, 0, 0},
		{900 * time.Millisecond, 950 * time.Millisecond, 0},
		{-time.Minute, time.Minute, 0},
		{-time.Minute, -10 * time.Second, 10 * time.Second},
		{11 * time.Second, time.Minute, -10 * time.Second},
	} {
		if got := skew(date, date.Add(tt.sent), date.Add(tt.received)); got != tt.want {
			t.Errorf("asked at %s, answered at %s: %s, want %s", tt.sent, tt.received, got, tt.want)
		}
	}
}

func TestConflictsAndRights(t *testing.T) {
	s := startSite(t, fake.Options{})
	c := connect(t, s.site(t, s.certificate()))
	id := s.Store.List("systemrule")[0]["id"].(string)
	rule, err := c.Fetch(t.Context(), "systemrule", id)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Store.Edit("systemrule", id, `ACME\anna`, map[string]any{"comment": "mine"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Update(t.Context(), "systemrule", id, rule); !IsConflict(err) {
		t.Errorf("an old modifiedDate: %v", err)
	}
	if rule, err = c.Fetch(t.Context(), "systemrule", id); err != nil || rule["modifiedByUserName"] != `ACME\anna` {
		t.Fatalf("%v by %v", err, rule["modifiedByUserName"])
	}
	rule["comment"] = "ours"
	updated, err := c.Update(t.Context(), "systemrule", id, rule)
	if err != nil || updated["comment"] != "ours" || updated["modifiedDate"] == rule["modifiedDate"] {
		t.Errorf("updated to %v, %v", updated, err)
	}
	nobody := connect(t, s.site(t, s.certificate()+"    user: ACME\\nobody\n"))
	if _, err := nobody.Fetch(t.Context(), "systemrule", id); !IsForbidden(err) || !strings.Contains(err.Error(), "site check") {
		t.Errorf("a user without rights: %v", err)
	}
	if err := c.Delete(t.Context(), "systemrule", id); err != nil {
		t.Error(err)
	}
	if _, err := c.Fetch(t.Context(), "systemrule", id); !IsNotFound(err) {
		t.Errorf("a deleted rule: %v", err)
	}
}

func TestFilters(t *testing.T) {
	s := startSite(t, fake.Options{})
	c := connect(t, s.site(t, s.certificate()))
	for i, name := range []string{`Q1'25`, `a&b+c d`, `back\slash`, `Q1 (old)`} {
		if _, err := c.Create(t.Context(), "tag", map[string]any{"name": name}); err != nil {
			t.Fatal(err)
		}
		for _, filter := range []string{"name eq " + Quote(name), "(name sw " + Quote(strings.ToUpper(name[:3])) + ") and name ew " + Quote(name[3:])} {
			if n, err := c.Count(t.Context(), "tag", filter); n != 1 || err != nil {
				t.Errorf("%d: %s selects %d, %v", i, filter, n, err)
			}
		}
	}
	for filter, want := range map[string]string{"name eq 'a''b'": "Cannot parse", "()": "Invalid expression", "name is 'x'": "Cannot parse"} {
		if _, err := c.Count(t.Context(), "tag", filter); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", filter, err, want)
		}
	}
	for filter, want := range map[string]int{"name eq 'Q1 (old)' or name so '&'": 2, "modifiedDate ge '2025-01-01T00:00:00.000Z'": 4, "modifiedDate lt '2025-01-01T00:00:00.000Z'": 0} {
		if n, err := c.Count(t.Context(), "tag", filter); n != want || err != nil {
			t.Errorf("%s selects %d, want %d, %v", filter, n, want, err)
		}
	}
}

func TestTablesPage(t *testing.T) {
	s := startSite(t, fake.Options{})
	const n = tablePage + 7
	s.Store.Synthesize("stream", &fake.Synthetic{Count: n, Make: func(b []byte, i int) []byte {
		return fmt.Appendf(b, `{"id":"00000000-0000-4000-8000-%012d","name":"s%d"}`, i, i)
	}})
	c := connect(t, s.site(t, s.certificate()))
	seen := map[string]bool{}
	if err := c.IDs(t.Context(), "stream", "Stream", func(id string) error { seen[id] = true; return nil }); err != nil || len(seen) != n {
		t.Errorf("%d ids of %d, %v", len(seen), n, err)
	}
}

func TestSitesFile(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "names no site"},
		{"sites:\n  a:\n", "the site a has no url"},
		{"sites:\n  a: {url: 'http://x', header: h}\n", "begins with https://"},
		{"sites:\n  a: {url: 'https://u:p@x', header: h}\n", "secrets come from files"},
		{"sites:\n  a: {url: 'https://x'}\n", "no way to connect"},
		{"sites:\n  a: {url: 'https://x', cert: c}\n", "belong together"},
		{"sites:\n  a: {url: 'https://x', cert: c, key: k, header: h}\n", "exclude each other"},
		{"sites:\n  a: {url: 'https://x', header: h}\n", "user is missing"},
		{"sites:\n  a: {url: 'https://x', cert: c, key: k, user: anna}\n", `user is DIRECTORY\id`},
		{"sites:\n  a: {url: 'https://x', cert: c, key: k, context: Hub}\n", "context is ManagementAccess or AppAccess"},
		{"sites:\n  a: {url: 'https://x', password: p}\n", `line 2: unknown key "password"; a site has the keys url, cert`},
		{"site:\n  a: {url: 'https://x'}\n", `line 1: unknown key "site"; the only key of the file is sites`},
		{"sites: [a]\n", "line 1: a list is not a mapping of names to values"},
		{"sites:\n  a: {url: 'https://x', protect: root}\n", "line 2: root is not a list"},
		{"sites:\n  a: {url: 'https://x', timeout: soon}\n", "line 2: soon is not a duration, such as 60s"},
		{"sites:\n  a: {urll: x}\n", `line 2: unknown key "urll"; did you mean url?`},
	}
	for _, tt := range tests {
		file := filepath.Join(t.TempDir(), "sites.yaml")
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSites(file); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
	sites := map[string]*Site{"prod": {Name: "prod"}, "test": {Name: "test"}}
	for name, want := range map[string]string{"": "choose one with --site (prod, test)", "prd": "did you mean prod?", "zzzzzzz": "there are: prod, test"} {
		if _, err := Pick(sites, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestMatrixOfTheSite(t *testing.T) {
	s := startSite(t, fake.Options{})
	c := connect(t, s.site(t, s.certificate()))
	user, app := s.Store.List("user")[0]["id"].(string), s.Store.List("app")[0]["id"].(string)
	if _, err := c.Create(t.Context(), "systemrule", map[string]any{
		"name": "all", "rule": "true", "resourceFilter": "App_*", "actions": 6, "category": "Security", "type": "Custom", "ruleContext": 1,
	}); err != nil {
		t.Fatal(err)
	}
	for context, want := range map[string]uint32{AppAccess: 6, ManagementAccess: 0, "": 0} {
		cells, err := c.Matrix(t.Context(), MatrixQuery{Type: "App", Users: []string{user}, Resources: []string{app}, Actions: 7, Context: context})
		var got uint32
		if len(cells) == 1 {
			got = cells[0].Access
		}
		if err != nil || got != want {
			t.Errorf("context %q: %v, %v, want %d", context, cells, err, want)
		}
	}
}
