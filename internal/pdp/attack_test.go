package pdp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
)

// dear is a policy whose decisions are as expensive as the request demands.
var dear = map[string]string{
	".manifest": `{"revision":"dear-1","roots":["dear"],"rego_version":1}`,
	"policy.rego": `package dear

default allow := false

allow if input.resource.id == "fast"

# One built-in function that nothing interrupts.
allow if {
	input.action.name == "match"
	regex.match("(a?){1000}b", concat("", [s | some _ in numbers.range(1, input.resource.properties.n); s := "a"]))
}

allow if {
	input.action.name == "count"
	input.context.n + 1 > 0
}

allow if {
	input.action.name == "search"
	count([1 | some _ in numbers.range(1, 200); some _ in numbers.range(1, 300)]) > 0
}

subjects := [{"type": "user", "id": format_int(i, 10)} | some i in numbers.range(1, 500)]
`,
}

func dearConfig(t testing.TB) pdp.Config {
	cfg := config(packFiles(t, dear))
	cfg.EntryPoint = "dear"
	return cfg
}

func dearRequest(action, properties, context string) string {
	return fmt.Sprintf(`{"subject":{"type":"user","id":"x"},"action":{"name":%q},"resource":{"type":"record","id":"r","properties":%s},"context":%s}`, action, properties, context)
}

// TestNumbersAreLimited sends numbers with which OPA would compare and calculate for minutes, or panic.
func TestNumbersAreLimited(t *testing.T) {
	p := start(t, dearConfig(t))
	long := strings.Repeat("7", 500_000)
	for name, number := range map[string]string{
		"digits": long, "a fraction": "0." + long, "an exponent": "1e9999999", "a negative one": "1e-9999999", "no int": "1e99999999999999999999", "just beyond": "1E401",
	} {
		if a := p.post(evaluation, dearRequest("count", "{}", `{"n":`+number+`}`)); a.status != 400 || !strings.Contains(a.body, "a number has ") {
			t.Errorf("%s: %d %.200s", name, a.status, a.body)
		}
	}
	for name, number := range map[string]string{"digits": long[:400], "an exponent": "1e400", "a negative one": "-1.5E-400", "small": "1e+3"} {
		if a := p.post(evaluation, dearRequest("count", "{}", `{"n":`+number+`}`)); a.status != 200 {
			t.Errorf("%s: %d %.200s", name, a.status, a.body)
		}
	}
	// A batch whose subjects differ in a number that no rule reads.
	items := strings.Repeat(`{"subject":{"type":"user","id":"x","properties":{"n":`+long[:399]+`8}}},{"subject":{"type":"user","id":"x","properties":{"n":1e400}}},`, 450)
	batch := `{"action":{"name":"read"},"resource":{"type":"record","id":"fast"},"evaluations":[` + items + `{"subject":{"type":"user","id":"y"}}]}`
	var got batchAnswer
	if p.ask(evaluations, batch, &got); len(got.Evaluations) != 901 {
		t.Errorf("%d items", len(got.Evaluations))
	}
}

// TestSlotsAreNotHeldWhileWriting has more connections that do not read their answers than there are
// slots.
func TestSlotsAreNotHeldWhileWriting(t *testing.T) {
	cfg := dearConfig(t)
	cfg.Limits.Concurrent = 2
	p := start(t, cfg)
	batch := `{"subject":{"type":"user","id":"x"},"action":{"name":"read"},"resource":{"type":"record","id":"fast"},"evaluations":[` + strings.Repeat("{},", 999) + `{}]}`
	for range 4 {
		c := p.dial()
		defer c.Close()
		_ = c.(*net.TCPConn).SetReadBuffer(1 << 10)
		_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", evaluations, len(batch), batch)
	}
	eventually(t, "all four are decided", func() bool {
		return p.metric(`qlik2rego_decisions_total{decision="permit"}`) == "4000" && p.metric("qlik2rego_requests_deciding") == "0"
	})
	if a := p.post(evaluation, about("fast")); a.status != 200 {
		t.Errorf("another: %d %s", a.status, a.body)
	}
}

// TestHalfClosedClients checks that clients that close their sending side still get answers.
func TestHalfClosedClients(t *testing.T) {
	p := start(t, dearConfig(t))
	send := func(path, body string) (int, string) {
		c := p.dial()
		defer c.Close()
		_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
		_ = c.(*net.TCPConn).CloseWrite()
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(text)
	}
	// On a busy machine even a short question may exceed the time limit for half-closed connections.
	decided := 0
	for n := 0; n < 50 || decided == 0; n++ {
		status, body := send(evaluation, about("fast"))
		if status == 200 && strings.Contains(body, `"decision":true`) {
			decided++
		} else if status != 503 || !strings.Contains(body, "closed its side") {
			t.Fatalf("a short question: %d %q", status, body)
		}
	}
	// A question that takes longer gets an honest answer.
	if status, body := send(searchSubject, `{"subject":{"type":"user"},"action":{"name":"search"},"resource":{"type":"record","id":"r"}}`); status != 503 || !strings.Contains(body, "closed its side") {
		t.Errorf("a long question: %d %q", status, body)
	}
	p.counts(`qlik2rego_requests_total{api="search_subject",status="499"}`, "1")
}

// TestNobodyKeepsAConnection checks that a client without a credential cannot keep its connection.
func TestNobodyKeepsAConnection(t *testing.T) {
	p := start(t, dearConfig(t))
	for name, request := range map[string]string{
		"health":      "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
		"readiness":   "GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n",
		"nothing":     "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n",
		"in chunks":   "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"length, too": "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		c := p.dial()
		_, _ = io.WriteString(c, request)
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Minute))
		text, err := io.ReadAll(c)
		if err != nil && !isReset(err) || strings.Count(string(text), "HTTP/1.1 ") != 1 || !strings.Contains(string(text), "Connection: close") {
			t.Errorf("%s: %v %q", name, err, text)
		}
		_ = c.Close()
	}
}

// TestRefusedBodiesEndTheConnection checks that the server closes the connection after it has refused a
// body, even for a known caller, instead of reading the rest.
func TestRefusedBodiesEndTheConnection(t *testing.T) {
	p := start(t, twoCallers(t, dearConfig(t)))
	for name, c := range map[string]struct {
		header string
		closed bool
	}{
		"of another type":      {"Content-Type: text/plain\r\nContent-Length: 100\r\n\r\n", true},
		"too large":            {"Content-Type: application/json\r\nContent-Length: 100000000\r\n\r\n", true},
		"in chunks":            {"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", true},
		"refused when it came": {"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", false},
	} {
		conn := p.dial()
		_, _ = io.WriteString(conn, "POST "+evaluation+" HTTP/1.1\r\nHost: x\r\n"+modestToken+"\r\n"+c.header)
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != 400 || response.Close != c.closed {
			t.Errorf("%s: %v %+v", name, err, response)
		}
		_ = conn.Close()
	}
}

// TestFloodOfConnections checks that requests are served although other clients use all connections.
func TestFloodOfConnections(t *testing.T) {
	cfg := dearConfig(t)
	cfg.Limits.Connections = 8
	p := start(t, cfg)
	for range 40 { // they send nothing
		c := p.dial()
		defer c.Close()
	}
	if a := p.post(evaluation, about("fast")); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestDiagnosticConnections checks that diagnostics are served although other clients use all their
// connections.
func TestDiagnosticConnections(t *testing.T) {
	p := start(t, dearConfig(t))
	const most = 16
	for range 3 * most { // they send nothing
		c, err := net.Dial("tcp", strings.TrimPrefix(p.diagnostics, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	open := p.metric(`qlik2rego_connections{listener="diagnostics"}`)
	if n, err := strconv.Atoi(open); err != nil || n < 1 || n > most {
		t.Errorf("%s connections of diagnostics are open", open)
	}
	if p.metric(`qlik2rego_connections_evicted_total{listener="diagnostics"}`) == "0" {
		t.Error("none gave way")
	}
}

// TestSearchUnderADearPolicy checks that a search with an expensive policy returns results or an error.
func TestSearchUnderADearPolicy(t *testing.T) {
	cfg := dearConfig(t)
	cfg.Limits.Time = 2 * time.Second
	p := start(t, cfg)
	body := `{"subject":{"type":"user"},"action":{"name":"search"},"resource":{"type":"record","id":"r"},"page":{"limit":500%s}}`
	// On a busy machine the time may not suffice for a single result.
	ask := func(token string, into *foundAnswer) {
		eventually(t, "a search makes progress", func() bool {
			a := p.post(searchSubject, fmt.Sprintf(body, token))
			if a.status != 503 || !strings.Contains(a.body, "more time than there is") {
				p.read(a, into)
				return true
			}
			return false
		})
	}
	var first, second foundAnswer
	ask("", &first)
	if len(first.Results) == 0 || first.Page == nil || *first.Page.NextToken == "" {
		t.Fatalf("%d results, %+v", len(first.Results), first.Page)
	}
	ask(`,"token":"`+*first.Page.NextToken+`"`, &second)
	if len(second.Results) == 0 || second.Results[0].ID == first.Results[0].ID {
		t.Errorf("the next page begins with %v", second.Results)
	}
}

// TestOneBuiltinIsNotInterrupted checks that the server answers at the deadline, counts the work that
// still runs, and rejects more work before all cores are in use.
func TestOneBuiltinIsNotInterrupted(t *testing.T) {
	cfg := dearConfig(t)
	cfg.Limits.Time, cfg.Limits.Concurrent, cfg.SelfCheck = 50*time.Millisecond, 2, time.Hour
	p := start(t, cfg)
	p.answers() // on a busy machine the server's own decision may exceed its time limit
	p.counts("qlik2rego_requests_overdue", "0")
	a := p.post(evaluation, dearRequest("match", `{"n":400000}`, "{}"))
	if a.status != 503 || !strings.Contains(a.body, "more time than there is") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if p.metric("qlik2rego_requests_overdue") == "1" { // unless the machine was fast
		ready, other := p.health(), p.post(evaluation, about("fast"))
		if p.metric("qlik2rego_requests_overdue") == "1" && (ready.status != 503 || !strings.Contains(ready.body, "run beyond their time") || other.status != 503 || !strings.Contains(other.body, "run beyond their time")) {
			t.Errorf("meanwhile: %d %s, %d %s", ready.status, ready.body, other.status, other.body)
		}
	}
	p.counts("qlik2rego_requests_overdue", "0")
	p.answers()
	eventually(t, "it is ready", func() bool { return p.health().status == 200 })
}

// TestNobodyReadsStandardOutput checks that decisions continue, and that lost lines are counted.
func TestNobodyReadsStandardOutput(t *testing.T) {
	r, w := io.Pipe()
	defer r.Close()
	cfg := grantingConfig(t, "decision_logs: {console: true}\n", "drop if input.path == \"nothing\"\n")
	cfg.Console, cfg.Limits.Drain = w, time.Second
	p := start(t, cfg)
	large := strings.Replace(good, `"record-1"`, `"record-1","properties":{"x":"`+strings.Repeat("x", 900_000)+`"}`, 1)
	for range 25 {
		if a := p.post(evaluation, large); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if a := p.says("could not be logged"); a.status != 200 || p.metric("qlik2rego_decisions_unlogged_total") == "0" {
		t.Errorf("%d %s", a.status, a.body)
	}
	p.client.CloseIdleConnections()
	p.stop()
	if err := <-p.done; !errors.Is(err, management.ErrLost) {
		t.Errorf("it ended with %v", err)
	}
	p.done <- nil
}

// TestBrokenMasks checks that the decisions are not logged but counted and reported, and that they are
// still answered.
func TestBrokenMasks(t *testing.T) {
	for name, masks := range map[string]string{
		"a number":    "mask := 7\n",
		"nonsense":    "mask contains \"nonsense\"\n",
		"a conflict":  "mask := {\"/input/a\"} if input.path\n\nmask := {\"/input/b\"} if input.path\n",
		"without end": "mask contains \"/input/a\" if count([1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]) == 1\n",
		"a drop":      "drop if count([1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]) == 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out lockedBuffer
			cfg := grantingConfig(t, "decision_logs: {console: true}\n", masks)
			cfg.Console, cfg.LogWithin = &out, 0
			p := start(t, cfg)
			for range 3 {
				if a := p.post(evaluation, good); a.status != 200 || !strings.Contains(a.body, `"decision":true`) {
					t.Fatalf("%d %s", a.status, a.body)
				}
			}
			p.counts("qlik2rego_decisions_unlogged_total", "3")
			p.says("3 decisions could not be logged")
		})
	}
}

// TestEndlessActivation checks that such an activation is abandoned and does not block a better bundle.
func TestEndlessActivation(t *testing.T) {
	endless := map[string]string{
		".manifest":   `{"revision":"endless","roots":["twin"],"rego_version":1}`,
		"policy.rego": "package twin\n\nallow := true\n\nsubjects := [1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]\n",
	}
	cfg := twinConfig(t)
	cfg.Limits.Activation = 5 * time.Second
	p := start(t, cfg)
	replace(t, cfg.Bundles[0], archive(endless))
	eventually(t, "it is given up", func() bool { return strings.Contains(p.health().body, "the activation was given up") })
	p.counts("qlik2rego_bundle_failing", "1")
	// On a busy machine the activation of a valid bundle may be abandoned too; it is tried again after the
	// next change.
	failed := ""
	eventually(t, "a better one decides", func() bool {
		if now := p.metric(`qlik2rego_bundle_activations_total{outcome="failed"}`); now != failed {
			failed = now
			replace(t, cfg.Bundles[0], archive(twin("r1", "r1")))
		}
		return strings.Contains(p.health().body, `"revision":"r1"`)
	})
	p.well()
}

// TestArchivesOfAServerAreLimited sends archives that unpack without end.
func TestArchivesOfAServerAreLimited(t *testing.T) {
	s := newPlane(t)
	cfg := withOPA(t, s.bundlesOf("main"))
	cfg.Limits.Bundle = 1 << 20
	s.put("main", archive(twin("r1", "r1")))
	p := start(t, cfg)
	p.ready("r1")
	s.put("main", archive(map[string]string{"a.rego": strings.Repeat(" ", 800_000), "b.rego": strings.Repeat(" ", 800_000)}))
	p.says("the bundle exceeds a limit")
	s.put("main", archive(twin("r2", "r2")))
	p.ready("r2")
}

// TestHealthTellsNoSecrets has a server whose URL is a secret, and a policy that does not parse.
func TestHealthTellsNoSecrets(t *testing.T) {
	s := newPlane(t)
	yaml := strings.Replace(s.bundlesOf("main"), "service: plane,", "service: plane, resource: \"bundles/main?sig=SECRETQUERY\",", 1)
	s.fail(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	p := start(t, withOPA(t, yaml))
	p.says("bundle main: ")
	p.says("EOF")
	everywhere := func() string { return p.health().body + p.log.String() }
	if strings.Contains(everywhere(), "SECRETQUERY") {
		t.Errorf("the secret is told: %s", everywhere())
	}
	if a := p.send("GET", "/health/ready", ""); a.body != `{"status":"not ready","missing":["bundle main"]}` {
		t.Errorf("without a token: %s", a.body)
	}
	s.fail(nil)
	broken := twin("r1", "r1")
	broken["policy.rego"] += "\nsecret_line if " + strings.Repeat("x", 1<<20) + " := := \n"
	s.put("main", archive(broken))
	p.says("rego_parse_error")
	if body := p.health().body; len(body) > 2000 {
		t.Errorf("%d bytes of health", len(body))
	}
	if a := p.send("GET", "/health/ready", ""); a.body != `{"status":"not ready","missing":["bundle main"]}` {
		t.Errorf("without a token: %s", a.body)
	}
}

// TestSelfCheck checks that the server is not ready while it cannot decide, whatever the reason is.
func TestSelfCheck(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Limits.Concurrent, cfg.Limits.Queue, cfg.Limits.Time = 1, 10*time.Millisecond, 300*time.Millisecond
	cfg.SelfCheck = 20 * time.Millisecond
	p := start(t, cfg)
	p.says(`"status":"ready"`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() { // clients occupy the only slot, one after the other
		defer close(done)
		for ctx.Err() == nil {
			var all []<-chan answer
			for range 4 {
				all = append(all, p.later(ctx, evaluation, about("slow")))
			}
			for _, one := range all {
				<-one
			}
		}
	}()
	p.says("none of the decision point's own was made since")
	cancel()
	<-done
	p.says(`"status":"ready"`)
}
