package pdp

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// diagnostics serves metrics, health in detail, the level of the log and, if enabled, profiles.
// It is for operators.
func (s *Server) diagnostics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	for path, serve := range map[string]func() (int, any){"GET /health": s.alive, "GET /health/ready": s.readyInDetail} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			status, answer := serve()
			_ = (&exchange{Server: s, w: w, r: r}).write(status, answer)
		})
	}
	if s.cfg.Level != nil {
		mux.HandleFunc("GET /log-level", func(w http.ResponseWriter, _ *http.Request) { s.sayLevel(w) })
		// A web page of another origin cannot send PUT.
		mux.HandleFunc("PUT /log-level", s.setLevel)
	}
	if s.cfg.Profiling {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

func (s *Server) sayLevel(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, strings.ToLower(s.cfg.Level.Level().String())+"\n") // a client that has disconnected is not an error
}

// setLevel changes the level of the log while the server runs.
func (s *Server) setLevel(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16))
	var level slog.Level
	if err == nil {
		level, err = ParseLevel(strings.TrimSpace(string(text)))
	}
	if err != nil {
		http.Error(w, "the body must be debug, info, warn or error", http.StatusBadRequest)
		return
	}
	s.cfg.Level.Set(level)
	s.cfg.Log.Warn("the level of the log was changed", "level", strings.ToLower(level.String()))
	s.sayLevel(w)
}
