package pdp_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
)

// reported collects the notifications to a supervisor.
type reported struct {
	mu   sync.Mutex
	list []string
}

func (s *reported) notify(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, state)
}

// since returns the notifications from a number on, and the number of all.
func (s *reported) since(n int) (string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.list[min(n, len(s.list)):], "\n"), len(s.list)
}

// TestWatchdogStarves checks that the watchdog is not notified while the decision point makes no
// decisions, and is notified again afterwards.
func TestWatchdogStarves(t *testing.T) {
	var s reported
	cfg := slowConfig(t)
	cfg.Limits.Concurrent, cfg.Limits.Queue, cfg.Limits.Time = 1, 10*time.Millisecond, 300*time.Millisecond
	cfg.SelfCheck, cfg.Notify, cfg.Watchdog = 20*time.Millisecond, s.notify, 20*time.Millisecond
	p := start(t, cfg)
	fed := func(from int) bool {
		text, _ := s.since(from)
		return strings.Contains(text, "WATCHDOG=1")
	}
	eventually(t, "it is fed", func() bool { return fed(0) })
	ctx, cancel := context.WithCancel(t.Context())
	wait := p.flood(ctx, 4, evaluation, about("slow"), isJSON)
	p.says("none of the decision point's own was made since")
	// It is not notified between two moments without a decision between them.
	const last = "qlik2rego_self_check_timestamp_seconds"
	for range 20 {
		at := p.metric(last)
		p.says("none of the decision point's own was made since")
		_, before := s.since(0)
		time.Sleep(50 * time.Millisecond)
		meanwhile, now := s.since(before)
		if p.metric(last) == at {
			if now > before+1 { // one may have been on its way
				t.Errorf("it is fed meanwhile: %q", meanwhile)
			}
			break
		}
	}
	cancel()
	wait()
	p.says(`"status":"ready"`)
	_, before := s.since(0)
	eventually(t, "it is fed again", func() bool { return fed(before) })
}

// TestActivationsAreReported checks the notifications to the supervisor, including a revision that must
// not add lines to them.
func TestActivationsAreReported(t *testing.T) {
	var s reported
	cfg := twinConfig(t)
	cfg.Notify = s.notify
	p := start(t, cfg)
	replace(t, cfg.Bundles[0], archive(twin("r2", "r2")))
	p.ready("r2")
	hostile := twin("r3", "r3")
	hostile[".manifest"] = strings.Replace(hostile[".manifest"], `"r3"`, `"r3\nSTOPPING=1"`, 1)
	replace(t, cfg.Bundles[0], archive(hostile))
	eventually(t, "the third decides", func() bool { text, _ := s.since(0); return strings.Contains(text, "revision r3") })
	text, _ := s.since(0)
	if !strings.HasPrefix(text, "READY=1\nSTATUS=deciding by revision r0\n") || !strings.Contains(text, "\nSTATUS=deciding by revision r2\n") || strings.Contains(text, "\nSTOPPING=1") {
		t.Errorf("%q", text)
	}
}
