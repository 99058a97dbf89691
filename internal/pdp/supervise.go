package pdp

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// extendEvery is the interval of messages to the supervisor that the start continues, and
// extendBy the time that each requests.
const (
	extendEvery = 5 * time.Second
	extendBy    = 30 * time.Second
)

// notify sends assignments of systemd's notify protocol (sd_notify(3)) to the supervisor, if
// there is one.
func (s *Server) notify(assignments ...string) {
	if s.cfg.Notify != nil {
		s.cfg.Notify(strings.Join(assignments, "\n"))
	}
}

// extend requests more time.
func extend(by time.Duration) string { return fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", by.Microseconds()) }

// status describes the state of the decision point in one line, for systemctl status.
func (s *Server) status() string {
	p := s.live.Current()
	if p == nil {
		return "STATUS=waiting for a bundle"
	}
	revision := strings.Map(func(r rune) rune {
		if r < ' ' { // a line feed would begin another assignment
			return '\uFFFD'
		}
		return r
	}, p.Revision)
	return "STATUS=deciding by revision " + revision
}

// feed notifies the watchdog as long as the process is healthy: a decision point that makes no
// decisions, or has too many that cannot be interrupted, is restarted.
func (s *Server) feed(ctx context.Context) {
	if s.cfg.Watchdog <= 0 || s.cfg.Notify == nil {
		return
	}
	tick := time.NewTicker(s.cfg.Watchdog / 2)
	defer tick.Stop()
	for {
		if _, silent := s.check.silentSince(); !silent && !s.gate.stuck() {
			s.notify("WATCHDOG=1")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Reload reads the bundles in files again, changed or not. If activation fails, nothing
// changes. It does not affect bundles of a server.
func (s *Server) Reload(ctx context.Context) {
	select {
	case <-s.up:
	default:
		return // start reads them
	}
	s.notify("RELOADING=1", strings.TrimSpace(s.cfg.Monotonic()))
	s.cfg.Log.Info("reading the bundles again")
	if s.files != nil {
		_ = s.files.Activate(ctx) // the observer reports the error
	}
	s.notify("READY=1", s.status())
}
