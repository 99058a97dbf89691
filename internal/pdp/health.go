package pdp

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp/redact"
)

// health is the state of the decision point.
type health struct {
	Status string `json:"status"`
	// Missing is what prevents readiness.
	Missing []string `json:"missing,omitzero"`
	// Degraded lists problems that do not prevent decisions.
	Degraded []string   `json:"degraded,omitzero"`
	Revision string     `json:"revision,omitzero"`
	Since    *time.Time `json:"since,omitzero"`
}

// alive answers as long as the process does.
func (s *Server) alive() (int, any) { return http.StatusOK, health{Status: "alive"} }

// ready is the public readiness: what is missing or degraded, without the reason, because
// errors of bundles quote the policy and contain addresses.
func (s *Server) ready() (int, any) {
	status, h := s.health()
	for _, list := range [][]string{h.Missing, h.Degraded} {
		for i, text := range list {
			list[i], _, _ = strings.Cut(text, ": ")
		}
	}
	return status, h
}

// readyInDetail is readiness for operators.
func (s *Server) readyInDetail() (int, any) {
	status, h := s.health()
	for _, list := range [][]string{h.Missing, h.Degraded} {
		for i, text := range list {
			list[i] = redact.Text(text)
		}
	}
	return status, h
}

// health reports whether decisions are possible, and what is missing. Each string is a name, or
// a name, ": " and a reason.
func (s *Server) health() (int, health) {
	h := health{Status: "ready"}
	last := s.live.Last()
	p := s.live.Current()
	if s.management != nil {
		h.Degraded = s.management.Degraded()
	}
	switch {
	case p != nil:
		h.Revision, h.Since = p.Revision, &p.Since
		h.Degraded = append(h.Degraded, s.degradedEngine()...)
		if s.management != nil {
			h.Degraded = append(h.Degraded, s.management.Missing()...)
		}
		if last.Err != nil {
			h.Degraded = append(h.Degraded, "bundle: "+last.Err.Error())
		}
	case s.management != nil:
		h.Missing = s.management.Missing()
	}
	if p == nil && last.Err != nil {
		h.Missing = append(h.Missing, "bundle: "+last.Err.Error())
	}
	if p == nil && len(h.Missing) == 0 {
		h.Missing = append(h.Missing, "bundle")
	}
	h.Degraded = append(h.Degraded, s.troubles()...)
	if since, silent := s.check.silentSince(); silent && p != nil {
		h.Missing = append(h.Missing, "decisions: none of the decision point's own was made since "+since.UTC().Format(time.RFC3339))
	}
	if s.gate.stuck() {
		h.Missing = append(h.Missing, fmt.Sprintf("decisions: %d run beyond their time and cannot be interrupted", s.gate.running.Load()))
	}
	if s.stopping.Load() {
		h.Missing = append(h.Missing, "the decision point is stopping")
	}
	if len(h.Missing) > 0 {
		h.Status = "not ready"
		return http.StatusServiceUnavailable, h
	}
	return http.StatusOK, h
}

// slowActivation is the duration after which a running activation is reported.
const slowActivation = 10 * time.Second

// troubles are problems of the process that do not prevent decisions.
func (s *Server) troubles() (list []string) {
	if since, ok := s.live.UnderWay(); ok && time.Since(since) > slowActivation {
		list = append(list, "activation: one is under way since "+since.UTC().Format(time.RFC3339))
	}
	if n := s.live.Abandoned(); n > 0 {
		list = append(list, fmt.Sprintf("activation: %d were given up and still run", n))
	}
	if n := s.gate.running.Load(); n > 0 && !s.gate.stuck() {
		list = append(list, fmt.Sprintf("decisions: %d run beyond their time and cannot be interrupted", n))
	}
	for _, c := range s.cfg.Credentials {
		if _, err := c.State(); err != nil {
			list = append(list, "credentials "+c.File()+": "+err.Error())
		}
	}
	return list
}
