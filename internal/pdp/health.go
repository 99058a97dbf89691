package pdp

import (
	"net/http"
	"time"
)

// health says how the decision point is.
type health struct {
	Status string `json:"status"`
	// Missing is what there must be to become ready.
	Missing []string `json:"missing,omitzero"`
	// Degraded is what is wrong while decisions go on.
	Degraded []string   `json:"degraded,omitzero"`
	Revision string     `json:"revision,omitzero"`
	Since    *time.Time `json:"since,omitzero"`
}

// alive answers as long as the process does.
func (s *Server) alive() (int, any) { return http.StatusOK, health{Status: "alive"} }

// ready says whether there are decisions to be had here, and what is missing.
func (s *Server) ready() (int, any) {
	h := health{Status: "ready"}
	last := s.live.Last()
	p := s.live.Current()
	if s.management != nil {
		h.Degraded = s.management.Degraded()
	}
	switch {
	case p != nil:
		h.Revision, h.Since = p.Revision, &p.Since
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
	if s.stopping.Load() {
		h.Missing = append(h.Missing, "the decision point is stopping")
	}
	if len(h.Missing) > 0 {
		h.Status = "not ready"
		return http.StatusServiceUnavailable, h
	}
	return http.StatusOK, h
}
