package pdp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// slow is a policy whose decisions about the record "slow" take longer than any test, and those about
// "while" long enough to be observed.
var slow = map[string]string{
	".manifest": `{"revision":"slow-1","roots":["slow"],"rego_version":1}`,
	"policy.rego": `package slow

allow if input.resource.id == "fast"

allow if {
	input.resource.id == "slow"
	count([1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]) > 0
}

allow if {
	input.resource.id == "while"
	count([1 | some _ in numbers.range(1, 500); some _ in numbers.range(1, 1000)]) > 0
}

allow if {
	input.resource.id == "broken"
	x := {"a": 1, "b": 2}[_]
	conflict(x) == 1
}

conflict(x) := 1 if x > 0

conflict(x) := 2 if x > 0

allow := "maybe" if input.resource.id == "odd"

resources := [{"type": "record", "id": id} | some id in ["broken", "fast"]]
`,
}

func slowConfig(t testing.TB) pdp.Config {
	cfg := config(packFiles(t, slow))
	cfg.EntryPoint = "slow"
	return cfg
}

func about(id string) string {
	return strings.Replace(good, "record-1", id, 1)
}

// metric returns a sample of the metrics, "" if there is none.
func (p *point) metric(name string) string {
	p.t.Helper()
	r, err := http.NewRequest("GET", p.diagnostics+"/metrics", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	for line := range strings.Lines(p.do(r).body) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// later sends a request in the background.
func (p *point) later(ctx context.Context, path, body string, headers ...string) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		defer close(done)
		r, err := http.NewRequestWithContext(ctx, "POST", p.url+path, strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", "application/json")
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		response, err := p.client.Do(r)
		if err != nil {
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		done <- answer{response.StatusCode, response.Header, string(text)}
	}()
	return done
}

func (p *point) deciding(n string) {
	p.t.Helper()
	p.counts("qlik2rego_requests_deciding", n)
}

func TestTimeIsLimited(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Limits.Time = 100 * time.Millisecond
	p := start(t, cfg)
	for path, body := range map[string]string{
		evaluation:  about("slow"),
		evaluations: `{"subject":{"type":"user","id":"x"},"action":{"name":"read"},"evaluations":[{"resource":{"type":"record","id":"fast"}},{"resource":{"type":"record","id":"slow"}}]}`,
	} {
		var a answer
		eventually(t, path+" takes too long", func() bool { // on a busy machine some may first exceed their time limit
			a = p.post(path, body)
			return a.body == message(503, "the answer takes more time than there is: ask for less at once") || a.status == 200
		})
		if a.status != 503 || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	p.answers()
	p.deciding("0")
}

// answers waits until a decision is made. It may need several requests if their time limit is short and
// the machine is busy.
func (p *point) answers(headers ...string) {
	p.t.Helper()
	eventually(p.t, "a decision is made", func() bool { return p.post(evaluation, about("fast"), headers...).status == 200 })
}

func TestOneTooMany(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Limits.Concurrent, cfg.Limits.Queue, cfg.Limits.Time = 2, 20*time.Millisecond, time.Minute
	p := start(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first, second := p.later(ctx, evaluation, about("slow")), p.later(ctx, evaluation, about("slow"))
	p.deciding("2")
	a := p.post(evaluation, about("fast"), "X-Request-ID: 7")
	if a.status != 503 || a.header.Get("Retry-After") != "1" || a.header.Get("X-Request-ID") != "7" || a.body != message(503, "too many requests are being decided") {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	for _, path := range []string{"/health", "/health/ready"} {
		if a := p.send("GET", path, ""); a.status != 200 {
			t.Errorf("%s while busy: %d", path, a.status)
		}
	}
	// Clients that disconnect leave nothing behind.
	cancel()
	<-first
	<-second
	p.deciding("0")
	if a := p.post(evaluation, about("fast")); a.status != 200 {
		t.Errorf("after that: %d %s", a.status, a.body)
	}
	p.counts(`qlik2rego_requests_total{api="evaluation",status="499"}`, "2")
}

// TestSlowClients checks that connections of clients that send too slowly are closed.
func TestSlowClients(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Limits.Read, cfg.Limits.Idle, cfg.Limits.Concurrent = 500*time.Millisecond, 500*time.Millisecond, 1
	p := start(t, cfg)
	for name, begin := range map[string]string{
		"nothing":       "",
		"half a header": "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-",
		"half a body":   "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
		"half a chunk":  "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
		"idle":          "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		c := p.dial()
		if _, err := io.WriteString(c, begin); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Minute))
		if _, err := io.Copy(io.Discard, c); err != nil && !isReset(err) {
			t.Errorf("%s: the connection is not closed: %v", name, err)
		}
		_ = c.Close()
	}
	p.deciding("0")
}

func isReset(err error) bool {
	var timeout net.Error
	return !errors.As(err, &timeout) || !timeout.Timeout()
}

func (p *point) dial() net.Conn {
	p.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// TestConnectionsAreLimited opens the maximum number of connections: one more replaces an idle one, and
// waits while all of them are busy.
func TestConnectionsAreLimited(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Limits.Connections, cfg.Limits.Time, cfg.Limits.Concurrent = 2, time.Minute, 4
	p := start(t, cfg)
	ask := func(c net.Conn, id string) {
		body := about(id)
		_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", evaluation, len(body), body)
	}
	answered := func(c net.Conn, wait time.Duration) error {
		_ = c.SetReadDeadline(time.Now().Add(wait))
		_, err := http.ReadResponse(bufio.NewReader(c), nil)
		return err
	}
	first, second, third := p.dial(), p.dial(), p.dial()
	defer first.Close()
	defer second.Close()
	defer third.Close()
	for _, c := range []net.Conn{first, second} {
		if ask(c, "fast"); answered(c, time.Minute) != nil {
			t.Fatal("a connection is not served")
		}
	}
	if ask(third, "fast"); answered(third, time.Minute) != nil {
		t.Error("the third does not take the place of one that is idle")
	}
	// The server may detect in either order that the two are idle, so that either may be the one that
	// has been idle longest.
	closed := make(chan net.Conn, 2)
	for _, c := range []net.Conn{first, second} {
		_ = c.SetReadDeadline(time.Time{})
		go func() { _, _ = c.Read(make([]byte, 1)); closed <- c }()
	}
	if <-closed == second {
		second = first // the remaining one
	}
	p.counts(`qlik2rego_connections_evicted_total{listener="api"}`, "1")
	// Both remaining connections are busy now.
	ask(second, "slow")
	ask(third, "slow")
	p.deciding("2")
	fourth := p.dial()
	defer fourth.Close()
	if ask(fourth, "fast"); !errors.Is(answered(fourth, 100*time.Millisecond), os.ErrDeadlineExceeded) {
		t.Error("a fourth does not wait")
	}
	second.Close()
	if err := answered(fourth, time.Minute); err != nil {
		t.Errorf("after one is closed: %v", err)
	}
}

func TestHeaderIsLimited(t *testing.T) {
	p := start(t, slowConfig(t))
	c := p.dial()
	defer c.Close()
	_, _ = io.WriteString(c, "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\n")
	for sent := 0; sent < 1<<20; sent += 1 << 10 {
		if _, err := io.WriteString(c, "X-Big: "+strings.Repeat("x", 1<<10)+"\r\n"); err != nil {
			return // closed before everything was read
		}
	}
	if response, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil && response.StatusCode != 431 {
		t.Errorf("%d", response.StatusCode)
	}
}

// TestDrain stops a server with a request in progress.
func TestDrain(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Limits.Time, cfg.Limits.Drain = time.Minute, time.Minute // the machine may be busy
	p := start(t, cfg)
	waiting := p.later(t.Context(), evaluation, about("while"))
	p.deciding("1")
	p.stop()
	if a, ok := <-waiting; !ok || a.status != 200 || !strings.Contains(a.body, `"decision":true`) {
		t.Errorf("the open request got %d %s", a.status, a.body)
	}
	if err := <-p.done; err != nil {
		t.Errorf("the server ended with %v", err)
	}
	p.done <- nil
	if c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://")); err == nil {
		c.Close()
		t.Error("it still listens")
	}
}

// TestDrainEnds checks that the server stops even if a request does not end.
func TestDrainEnds(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Limits.Time, cfg.Limits.Drain = time.Minute, 50*time.Millisecond
	p := start(t, cfg)
	waiting := p.later(t.Context(), evaluation, about("slow"))
	p.deciding("1")
	p.stop()
	if err := <-p.done; err == nil || !strings.Contains(err.Error(), "requests were still open after 50ms") {
		t.Errorf("the server ended with %v", err)
	}
	p.done <- nil
	if a, ok := <-waiting; ok {
		t.Errorf("the open request got %d", a.status)
	}
}

// TestPolicyFailures checks that failures are not decisions, and that the failure of one item does not
// affect others.
func TestPolicyFailures(t *testing.T) {
	p := start(t, slowConfig(t))
	failed := message(500, "the decision point failed; its log says why")
	for _, id := range []string{"broken", "odd"} {
		if a := p.post(evaluation, about(id), "X-Request-ID: 9"); a.status != 500 || a.body != failed || a.header.Get("X-Request-ID") != "9" {
			t.Errorf("%s: %d %s", id, a.status, a.body)
		}
	}
	var b batchAnswer
	p.ask(evaluations, `{"subject":{"type":"user","id":"x"},"action":{"name":"read"},"evaluations":[{"resource":{"type":"record","id":"fast"}},{"resource":{"type":"record","id":"broken"}},`+
		`{"resource":{"type":"record","id":"odd"}},{"resource":{"type":"record","id":"fast"}}]}`, &b)
	if b.short() != "TEET" || b.Evaluations[1].Context.Error.Status != 500 {
		t.Errorf("%s %+v", b.short(), b)
	}
	if a := p.post(searchResource, asked("")); a.status != 500 {
		t.Errorf("a search with a candidate that fails: %d %s", a.status, a.body)
	}
	for _, want := range []string{"eval_conflict_error", "neither true nor false"} {
		p.logs(want)
	}
	p.counts(`qlik2rego_decisions_total{decision="error"}`, "2") // those of the batch
}

func TestHealth(t *testing.T) {
	cfg := config(t.TempDir() + "/not-yet.tar.gz")
	cfg.EntryPoint, cfg.Wait = "slow", true
	p := start(t, cfg)
	if a := p.send("GET", "/health", ""); a.status != 200 || a.body != `{"status":"alive"}` {
		t.Errorf("alive: %d %s", a.status, a.body)
	}
	if a := p.send("GET", "/health/ready", ""); a.status != 503 || a.body != `{"status":"not ready","missing":["bundle"]}` {
		t.Errorf("not ready: %d %s", a.status, a.body)
	}
	if a := p.health(); a.status != 503 || !strings.Contains(a.body, `"missing":["bundle: `) || !strings.Contains(a.body, "not-yet.tar.gz") {
		t.Errorf("not ready: %d %s", a.status, a.body)
	}
	if a := p.post(evaluation, about("fast")); a.status != 503 || a.body != message(503, "there is no policy yet to decide by") {
		t.Errorf("no policy: %d %s", a.status, a.body)
	}
	replace(t, cfg.Bundles[0], archive(slow))
	eventually(t, "it is ready", func() bool { return p.health().status == 200 })
	if a := p.post(evaluation, about("fast")); a.status != 200 {
		t.Errorf("with a policy: %d %s", a.status, a.body)
	}
	for _, url := range []string{p.url, p.diagnostics} {
		r, _ := http.NewRequest("GET", url+"/health/ready", nil)
		if a := p.do(r); !strings.Contains(a.body, `"status":"ready","revision":"slow-1"`) {
			t.Errorf("ready: %s", a.body)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	files := func(policy string) string {
		return packFiles(t, map[string]string{".manifest": `{"revision":"x","roots":["slow"]}`, "p.rego": policy})
	}
	tests := []struct{ name, bundle, want string }{
		{"no file", t.TempDir() + "/x", "no such file"},
		{"no rego", files("package slow\n\nallow if"), "does not parse"},
		{"no allow", files("package slow\n\nx := 1"), "the policy has no rule allow in data.slow: name the package that holds it with --entrypoint"},
		{"the network", files(`package slow

allow if http.send({"method": "get", "url": "http://example.com"})`), "undefined function http.send"},
		{"the clock", files("package slow\n\nallow if time.now_ns() > 1"), "undefined function time.now_ns"},
		{"the environment", files("package slow\n\nallow if opa.runtime()"), "undefined function opa.runtime"},
		{"the clock, in certificates", files("package slow\n\nallow if crypto.x509.parse_and_verify_certificates(input.c)[0]"), "undefined function crypto.x509.parse_and_verify_certificates"},
		{"Rego v0", packFiles(t, map[string]string{".manifest": `{"revision":"x","roots":["slow"],"rego_version":0}`, "p.rego": "package slow\n\nallow { true }"}), "does not parse"},
		{"a schema from elsewhere", files("package slow\n\nallow if io.jwt.decode_verify(input.t, {})"), "undefined function"},
		{"candidates of another form", files("package slow\n\nallow := true\n\nsubjects := {\"alice\"}"), `data.slow.subjects: "alice" is no {"type", "id"} of texts`},
		{"candidates that are none", files("package slow\n\nallow := true\n\nresources := 7"), "data.slow.resources is 7, neither a set nor a list"},
		{"names that are none", files("package slow\n\nallow := true\n\naction_names := {1}"), "data.slow.action_names: 1 is not a string"},
	}
	for _, tt := range tests {
		cfg := config(tt.bundle)
		cfg.EntryPoint = "slow"
		if _, err := pdp.New(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	for name, change := range map[string]func(*pdp.Config){
		"no bundle":             func(c *pdp.Config) { c.Bundles = nil },
		"an empty path":         func(c *pdp.Config) { c.EntryPoint = "a//b" },
		"a query for a path":    func(c *pdp.Config) { c.EntryPoint = `x"] = 1; y["` },
		"no limit of the body":  func(c *pdp.Config) { c.Limits.Body = 0 },
		"no limit of the time":  func(c *pdp.Config) { c.Limits.Time = 0 },
		"no limit of the batch": func(c *pdp.Config) { c.Limits.Batch = -1 },
	} {
		cfg := slowConfig(t)
		change(&cfg)
		if _, err := pdp.New(t.Context(), cfg); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// TestTheSameRequestGivesTheSameAnswer checks that no decision depends on an earlier one.
func TestTheSameRequestGivesTheSameAnswer(t *testing.T) {
	p := certification(t)
	requests := []string{good, strings.Replace(good, "alice", "bob", 1), strings.Replace(good, "read", "write", 1), strings.Replace(good, `"id":"alice"`, `"id":"alice","properties":{"role":"admin"}`, 1)}
	var first []string
	for round := range 5 {
		var bodies []string
		for _, r := range requests {
			bodies = append(bodies, p.post(evaluation, r).body)
		}
		if round == 0 {
			first = bodies
		}
		if !slices.Equal(bodies, first) {
			t.Errorf("round %d: %q, want %q", round, bodies, first)
		}
	}
}
