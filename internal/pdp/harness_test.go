package pdp_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

const testdata = "../../testdata/authzen"

// pack makes a bundle of the files in a directory.
func pack(t testing.TB, dir string) string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packFiles(t, files)
}

func packFiles(t testing.TB, files map[string]string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "bundle.tar.gz")
	replace(t, name, archive(files))
	return name
}

func archive(files map[string]string) []byte {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	tw := tar.NewWriter(zip)
	for name, text := range files {
		_ = tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))})
		_, _ = io.WriteString(tw, text)
	}
	_, _ = tw.Close(), zip.Close()
	return b.Bytes()
}

// replace replaces a file atomically.
func replace(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

// point is a running decision point.
type point struct {
	t           testing.TB
	url         string
	diagnostics string
	client      *http.Client
	stop        context.CancelFunc
	done        chan error
	log         *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// config returns a configuration with time limits that a busy machine does not reach: a test of a limit
// sets its own.
func config(bundles ...string) pdp.Config {
	l := pdp.DefaultLimits()
	l.Time, l.Read, l.Queue = time.Minute, time.Minute, time.Minute
	return pdp.Config{Bundles: bundles, Limits: l, LogWithin: time.Minute, WatchEvery: 10 * time.Millisecond}
}

// start runs a decision point until the end of the test.
func start(t testing.TB, cfg pdp.Config) *point {
	t.Helper()
	l, d := listenLoopback(t), listenLoopback(t)
	p := &point{t: t, url: "http://" + l.Addr().String(), diagnostics: "http://" + d.Addr().String(), done: make(chan error, 1), log: &lockedBuffer{}}
	cfg.Log = slog.New(slog.NewTextHandler(p.log, nil))
	ctx, cancel := context.WithCancel(context.Background())
	server, err := pdp.New(ctx, cfg)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	p.stop = cancel
	p.client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}, Timeout: 2 * time.Minute}
	go func() { p.done <- server.Serve(ctx, l, d) }()
	t.Cleanup(func() {
		p.client.CloseIdleConnections()
		cancel()
		if err := <-p.done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
		p.done <- nil
	})
	return p
}

func listenLoopback(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// answer is a received answer.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request with headers given as "Name: value".
func (p *point) send(method, path, body string, headers ...string) answer {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	return p.do(r)
}

func (p *point) do(r *http.Request) answer {
	p.t.Helper()
	response, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	a := answer{response.StatusCode, response.Header, string(text)}
	sent := ""
	if r.GetBody != nil {
		if body, err := r.GetBody(); err == nil {
			content, _ := io.ReadAll(body)
			sent = string(content)
		}
	}
	p.held(r, sent, a)
	return a
}

// health returns the readiness endpoint of diagnostics, with reasons.
func (p *point) health() answer {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.diagnostics+"/health/ready", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(r)
}

const isJSON = "Content-Type: application/json"

// post sends a POST with a JSON body.
func (p *point) post(path, body string, headers ...string) answer {
	p.t.Helper()
	return p.send(http.MethodPost, path, body, append([]string{isJSON}, headers...)...)
}

// ask sends a POST with a JSON body and decodes the answer, whose status must be 200.
func (p *point) ask(path, body string, into any) {
	p.t.Helper()
	p.read(p.post(path, body), into)
}

// read decodes an answer, whose status must be 200.
func (p *point) read(a answer, into any) {
	p.t.Helper()
	if a.status != http.StatusOK {
		p.t.Fatalf("%d %s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		p.t.Fatalf("%s: %v", a.body, err)
	}
}

const (
	evaluation     = "/access/v1/evaluation"
	evaluations    = "/access/v1/evaluations"
	searchSubject  = "/access/v1/search/subject"
	searchResource = "/access/v1/search/resource"
	searchAction   = "/access/v1/search/action"
)

type decisionAnswer struct {
	Decision bool
	Context  struct {
		Reason    string
		Revision  string
		GrantedBy []struct{ ID, Name string } `json:"granted_by"`
		Error     struct {
			Status  int
			Message string
		}
	}
}

type batchAnswer struct{ Evaluations []decisionAnswer }

type foundAnswer struct {
	Page *struct {
		NextToken *string `json:"next_token"`
		Count     int
	}
	Results []struct{ Type, ID, Name string }
}

// names returns the results in short form.
func (f foundAnswer) names() []string {
	names := []string{}
	for _, r := range f.Results {
		names = append(names, r.ID+r.Name)
	}
	return names
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// eventually polls until a condition holds. The limit of two minutes is for busy machines.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about: %s", what)
		}
		<-tick.C
	}
}

// logs waits for a text in the program's log, which may be written after the answer.
func (p *point) logs(what string) {
	p.t.Helper()
	defer func() {
		if p.t.Failed() {
			p.t.Log(p.log)
		}
	}()
	eventually(p.t, "the log says "+what, func() bool { return strings.Contains(p.log.String(), what) })
}

// counts waits for a sample of the metrics, which may be updated after the answer.
func (p *point) counts(name, want string) {
	p.t.Helper()
	got := ""
	defer func() {
		if p.t.Failed() {
			p.t.Logf("%s is %q", name, got)
		}
	}()
	eventually(p.t, name+" is "+want, func() bool {
		got = p.metric(name)
		return got == want
	})
}

// stopped closes a server that was created but not run.
func stopped(t testing.TB, server *pdp.Server) error {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return server.Serve(ctx, listenLoopback(t), nil)
}

// end stops the decision point and waits for its end.
func (p *point) end() {
	p.t.Helper()
	p.client.CloseIdleConnections()
	p.stop()
	err := <-p.done
	if err != nil {
		p.t.Errorf("the server ended with %v", err)
	}
	p.done <- nil
}

func timeout(t testing.TB, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}
