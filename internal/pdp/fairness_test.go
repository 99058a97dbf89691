package pdp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
)

const (
	greedyToken = "Authorization: Bearer greedy-greedy-greedy"
	modestToken = "Authorization: Bearer modest-modest-modest"
)

// twoCallers configures two callers.
func twoCallers(t testing.TB, cfg pdp.Config) pdp.Config {
	t.Helper()
	list, err := callers.ParseList([]byte("greedy evaluate,search token greedy-greedy-greedy\nmodest evaluate,search token modest-modest-modest\n"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Callers = list
	return cfg
}

// flood sends one request after the other on a number of connections until the
// context ends.
func (p *point) flood(ctx context.Context, connections int, path, body, token string) (wait func()) {
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for ctx.Err() == nil {
				<-p.later(ctx, path, body, token)
			}
		})
	}
	return all.Wait
}

// TestOneCallerDoesNotStarveOthers has a caller that sends the most expensive requests on more
// connections than there are slots.
func TestOneCallerDoesNotStarveOthers(t *testing.T) {
	cfg := twoCallers(t, slowConfig(t))
	cfg.Limits.Concurrent = 4
	p := start(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	wait := p.flood(ctx, 12, evaluation, about("slow"), greedyToken)
	p.deciding("2") // half of the slots
	for i := range 20 {
		if a := p.post(evaluation, about("fast"), modestToken); a.status != 200 || !strings.Contains(a.body, `"decision":true`) {
			t.Errorf("request %d of the other caller: %d %s", i, a.status, a.body)
		}
	}
	cancel()
	wait()
}

// TestOneCallerDoesNotStopOthers has a caller whose requests exceed their time and cannot be interrupted:
// its further requests are not decided, those of others are.
func TestOneCallerDoesNotStopOthers(t *testing.T) {
	cfg := twoCallers(t, dearConfig(t))
	cfg.Limits.Concurrent, cfg.Limits.Time, cfg.SelfCheck = 4, 50*time.Millisecond, time.Hour
	p := start(t, cfg)
	p.answers(greedyToken) // on a busy machine the server's own decision may exceed its time limit
	p.counts("qlik2rego_requests_overdue", "0")
	endless := dearRequest("match", `{"n":400000}`, "{}")
	if a := p.post(evaluation, endless, greedyToken); a.status != 503 || !strings.Contains(a.body, "more time than there is") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	a, running := p.post(evaluation, about("fast"), greedyToken), p.metric("qlik2rego_requests_overdue")
	if running == "1" && (a.status != 503 || !strings.Contains(a.body, "cannot be interrupted")) {
		t.Errorf("the same caller: %d %s", a.status, a.body)
	}
	if a := p.send("GET", "/health/ready", ""); a.status != 200 {
		t.Errorf("readiness: %d %s", a.status, a.body)
	}
	if a := p.post(evaluation, about("fast"), modestToken); a.status != 200 && !strings.Contains(a.body, "more time than there is") {
		t.Errorf("another caller: %d %s", a.status, a.body)
	}
	p.counts("qlik2rego_requests_overdue", "0")
	p.answers(greedyToken)
}

// TestOneCallerDoesNotKeepAllConnections has a caller that opens all connections and sends its bodies
// slowly.
func TestOneCallerDoesNotKeepAllConnections(t *testing.T) {
	cfg := twoCallers(t, slowConfig(t))
	cfg.Limits.Connections, cfg.Limits.Read = 8, 10*time.Minute
	p := start(t, cfg)
	open := func() (c net.Conn) {
		c = p.dial()
		_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n%s\r\nContent-Length: 100\r\n\r\n", evaluation, greedyToken)
		return c
	}
	for range 4 { // its half; the server reads a body once it has accepted the request
		c := open()
		defer c.Close()
		line := make([]byte, len("HTTP/1.1 100"))
		if _, err := io.ReadFull(c, line); err != nil || string(line) != "HTTP/1.1 100" {
			t.Fatalf("%v %q", err, line)
		}
		_, _ = io.WriteString(c, "{")
	}
	for range 20 {
		c := open()
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Minute))
		text, err := io.ReadAll(c)
		_ = c.Close()
		if err != nil && !isReset(err) || !strings.HasPrefix(string(text), "HTTP/1.1 429 ") || !strings.Contains(string(text), "Connection: close") || !strings.Contains(string(text), "Retry-After: 1") {
			t.Fatalf("one more: %v %q", err, text)
		}
	}
	if a := p.post(evaluation, about("fast"), modestToken); a.status != 200 {
		t.Errorf("another caller: %d %s", a.status, a.body)
	}
}

// TestHalfHeadersKeepNobodyOut has a client without a credential that begins a request on every
// connection and never completes one.
func TestHalfHeadersKeepNobodyOut(t *testing.T) {
	cfg := twoCallers(t, slowConfig(t))
	cfg.Limits.Connections, cfg.Limits.Read = 8, time.Minute
	p := start(t, cfg)
	for range 40 {
		c := p.dial()
		defer c.Close()
		_, _ = io.WriteString(c, "POST "+evaluation+" HTTP/1.1\r\nHost: x\r\nX-A: ")
	}
	if a := p.post(evaluation, about("fast"), modestToken); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
