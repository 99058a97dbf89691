package pdp

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// extendEvery is the time between two words to the supervisor that the start goes
// on, and extendBy the time that each asks for.
const (
	extendEvery = 5 * time.Second
	extendBy    = 30 * time.Second
)

// tell tells the supervisor, if there is one, assignments of systemd's notify
// protocol (sd_notify(3)).
func (s *Server) tell(assignments ...string) {
	if s.cfg.Notify != nil {
		s.cfg.Notify(strings.Join(assignments, "\n"))
	}
}

// extend asks for time.
func extend(by time.Duration) string { return fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", by.Microseconds()) }

// status says in a line what the decision point does, for systemctl status.
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

// feed tells the watchdog that the process is well, while it is: a decision point
// that makes no decisions, or has too many that cannot be interrupted, is restarted.
func (s *Server) feed(ctx context.Context) {
	if s.cfg.Watchdog <= 0 || s.cfg.Notify == nil {
		return
	}
	tick := time.NewTicker(s.cfg.Watchdog / 2)
	defer tick.Stop()
	for {
		if _, silent := s.check.silentSince(); !silent && !s.gate.stuck() {
			s.tell("WATCHDOG=1")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Reload reads the bundles of files again now, changed or not. What cannot be
// activated changes nothing. Bundles of a server come when they come.
func (s *Server) Reload(ctx context.Context) {
	select {
	case <-s.up:
	default:
		return // the start reads them
	}
	s.tell("RELOADING=1", strings.TrimSpace(s.cfg.Monotonic()))
	s.cfg.Log.Info("reading the bundles again")
	if s.files != nil {
		_ = s.files.Activate(ctx) // the observer is told
	}
	s.tell("READY=1", s.status())
}
