package pdp

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// Server is a decision point.
type Server struct {
	cfg     Config
	live    *live.Holder
	routes  map[string]route
	metrics *metrics
	slots   slots
	// pageKey makes page tokens; another process has another.
	pageKey  []byte
	stopping atomic.Bool
}

// New prepares a decision point and activates its bundles. That they cannot be
// activated is an error, unless the configuration says to wait for them.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, pageKey: make([]byte, 32), slots: newSlots(cfg.Limits)}
	_, _ = rand.Read(s.pageKey) // never fails
	s.metrics = newMetrics(s)
	s.live = live.New(cfg.Bundles, cfg.EntryPoint, s.activated)
	s.routes = s.table()
	if err := s.live.Activate(ctx); err != nil && (!cfg.Wait || ctx.Err() != nil) {
		return nil, err
	}
	return s, nil
}

// activated reports an activation.
func (s *Server) activated(a live.Activation) {
	s.metrics.activated(a)
	if a.Err != nil {
		s.cfg.Log.Error("the bundles cannot be activated", "error", a.Err, "deciding", s.revision())
		return
	}
	s.cfg.Log.Info("bundles activated", "revision", a.Revision, "seconds", a.Took.Seconds())
	if s.cfg.Activated != nil {
		s.cfg.Activated()
	}
}

func (s *Server) revision() string {
	if p := s.live.Current(); p != nil {
		return p.Revision
	}
	return ""
}

// Serve answers on the listener until the context ends; then it finishes the
// requests that are open, for at most the drain time, and returns nil. The
// listener for diagnostics may be nil. Both are closed in any case.
func (s *Server) Serve(ctx context.Context, l, diagnostics net.Listener) error {
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWatching()
	go s.live.Watch(watching, s.cfg.WatchEvery)

	api := s.server(s)
	failed := make(chan error, 2)
	l = listen.Limit(l, s.cfg.Limits.Connections)
	if s.cfg.TLS != nil {
		l = tls.NewListener(l, s.cfg.TLS)
	}
	go func() { failed <- api.Serve(l) }()
	servers := []*http.Server{api}
	if diagnostics != nil {
		d := s.server(s.diagnostics())
		go func() { failed <- d.Serve(listen.Limit(diagnostics, diagnosticConnections)) }()
		servers = append(servers, d)
	}
	select {
	case err := <-failed:
		return errors.Join(err, closeAll(servers))
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.cfg.Log.Info("stopping", "drain", s.cfg.Limits.Drain.String())
	return s.drain(servers)
}

// diagnosticConnections is enough for a scraper, a probe and a person.
const diagnosticConnections = 16

// drain ends the servers in order, so that diagnostics are there to the last.
func (s *Server) drain(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Limits.Drain)
	defer cancel()
	for _, one := range servers {
		if err := one.Shutdown(ctx); err != nil {
			return errors.Join(fmt.Errorf("requests were still open after %s: %w", s.cfg.Limits.Drain, err), closeAll(servers))
		}
	}
	return nil
}

func closeAll(servers []*http.Server) error {
	var errs []error
	for _, s := range servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// headerMax is the number of bytes of a request's header.
const headerMax = 32 << 10

func (s *Server) server(h http.Handler) *http.Server {
	l := s.cfg.Limits
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: l.Read,
		ReadTimeout:       l.Read,
		// The answer comes after waiting and deciding, and has to be fetched.
		WriteTimeout:   l.Read + l.Queue + l.Time + l.Read,
		IdleTimeout:    l.Idle,
		MaxHeaderBytes: headerMax,
		ErrorLog:       slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
		// One request at a time on a connection: what is bounded by
		// connections is bounded.
		Protocols: new(http.Protocols),
	}
	srv.Protocols.SetHTTP1(true)
	return srv
}

// slots bound the requests that are decided at once.
type slots struct {
	free chan struct{} // holds an element for each request
	wait time.Duration
}

func newSlots(l Limits) slots { return slots{make(chan struct{}, l.Concurrent), l.Queue} }

// take waits for a slot.
func (s slots) take(ctx context.Context) error {
	select {
	case s.free <- struct{}{}:
		return nil
	default:
	}
	timeout := time.NewTimer(s.wait)
	defer timeout.Stop()
	select {
	case s.free <- struct{}{}:
		return nil
	case <-timeout.C:
		return busy("too many requests are being decided")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s slots) leave() { <-s.free }
