package pdp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// soaking is how long TestSoak runs, such as 2m or 8h. Without it, it does not.
const soaking = "QLIK2REGO_SOAK"

// maxSoak bounds it.
const maxSoak = 24 * time.Hour

// TestSoak has good clients, a greedy one, hostile ones and new bundles at once.
// Every answer to a good client is right, and of one revision; at the end the process
// holds what it held after a quarter of the time.
func TestSoak(t *testing.T) {
	if os.Getenv(soaking) == "" {
		t.Skip("set " + soaking + " to a time such as 2m")
	}
	length, err := time.ParseDuration(os.Getenv(soaking))
	if err != nil || length <= 0 || length > maxSoak {
		t.Fatalf("%s must be a time up to %s: %q", soaking, maxSoak, os.Getenv(soaking))
	}
	cfg := twoCallers(t, twinConfig(t))
	cfg.Limits.Queue, cfg.Limits.Time, cfg.Limits.Read = 20*time.Second, 20*time.Second, 500*time.Millisecond
	p := start(t, cfg)
	revision := 0
	phase := func(length time.Duration) holding {
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		var all sync.WaitGroup
		batch := strings.TrimSuffix(good, "}") + `,"evaluations":[` + strings.Repeat("{},", 998) + `{}]}`
		all.Go(p.flood(ctx, 20, evaluations, batch, greedyToken))
		for _, attack := range hostile {
			for range 2 {
				all.Go(func() {
					for ctx.Err() == nil {
						p.attack(attack)
					}
				})
			}
		}
		l := p.busy(modestToken)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ctx.Err() == nil; n++ {
			if n%10 == 9 {
				replace(t, cfg.Bundles[0], []byte("rubbish"))
			} else {
				revision++
				name := fmt.Sprintf("r%d", revision)
				replace(t, cfg.Bundles[0], archive(twin(name, name)))
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
		answers, revisions := l.end(t)
		all.Wait()
		t.Logf("%d answers of %d revisions in %s", answers, revisions, length)
		if answers == 0 || revisions < 2 {
			t.Errorf("%d answers of %d revisions", answers, revisions)
		}
		revision++
		name := fmt.Sprintf("r%d", revision)
		replace(t, cfg.Bundles[0], archive(twin(name, name)))
		p.ready(name)
		return p.holds()
	}
	before := phase(length / 4)
	after := phase(length - length/4)
	for what, grown := range after.since(before) {
		if grown > maxGrowth[what] {
			t.Errorf("%+d %s, more than %d: %+v, and before %+v", grown, what, maxGrowth[what], after, before)
		}
	}
	t.Logf("it holds %+v, and held %+v", after, before)
}

// held is what a process holds.
type holding map[string]int64

// maxGrowth is what a process may hold more after any time.
var maxGrowth = holding{"bytes": 8 << 20, "goroutines": 5, "files": 5, "threads": 10}

func (h holding) since(before holding) holding {
	grown := holding{}
	for what := range h {
		grown[what] = h[what] - before[what]
	}
	return grown
}

// holds waits until what was taken is given back.
func (p *point) holds() holding {
	least := holding{}
	for range 50 { // the last connections take their time
		goroutines, bytes := settled(p)
		now := holding{"bytes": bytes, "goroutines": int64(goroutines), "files": entries("/proc/self/fd"), "threads": entries("/proc/self/task")}
		for what, n := range now {
			if before, ok := least[what]; !ok || n < before {
				least[what] = n
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return least
}

// entries counts those of a directory, 0 where there is none.
func entries(dir string) int64 {
	list, _ := os.ReadDir(dir)
	return int64(len(list))
}

// hostile are what clients send that nobody answers, or with an error.
var hostile = []string{
	"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + greedyToken + "\r\nContent-Length: 1000000\r\n\r\n{",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + greedyToken + "\r\nContent-Length: 21\r\n\r\n{\"subject\":1e99999999}",
	"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	"\x16\x03\x01\x00\x05hello\r\n\r\n",
}

// attack sends something, says that it has nothing more to say, and leaves without
// reading all of the answer.
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

// TestFloodOfBodies measures the memory of the documented bound: all connections at
// once send the largest body there may be, of the smallest values, which take the most
// memory once they are parsed.
func TestFloodOfBodies(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a few hundred MB")
	}
	cfg := dearConfig(t)
	cfg.Limits.Connections, cfg.Limits.Concurrent, cfg.Limits.Read, cfg.Limits.Queue, cfg.Limits.Body = 24, 2, time.Minute, time.Minute, 512<<10
	cfg.Limits.Time = time.Minute
	p := start(t, cfg)
	const head = `{"subject":{"type":"user","id":"x"},"action":{"name":"read"},"resource":{"type":"record","id":"fast"},"context":{"l":[`
	const tail = `0]}}`
	body := head + strings.Repeat("0,", (int(cfg.Limits.Body)-len(head)-len(tail))/2) + tail
	goroutines, before := settled(p)
	var all sync.WaitGroup
	begun := make(chan struct{})
	answers := make(chan string, cfg.Limits.Connections)
	for range cfg.Limits.Connections - 2 { // two for the test's own requests
		c := p.dial()
		all.Go(func() {
			defer c.Close()
			_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", evaluation, len(body))
			_, _ = io.WriteString(c, body[:len(body)-1])
			<-begun
			_, _ = io.WriteString(c, body[len(body)-1:])
			line := make([]byte, len("HTTP/1.1 200"))
			_, _ = io.ReadFull(c, line)
			answers <- string(line)
		})
	}
	peak := int64(0)
	measure := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, int64(m.HeapAlloc)-before)
	}
	eventually(t, "all bodies are there but for a byte", func() bool { measure(); return peak > int64(cfg.Limits.Connections-2)*cfg.Limits.Body })
	close(begun)
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		measure()
		select {
		case <-done:
		default:
			continue
		}
		break
	}
	for range cfg.Limits.Connections - 2 {
		if line := <-answers; line != "HTTP/1.1 200" {
			t.Errorf("%q", line)
		}
	}
	bound := floodBound(cfg.Limits.Connections, cfg.Limits.Concurrent, cfg.Limits.Body)
	t.Logf("%d MiB at most, of a bound of %d", peak>>20, bound>>20)
	if peak > bound {
		t.Errorf("%d MiB, more than the bound of %d", peak>>20, bound>>20)
	}
	eventually(t, "it is given back", func() bool {
		g, after := settled(p)
		return after-before < 8<<20 && g-goroutines < 8
	})
}

// floodBound is the documented bound of the heap, beyond what the policy takes.
func floodBound(connections, slots int, body int64) int64 {
	return 2 * (int64(connections)*3*body + int64(slots)*100*body)
}
