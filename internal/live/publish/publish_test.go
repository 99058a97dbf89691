package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

const token = "a-token-of-decision-points"

// service is a running publisher, with counts of its answers.
type service struct {
	*Publisher
	t     *testing.T
	url   string
	kinds chan Kind
}

func serve(t *testing.T) *service {
	s := &service{t: t, kinds: make(chan Kind, 100)}
	var err error
	if s.Publisher, err = New(token, func(k Kind) { s.kinds <- k }); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := Serve(listener, nil, s.Publisher)
	t.Cleanup(func() { stop(); s.Close() })
	s.url = "http://" + listener.Addr().String()
	return s
}

// put publishes a bundle of a rule for a site whose user has a name.
func (s *service) put(condition, name string) {
	s.t.Helper()
	path := s.Next()
	build(s.t, path, condition, name)
	if err := s.Publish(path); err != nil {
		s.t.Fatal(err)
	}
}

func build(t *testing.T, path, condition, name string) {
	t.Helper()
	dir := t.TempDir()
	many := make([]map[string]any, 200) // so that a delta pays off
	for i := range many {
		many[i] = map[string]any{"id": rand(i), "userDirectory": "ACME", "userId": "u" + rand(i), "name": rand(i)}
	}
	many[0]["name"] = name
	users, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	rules := `[{"id":"` + rand(1) + `","name":"R","type":"Custom","category":"Security","resourceFilter":"User_*","rule":` + condition + `,"actions":2,"ruleContext":0,"disabled":false}]`
	err = errors.Join(os.WriteFile(filepath.Join(dir, "rules.json"), []byte(rules), 0o600), os.Mkdir(filepath.Join(dir, "site"), 0o700),
		os.WriteFile(filepath.Join(dir, "site", "user.json"), users, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(workspace.Source{Rules: []string{filepath.Join(dir, "rules.json")}, Snapshot: filepath.Join(dir, "site"), Options: compiler.Options{Schema: schema.Default()}})
	if err != nil || w.Policy == nil {
		t.Fatal(err, w.Diagnostics)
	}
	var b bytes.Buffer
	if _, err := bundles.Build(t.Context(), &b, w.Policy, w.Data(), bundles.BuildOptions{TempDir: dir}); err != nil {
		t.Fatal(err, w.Diagnostics)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// rand returns an id that is hard to compress.
func rand(i int) string {
	const digits = "0123456789abcdef"
	b, x := []byte("00000000-0000-4000-8000-000000000000"), uint32(i+1)*2654435761
	for j := range b {
		if b[j] == '0' && j != 0 {
			x = x*1664525 + 1013904223
			b[j] = digits[x>>28]
		}
	}
	return string(b)
}

// get sends a request like OPA, and returns the status, the entity tag and the body.
func (s *service) get(path, tag, prefer string, header ...string) (int, string, []byte) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("If-None-Match", tag)
	r.Header.Set("Prefer", prefer)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("ETag"), body
}

const both = "modes=snapshot,delta"

// user returns the name of the user of bundles, the last of which may be deltas.
func (s *service) user(content ...[]byte) string {
	s.t.Helper()
	var names []string
	for _, c := range content {
		name := filepath.Join(s.t.TempDir(), "b.tar.gz")
		if err := os.WriteFile(name, c, 0o600); err != nil {
			s.t.Fatal(err)
		}
		names = append(names, name)
	}
	b, err := bundles.Open(s.t.Context(), names...)
	if err != nil {
		s.t.Fatal(err)
	}
	data, _ := b.Data.Lookup()
	text := fmt.Sprint(data)
	for _, name := range []string{"anna", "berta", "carla", "dora"} {
		if strings.Contains(text, name) {
			return name
		}
	}
	return ""
}

// TestRevisions sends the whole bundle first, then deltas to clients with a recent revision, and nothing to clients
// with the latest one.
func TestRevisions(t *testing.T) {
	s := serve(t)
	if status, _, _ := s.get(Path, "", both); status != http.StatusNotModified {
		t.Errorf("%d before there is a bundle", status)
	}
	s.put(`"resource.name = \"x\""`, "anna")
	_, anna, first := s.get(Path, "", both)
	if s.user(first) != "anna" {
		t.Error("the first bundle is not whole")
	}
	if status, tag, body := s.get(Path, anna, both); status != http.StatusNotModified || tag != anna || len(body) > 0 {
		t.Errorf("nothing has changed: %d %s", status, body)
	}
	s.put(`"resource.name = \"x\""`, "anna")
	if status, _, _ := s.get(Path, anna, both); status != http.StatusNotModified {
		t.Errorf("the same bundle again: %d", status)
	}
	s.put(`"resource.name = \"x\""`, "berta")
	_, berta, step := s.get(Path, anna, both)
	if s.user(first, step) != "berta" || len(step) > len(first)/2 {
		t.Errorf("%d bytes of %d", len(step), len(first))
	}
	s.put(`"resource.name = \"x\""`, "carla")
	_, carla, two := s.get(Path, anna+", \"older\"", both)
	_, _, one := s.get(Path, berta, both)
	if s.user(first, two) != "carla" || s.user(first, step, one) != "carla" {
		t.Error("deltas from both revisions lead to Carla")
	}
	for name, answer := range map[string][]byte{
		"who does not take deltas": body(s.get(Path, berta, "modes=snapshot")), "who asks for all": body(s.get(Path+"?whole", berta, both)),
		"who has another one": body(s.get(Path, `"x"`, both)),
	} {
		if s.user(answer) != "carla" {
			t.Errorf("%s gets no whole bundle", name)
		}
	}
	s.put(`"resource.name = \"y\""`, "dora")
	if s.user(body(s.get(Path, carla, both))) != "dora" {
		t.Error("other rules come in a whole bundle")
	}
	want := map[Kind]int{Unchanged: 3, Whole: 5, Delta: 3}
	got := map[Kind]int{}
	for range len(s.kinds) {
		got[<-s.kinds]++
	}
	if !maps.Equal(got, want) {
		t.Errorf("counted %v, not %v", got, want)
	}
}

func body(_ int, _ string, b []byte) []byte { return b }

// TestLongPoll answers after a change, and at the end of the time.
func TestLongPoll(t *testing.T) {
	s := serve(t)
	s.put(`"resource.name = \"x\""`, "anna")
	_, anna, first := s.get(Path, "", both)
	if status, _, _ := s.get(Path, anna, both+";wait=1"); status != http.StatusNotModified {
		t.Errorf("%d at the end of the time", status)
	}
	answer := make(chan []byte, 8)
	for range cap(answer) {
		go func() { answer <- body(s.get(Path, anna, both+";wait=300")) }()
	}
	s.put(`"resource.name = \"x\""`, "berta")
	for range cap(answer) {
		if s.user(first, <-answer) != "berta" {
			t.Error("a waiting client gets no answer")
		}
	}
}

// TestKept keeps a number of revisions.
func TestKept(t *testing.T) {
	s := serve(t)
	dir := t.TempDir()
	var tags []string
	for _, name := range []string{"anna", "berta"} {
		build(t, filepath.Join(dir, name), `"resource.name = \"x\""`, name)
	}
	for i := range maxOlder + 2 {
		content, err := os.ReadFile(filepath.Join(dir, []string{"anna", "berta"}[i%2]))
		if err != nil {
			t.Fatal(err)
		}
		path := s.Next()
		if err := errors.Join(os.WriteFile(path, content, 0o600), s.Publish(path)); err != nil {
			t.Fatal(err)
		}
		tags = append(tags, s.latest.tag)
	}
	files, err := os.ReadDir(s.dir)
	if err != nil || len(files) != maxOlder+1 {
		t.Errorf("%d files are kept, %v", len(files), err)
	}
	if s.user(body(s.get(Path, "", both))) != "berta" || len(slices.Compact(slices.Sorted(slices.Values(tags)))) != 2 {
		t.Error("the last bundle is not the one that is served")
	}
	if err := s.Publish(filepath.Join(s.dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestRefused gives no details to unauthenticated clients, and errors to others.
func TestRefused(t *testing.T) {
	s := serve(t)
	s.put(`"resource.name = \"x\""`, "anna")
	for _, wrong := range []string{"", "Bearer ", "Bearer another-token-of-this", "Basic " + token, token} {
		if status, tag, _ := s.get(Path, "", both, "Authorization", wrong); status != http.StatusUnauthorized || tag != "" {
			t.Errorf("%q: %d", wrong, status)
		}
	}
	if status, _, _ := s.get("/", "", both); status != http.StatusNotFound {
		t.Errorf("another path: %d", status)
	}
	resp, err := http.Post(s.url+Path, "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", resp.StatusCode)
	}
}

// TestLeft ends the request of a client that has disconnected.
func TestLeft(t *testing.T) {
	p, err := New("", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := p.newer(ctx, "", maxWait); r != nil {
		t.Error("there is nothing to be had")
	}
}
