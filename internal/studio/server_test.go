package studio_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/studio"
)

// TestOnlyThePageIsAnswered sends requests as other pages, host names and programs could send them.
func TestOnlyThePageIsAnswered(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case"))
	own := "http://" + r.address.Host
	cookie := func(q *http.Request) {
		q.AddCookie(&http.Cookie{Name: "qlik2rego_studio_" + r.address.Port(), Value: r.address.Query().Get("token")})
	}
	header := func(name, value string) func(*http.Request) {
		return func(q *http.Request) { q.Header.Set(name, value) }
	}
	for _, c := range []struct {
		what, method, path string
		change             []func(*http.Request)
		status             int
	}{
		{"no token", "GET", "/", nil, http.StatusForbidden},
		{"no token for data", "GET", "/api/state", nil, http.StatusForbidden},
		{"no token for an unknown path", "GET", "/nothing", nil, http.StatusForbidden},
		{"a wrong token", "GET", "/?token=wrong", nil, http.StatusForbidden},
		{"an asset", "GET", "/assets/studio.js", nil, http.StatusOK},
		{"an asset that is not there", "GET", "/assets/..%2fguard.go", nil, http.StatusNotFound},
		{"the cookie", "GET", "/api/state", []func(*http.Request){cookie}, http.StatusOK},
		{"a name that leads here", "GET", "/api/state", []func(*http.Request){cookie, func(q *http.Request) { q.Host = "evil.example:" + r.address.Port() }}, http.StatusMisdirectedRequest},
		{"localhost", "GET", "/api/state", []func(*http.Request){cookie, func(q *http.Request) { q.Host = "localhost:" + r.address.Port() }}, http.StatusOK},
		{"another site's frame", "GET", "/api/state", []func(*http.Request){cookie, header("Sec-Fetch-Site", "cross-site")}, http.StatusForbidden},
		{"another port", "GET", "/api/state", []func(*http.Request){cookie, header("Sec-Fetch-Site", "same-site")}, http.StatusForbidden},
		{"a write without an origin", "POST", "/api/undo", []func(*http.Request){cookie, header("Content-Type", "application/json")}, http.StatusForbidden},
		{"a write of another origin", "POST", "/api/undo", []func(*http.Request){cookie, header("Content-Type", "application/json"), header("Origin", "http://evil.example")}, http.StatusForbidden},
		{"a form", "POST", "/api/undo", []func(*http.Request){cookie, header("Content-Type", "text/plain"), header("Origin", own)}, http.StatusForbidden},
		{"a write of the page", "POST", "/api/undo", []func(*http.Request){cookie, header("Content-Type", "application/json"), header("Origin", own)}, http.StatusUnprocessableEntity},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, own+c.path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.URL = &url.URL{Scheme: "http", Host: r.address.Host, Opaque: c.path}
		if at, query, ok := strings.Cut(c.path, "?"); ok {
			request.URL.Opaque, request.URL.RawQuery = at, query
		}
		for _, change := range c.change {
			change(request)
		}
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != c.status {
			t.Errorf("%s: %s %s answers %s, want %d", c.what, c.method, c.path, answer.Status, c.status)
		}
		if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is %q", c.what, policy)
		}
	}
}

func TestTheTokenLeavesTheAddress(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case"))
	answer, err := http.DefaultTransport.RoundTrip(&http.Request{Method: "GET", URL: r.address, Header: http.Header{}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/" {
		t.Errorf("the address answers %s, to %q", answer.Status, answer.Header.Get("Location"))
	}
	set := answer.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict"} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie is not %s: %s", want, set)
		}
	}
}

func TestOnlyLoopbackIsListenedAt(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "127.0.0.1"} {
		if s, err := studio.Open(studio.Options{Directory: t.TempDir(), Listen: address}); err == nil {
			t.Errorf("%s is listened at: %s", address, s.Address())
		}
	}
}

// TestNothingOutsideTheFolderIsWritten saves a rule whose file is a link that leads out.
func TestNothingOutsideTheFolderIsWritten(t *testing.T) {
	t.Parallel()
	dir := scenario(t, "customer-case")
	outside := filepath.Join(t.TempDir(), "rules.json")
	content, err := os.ReadFile(filepath.Join(dir, "rules.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(outside, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "rules.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "rules.json")); err != nil {
		t.Skip("no links here: ", err)
	}
	r := serve(t, dir).enter()
	one := r.rule("CreateApp")
	r.ask("/api/save", rule{"draft": one.edited(rule{"comment": "x"}), "revision": one["revision"]}, nil, http.StatusUnprocessableEntity)
	if after, err := os.ReadFile(outside); err != nil || string(after) != string(content) {
		t.Errorf("the file outside has changed: %v", err)
	}
}

// TestWhatCannotBeOpened checks that errors describe the problem and the solution.
func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "rules.json", "[]")
	for _, c := range []struct {
		what, want string
		options    studio.Options
	}{
		{"a folder that is not there", "there is no folder", studio.Options{Directory: filepath.Join(dir, "nowhere")}},
		{"a file", "is a file: name the folder", studio.Options{Directory: filepath.Join(dir, "rules.json")}},
		{"a snapshot that is not there", "name the folder of a snapshot", studio.Options{Directory: dir, Snapshot: filepath.Join(dir, "nowhere")}},
	} {
		if _, err := studio.Open(c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}
