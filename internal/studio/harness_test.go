package studio_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/studio"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// scenario copies a story in testdata/scenarios to a writable directory.
func scenario(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), filepath.Base(name))
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "testdata", "scenarios", filepath.FromSlash(name)))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// running is a studio that serves a directory until the test ends.
type running struct {
	*testing.T
	dir     string
	address *url.URL
	client  *http.Client
}

func serve(t *testing.T, dir string) *running {
	t.Helper()
	return serveWith(t, studio.Options{Directory: dir})
}

func serveWith(t *testing.T, o studio.Options) *running {
	t.Helper()
	s, err := studio.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	address, err := url.Parse(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t, o.Directory, address, &http.Client{Jar: jar}}
	t.Cleanup(r.client.CloseIdleConnections)
	return r
}

// at returns the URL of a path.
func (r *running) at(path string) string { return "http://" + r.address.Host + path }

// enter opens the address with the token, as a browser does.
func (r *running) enter() *running {
	r.Helper()
	answer, err := r.client.Get(r.address.String())
	if err != nil {
		r.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		r.Fatalf("the address answers %s", answer.Status)
	}
	return r
}

// ask sends a request of the page and decodes the answer, which must have the given status.
func (r *running) ask(path string, body, into any, status int) {
	r.Helper()
	method, text := http.MethodGet, io.Reader(nil)
	if body != nil {
		content, err := json.Marshal(body)
		if err != nil {
			r.Fatal(err)
		}
		method, text = http.MethodPost, bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(r.Context(), method, r.at(path), text)
	if err != nil {
		r.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Origin", "http://"+r.address.Host)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		r.Fatal(err)
	}
	if answer.StatusCode != status {
		r.Fatalf("%s answers %s, want %d: %s", path, answer.Status, status, content)
	}
	if into == nil {
		return
	}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/x-ndjson") {
		content = r.last(content)
	}
	if err := json.Unmarshal(content, into); err != nil {
		r.Fatalf("%s: %v: %s", path, err, content)
	}
}

// last returns the result of long work, which is on the last line.
func (r *running) last(lines []byte) []byte {
	r.Helper()
	all := bytes.Split(bytes.TrimSpace(lines), []byte("\n"))
	var end struct {
		Result json.RawMessage
		Error  string
	}
	if err := json.Unmarshal(all[len(all)-1], &end); err != nil || end.Error != "" {
		r.Fatalf("%v %s", err, end.Error)
	}
	return end.Result
}

// refused sends a request for long work that must end with an error, and returns it.
func (r *running) refused(path string, body any) string {
	r.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		r.Fatal(err)
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, r.at(path), bytes.NewReader(content))
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", "http://"+r.address.Host)
	answer, err := r.client.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	lines, err := io.ReadAll(answer.Body)
	if err != nil {
		r.Fatal(err)
	}
	all := bytes.Split(bytes.TrimSpace(lines), []byte("\n"))
	var end struct{ Error string }
	if err := json.Unmarshal(all[len(all)-1], &end); err != nil {
		r.Fatal(err)
	}
	return end.Error
}

// rule is a rule of the state, with the fields that tests read.
type rule map[string]any

func (r *running) state() (rules []rule, undo string) {
	r.Helper()
	var s struct {
		Rules []rule
		Undo  string
	}
	r.ask("/api/state", nil, &s, http.StatusOK)
	return s.Rules, s.Undo
}

// rule returns the rule with a name.
func (r *running) rule(name string) rule {
	r.Helper()
	rules, _ := r.state()
	for _, one := range rules {
		if one["name"] == name {
			return one
		}
	}
	r.Fatalf("there is no rule %q", name)
	return nil
}

// edited returns the draft of a rule with some other fields.
func (one rule) edited(fields rule) rule {
	d := rule{}
	for _, name := range []string{"id", "name", "filter", "actions", "context", "category", "disabled", "comment", "condition"} {
		d[name] = one[name]
	}
	for name, value := range fields {
		d[name] = value
	}
	return d
}
