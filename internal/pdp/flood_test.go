package pdp_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFloodOfBodies compares memory with the documented bound: all connections send the largest allowed
// body at once, with the smallest values, which take the most memory when parsed.
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

// floodBound returns the documented bound of the heap, without the memory of the policy.
func floodBound(connections, slots int, body int64) int64 {
	return 2 * (int64(connections)*3*body + int64(slots)*100*body)
}
