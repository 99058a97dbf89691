package pdp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// soaking is the duration of TestSoak, such as 2m or 8h. Without it, the test is skipped.
const soaking = "QLIK2REGO_SOAK"

// maxSoak is the maximum duration.
const maxSoak = 24 * time.Hour

// TestSoak runs two decision points: one with bundles from a file, one with bundles and deltas from a
// server that receives its decision log. They have well-behaved, greedy, slow and hostile clients and
// new bundles at the same time. Every answer to a well-behaved client is right and of one revision; at
// the end the process uses no more resources than after a quarter of the time.
func TestSoak(t *testing.T) {
	if os.Getenv(soaking) == "" {
		t.Skip("set " + soaking + " to a time such as 2m")
	}
	length, err := time.ParseDuration(os.Getenv(soaking))
	if err != nil || length <= 0 || length > maxSoak {
		t.Fatalf("%s must be a time up to %s: %q", soaking, maxSoak, os.Getenv(soaking))
	}
	soaked := []*soakedPoint{soakFile(t), soakServer(t)}
	before := soak(t, soaked, length/4)
	after := soak(t, soaked, length-length/4)
	for what, grown := range after.since(before) {
		if grown > maxGrowth[what] {
			t.Errorf("%+d %s, more than %d: %+v, and before %+v", grown, what, maxGrowth[what], after, before)
		}
	}
	t.Logf("the process holds %+v, and held %+v", after, before)
}

// soakedPoint is a decision point with its source of bundles.
type soakedPoint struct {
	*point
	name string
	// put publishes the next bundle with a revision, and spoil an invalid one.
	put      func(revision string)
	spoil    func()
	revision int
}

func soakConfig(t *testing.T, cfg pdp.Config) pdp.Config {
	cfg = twoCallers(t, cfg)
	cfg.Limits.Read = 3 * time.Second // slow clients are cut
	return cfg
}

func soakFile(t *testing.T) *soakedPoint {
	cfg := soakConfig(t, twinConfig(t))
	file := cfg.Bundles[0]
	s := &soakedPoint{point: start(t, cfg), name: "file"}
	s.put = func(revision string) { replace(t, file, archive(twin(revision, revision))) }
	s.spoil = func() { replace(t, file, []byte("rubbish")) }
	return s
}

// flowing is a policy whose answers contain twice a revision that a delta changes.
func flowing(revision string) map[string]string {
	return map[string]string{
		".manifest": `{"revision":"` + revision + `","roots":["twin"],"rego_version":1}`,
		"policy.rego": `package twin

default allow := false

allow if data.twin.first == data.twin.second

decision := {"allow": allow, "reason": concat("/", [data.twin.first, data.twin.second]), "granted_by": []}

resources contains {"type": "record", "id": sprintf("%s-%d", [data.twin.first, i])} if some i in numbers.range(1, 20)
`,
		"twin/data.json": `{"first":"` + revision + `","second":"` + revision + `"}`,
	}
}

func flowingDelta(revision string) []byte {
	return archive(map[string]string{
		".manifest":  `{"revision":"` + revision + `","roots":["twin"],"rego_version":1}`,
		"patch.json": `{"data":[{"op":"replace","path":"/twin/first","value":"` + revision + `"},{"op":"replace","path":"/twin/second","value":"` + revision + `"}]}`,
	})
}

// soakServer publishes three deltas after each whole bundle.
func soakServer(t *testing.T) *soakedPoint {
	plane := newPlane(t)
	plane.forget = true
	cfg := soakConfig(t, withOPA(t, plane.bundlesOf("main")+"decision_logs: {service: plane, resource: /logs, reporting: {min_delay_seconds: 1, max_delay_seconds: 1, buffer_size_limit_bytes: 1000000}}\n"))
	cfg.Limits.Drain = time.Minute
	s := &soakedPoint{name: "server", spoil: func() { plane.put("main", []byte("rubbish")) }}
	puts := 0
	s.put = func(revision string) {
		content := flowingDelta(revision)
		if puts++; puts%4 == 1 {
			content = archive(flowing(revision))
		}
		plane.put("main", content)
	}
	s.put("r0")
	s.point = start(t, cfg)
	s.ready("r0")
	return s
}

// next publishes a bundle with a new revision, which it returns.
func (s *soakedPoint) next() string {
	s.revision++
	revision := fmt.Sprintf("r%d", s.revision)
	s.put(revision)
	return revision
}

// soak runs everything at once for a time, and returns the resources in use afterwards.
func soak(t *testing.T, soaked []*soakedPoint, length time.Duration) holding {
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var all sync.WaitGroup
	for _, s := range soaked {
		l := s.busy(modestToken)
		s.besiege(ctx, &all)
		all.Go(func() {
			s.swap(ctx)
			answers, revisions := l.end(t)
			t.Logf("%s: %d answers of %d revisions in %s", s.name, answers, revisions, length)
			if answers == 0 || revisions < 2 {
				t.Errorf("%s: %d answers of %d revisions", s.name, answers, revisions)
			}
		})
	}
	all.Wait()
	for _, s := range soaked {
		s.ready(s.next())
		s.well()
		t.Logf("%s: %s permits, %s overdue, %s activations, %s that failed", s.name, s.metric(`qlik2rego_decisions_total{decision="permit"}`), s.metric("qlik2rego_requests_overdue"),
			s.metric(`qlik2rego_bundle_activations_total{outcome="succeeded"}`), s.metric(`qlik2rego_bundle_activations_total{outcome="failed"}`))
	}
	return soaked[0].holds(soaked[1].point)
}

// swap publishes five bundles a second, one in ten of which is invalid.
func (s *soakedPoint) swap(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if n%10 == 0 {
			s.spoil()
		} else {
			s.next()
		}
	}
}

// besiege runs unwanted clients until the context ends: a caller that sends many requests on many
// connections, and clients that disconnect, send slowly, read slowly, or send invalid requests.
func (s *soakedPoint) besiege(ctx context.Context, all *sync.WaitGroup) {
	again := func(attack func()) {
		all.Go(func() {
			for ctx.Err() == nil {
				attack()
			}
		})
	}
	batch := strings.TrimSuffix(good, "}") + `,"evaluations":[` + strings.Repeat("{},", 98) + `{}]}`
	all.Go(s.flood(ctx, 10, evaluations, batch, greedyToken))
	again(func() {
		brief, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		<-s.later(brief, evaluations, batch, greedyToken)
	})
	request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\nContent-Length: %d\r\n\r\n%s", evaluations, greedyToken, len(batch), batch)
	for range 3 {
		again(func() { s.dribble(ctx, request) })
		again(func() { s.sip(ctx, request) })
	}
	for _, text := range hostile {
		again(func() { s.attack(text) })
	}
}

// slowness is the time between two bytes of slow clients.
const slowness = 20 * time.Millisecond

// dribble sends one byte at a time until the server closes the connection.
func (p *point) dribble(ctx context.Context, text string) {
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		return
	}
	defer c.Close()
	tick := time.NewTicker(slowness)
	defer tick.Stop()
	for i := range len(text) {
		if _, err := io.WriteString(c, text[i:i+1]); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// sip sends requests without end, and reads one byte at a time.
func (p *point) sip(ctx context.Context, text string) {
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		return
	}
	defer c.Close()
	_ = c.(*net.TCPConn).SetReadBuffer(1 << 10)
	_ = c.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(c, strings.Repeat(text, 20))
	tick := time.NewTicker(slowness)
	defer tick.Stop()
	for range 500 {
		if _, err := c.Read(make([]byte, 1)); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// holding is the resources that a process uses.
type holding map[string]int64

// maxGrowth is the maximum growth over any time.
var maxGrowth = holding{"bytes": 8 << 20, "goroutines": 5, "files": 5, "threads": 10}

func (h holding) since(before holding) holding {
	grown := holding{}
	for what := range h {
		grown[what] = h[what] - before[what]
	}
	return grown
}

// holds waits until this point and another one have released their resources.
func (p *point) holds(other *point) holding {
	least := holding{}
	for range 50 { // the last connections take some time
		other.client.CloseIdleConnections()
		goroutines, bytes := settled(p)
		now := holding{"bytes": bytes, "goroutines": int64(goroutines), "files": entries("/proc/self/fd"), "threads": entries("/proc/self/task")}
		for what, n := range now {
			if before, ok := least[what]; !ok || n < before {
				least[what] = n
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return least
}

// entries returns the number of entries of a directory, 0 if it does not exist.
func entries(dir string) int64 {
	list, _ := os.ReadDir(dir)
	return int64(len(list))
}

// hostile are requests that get no answer or an error.
var hostile = []string{
	"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + greedyToken + "\r\nContent-Length: 1000000\r\n\r\n{",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + greedyToken + "\r\nContent-Length: 21\r\n\r\n{\"subject\":1e99999999}",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + greedyToken + "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\nContent-Length: 2\r\n\r\n{}",
	"GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n",
	"\x16\x03\x01\x00\x05hello\r\n\r\n",
}

// attack sends a text, closes its sending side, and disconnects without reading the whole answer.
func (p *point) attack(text string) {
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		return // all connections are taken, and the queue of the system is full
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(c, text)
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = c.Read(make([]byte, 16))
}
