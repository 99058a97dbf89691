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

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
)

// Server is a decision point.
type Server struct {
	cfg  Config
	live *live.Holder
	// files and management are each nil where there is no such thing.
	files      *live.Files
	management *management.Manager
	routes     map[string]route
	metrics    *metrics
	slots      slots
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
	s.live = live.New(cfg.EntryPoint, s.activated)
	s.live.Limit(cfg.Limits.Activation)
	s.routes = s.table()
	if err := s.startManagement(ctx); err != nil {
		return nil, err
	}
	if len(cfg.Bundles) == 0 {
		return s, nil // those of a server come when they come
	}
	if cfg.Verification == nil && s.management != nil {
		cfg.Verification = s.management.Verification()
	}
	s.files = live.NewFiles(s.live, cfg.Bundles, cfg.Verification, cfg.Limits.Bundle)
	if err := s.files.Activate(ctx); err != nil && (!cfg.Wait || ctx.Err() != nil) {
		return nil, errors.Join(err, s.stopManagement(time.Now()))
	}
	return s, nil
}

func (s *Server) startManagement(ctx context.Context) (err error) {
	if s.cfg.OPA == nil {
		return nil
	}
	files := len(s.cfg.Bundles) > 0
	s.management, err = management.New(ctx, management.Options{
		Config: s.cfg.OPA, Files: files, Holder: s.live, Log: s.cfg.Log, Console: s.cfg.Console,
		Metrics: s.metrics.registry, StallAfter: s.cfg.StallAfter, Settled: s.cfg.Activated,
	})
	if err != nil {
		return fmt.Errorf("the OPA configuration: %w", err)
	}
	if !files && !s.management.Bundles() {
		return errNoBundle
	}
	s.metrics.registry.MustRegister(s.management)
	if err := s.management.Start(ctx); err != nil {
		return errors.Join(fmt.Errorf("the OPA configuration: %w", err), s.stopManagement(time.Now()))
	}
	return nil
}

// stopManagement lets decisions that wait reach the log's server until the
// deadline, and in any case for a second.
func (s *Server) stopManagement(deadline time.Time) error {
	if s.management == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), max(time.Until(deadline), time.Second))
	defer cancel()
	return s.management.Stop(ctx)
}

// activated reports an activation.
func (s *Server) activated(a live.Activation) {
	s.metrics.activated(a)
	if a.Err != nil {
		s.cfg.Log.Error("the bundles cannot be activated", "error", a.Err, "deciding", s.revision())
		return
	}
	if a.Same {
		return
	}
	s.cfg.Log.Info("bundles activated", "revision", a.Revision, "seconds", a.Took.Seconds())
	if s.cfg.EntryPoint == engine.QlikEntryPoint && len(s.live.Current().Data.Keys(bundles.DataRoot, "entities")) == 0 {
		s.cfg.Log.Warn("the bundle holds no site: what callers describe decides", "revision", a.Revision)
	}
	if s.cfg.Activated != nil {
		go s.cfg.Activated() // others wait for the end of this activation
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
	if s.files != nil {
		go s.files.Watch(watching, s.cfg.WatchEvery)
	}

	var handler http.Handler = s
	if s.management != nil {
		handler = s.management.Handler(s)
	}
	api := s.server(handler)
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
		return errors.Join(err, closeAll(servers), s.stopManagement(time.Now()))
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.cfg.Log.Info("stopping", "drain", s.cfg.Limits.Drain.String())
	deadline := time.Now().Add(s.cfg.Limits.Drain)
	return errors.Join(s.drain(servers, deadline), s.stopManagement(deadline))
}

// diagnosticConnections is enough for a scraper, a probe and a person.
const diagnosticConnections = 16

// drain ends the servers in order, so that diagnostics are there to the last.
func (s *Server) drain(servers []*http.Server, deadline time.Time) error {
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
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
