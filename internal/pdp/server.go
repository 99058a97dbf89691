package pdp

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/open-policy-agent/opa/v1/ast"
	"google.golang.org/grpc"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Server is a decision point.
type Server struct {
	cfg  Config
	live *live.PolicyStore
	// files and management are nil if they are not configured.
	files      *live.Files
	management *management.Manager
	routes     map[string]route
	described  jsontext.Value // the OpenAPI document
	filterers  *filterers     // nil if filters are not served
	metrics    *metrics
	gate       *gate
	check      *selfCheck
	// listeners are those of the API and of diagnostics, by name, while they serve.
	listeners atomic.Pointer[map[string]*listen.Limiter]
	// pageKey authenticates page tokens; it is random for each process unless it is configured.
	pageKey []byte
	// edgeContext is the context of requests of proxies, nil without one.
	edgeContext *ast.Term
	// envoy is nil unless Envoy is served.
	envoy   *grpc.Server
	started bool
	// up is closed at the end of the first activation.
	up       chan struct{}
	stopping atomic.Bool
	// announced says that the supervisor has been told that the server has started.
	announced atomic.Bool
}

// New creates a decision point and activates its bundles. It fails if they cannot be activated,
// unless Config.Wait is set.
func New(ctx context.Context, cfg Config) (*Server, error) {
	s, err := Prepare(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s.started = true
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Prepare checks the configuration but does not activate anything: Serve does, while health can
// already be queried.
func Prepare(ctx context.Context, cfg Config) (*Server, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, pageKey: cfg.PageKey, check: newSelfCheck(cfg.SelfCheck, cfg.Limits), up: make(chan struct{})}
	s.gate = newGate(cfg.Limits, s.known())
	if s.pageKey == nil {
		s.pageKey = make([]byte, 32)
		_, _ = rand.Read(s.pageKey) // never fails
	}
	s.metrics = newMetrics(s)
	s.live = live.New(cfg.EntryPoint, s.activated)
	s.live.Limit(cfg.Limits.Activation)
	s.live.Evaluate(s.engineOptions()...)
	if cfg.Filters != nil {
		s.filterers = &filterers{prepare: cfg.Filters}
	}
	s.routes = s.table()
	var err error
	if s.described, err = s.openapi(); err != nil {
		return nil, err
	}
	if cfg.Edge != nil && cfg.Edge.Context != nil {
		context, err := ast.InterfaceToValue(cfg.Edge.Context)
		if err != nil {
			return nil, err
		}
		s.edgeContext = ast.NewTerm(context)
	}
	return s, s.prepareManagement(ctx)
}

// start activates the bundles: those in files, and the stored ones of a bundle server.
func (s *Server) start(ctx context.Context) error {
	defer close(s.up)
	if s.management != nil {
		if err := s.management.Start(ctx); err != nil {
			return errors.Join(fmt.Errorf("the OPA configuration: %w", err), s.stopManagement(time.Now()))
		}
	}
	if len(s.cfg.Bundles) == 0 {
		return nil // bundles of a server arrive later
	}
	verification := s.cfg.Verification
	if verification == nil && s.management != nil {
		verification = s.management.Verification()
	}
	s.files = live.NewFiles(s.live, s.cfg.Bundles, verification, s.cfg.Limits.Bundle)
	if err := s.files.Activate(ctx); err != nil && (!s.cfg.Wait || ctx.Err() != nil) {
		return errors.Join(err, s.stopManagement(time.Now()))
	}
	return nil
}

// ErrStart is the error of Serve if the bundles cannot be activated at the start. It wraps the
// reason.
type ErrStart struct{ Err error }

// Error implements error.
func (e *ErrStart) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ErrStart) Unwrap() error { return e.Err }

func (s *Server) prepareManagement(ctx context.Context) (err error) {
	if s.cfg.OPA == nil {
		return nil
	}
	files := len(s.cfg.Bundles) > 0
	s.management, err = management.New(ctx, management.Options{
		Config: s.cfg.OPA, Files: files, PolicyStore: s.live, Log: s.cfg.Log, Console: s.cfg.Console,
		Metrics: s.metrics.registry, StallAfter: s.cfg.StallAfter, Released: s.cfg.Activated,
		BundleMax: s.cfg.Limits.Bundle, LogWithin: s.cfg.LogWithin,
	})
	if err != nil {
		return fmt.Errorf("the OPA configuration: %w", err)
	}
	if !files && !s.management.Bundles() {
		return errNoBundle
	}
	s.metrics.registry.MustRegister(s.management)
	return nil
}

// stopManagement uploads the remaining decisions to the log's server until the deadline, but at
// least for a second.
func (s *Server) stopManagement(deadline time.Time) error {
	if s.management == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), max(time.Until(deadline), time.Second))
	defer cancel()
	return s.management.Stop(ctx)
}

// activated handles an activation.
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
	s.logExecution()
	if s.announced.Load() {
		s.notify(s.status())
	}
	if s.cfg.EntryPoint == engine.QlikEntryPoint && len(sitedata.Types(s.live.Current().Data)) == 0 {
		s.cfg.Log.Warn("the bundle holds no site: what callers describe decides", "revision", a.Revision)
	}
	if s.cfg.Activated != nil {
		go s.cfg.Activated() // the caller may hold locks of the activation
	}
}

func (s *Server) revision() string {
	if p := s.live.Current(); p != nil {
		return p.Revision
	}
	return ""
}

// Serve serves the listener until the context ends; then it finishes the open requests, for at
// most the drain time, and returns nil. The listener for diagnostics may be nil. Both are
// closed in any case. After Prepare it also activates the bundles; it returns an ErrStart if
// this fails.
func (s *Server) Serve(ctx context.Context, l, diagnostics net.Listener) error {
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	servers, failed := s.listen(l, diagnostics)
	starting := make(chan error, 1)
	if s.started {
		starting <- nil
	} else {
		go func() { starting <- s.start(ctx) }()
	}
	go s.feed(background)
	still := time.NewTicker(extendEvery)
	defer still.Stop()
	for starting != nil {
		select {
		case <-still.C:
			s.notify(extend(extendBy), "STATUS=activating the bundles")
		case err := <-failed:
			return errors.Join(err, s.closeAll(servers), s.stopManagement(time.Now()))
		case err := <-starting:
			starting = nil
			switch {
			case err != nil && ctx.Err() != nil:
				return s.stop(servers, failed)
			case err != nil:
				return errors.Join(&ErrStart{err}, s.closeAll(servers))
			}
		}
	}
	s.notify("READY=1", s.status())
	s.announced.Store(true)
	if s.files != nil {
		go s.files.Watch(background, s.cfg.WatchEvery)
	}
	go s.check.run(background, s)
	select {
	case err := <-failed:
		return errors.Join(err, s.closeAll(servers), s.stopManagement(time.Now()))
	case <-ctx.Done():
	}
	return s.stop(servers, failed)
}

// listen starts the servers. The channel receives the error of one that fails.
func (s *Server) listen(l, diagnostics net.Listener) ([]*http.Server, <-chan error) {
	var handler http.Handler = s
	if s.management != nil {
		handler = s.management.Handler(s)
	}
	failed := make(chan error, 3)
	limited := map[string]*listen.Limiter{"api": listen.Limit(l, s.cfg.Limits.Connections)}
	if diagnostics != nil {
		limited["diagnostics"] = listen.Limit(diagnostics, diagnosticConnections)
	}
	api := s.server(handler, limited["api"])
	l = limited["api"]
	if s.cfg.TLS != nil {
		l = tls.NewListener(l, s.cfg.TLS)
	}
	go func() { failed <- api.Serve(l) }()
	servers := []*http.Server{api}
	if diagnostics != nil {
		d, limiter := s.server(held(s.diagnostics()), limited["diagnostics"]), limited["diagnostics"]
		go func() { failed <- d.Serve(limiter) }()
		servers = append(servers, d)
	}
	if s.cfg.Envoy != nil {
		limiter, envoy := listen.Limit(s.cfg.Envoy, s.cfg.Limits.Connections), s.envoyServer()
		limited["envoy"], s.envoy = limiter, envoy
		go func() { failed <- envoy.Serve(busyListener{limiter}) }()
	}
	s.listeners.Store(&limited)
	return servers, failed
}

// stop becomes not ready immediately, serves until load balancers have noticed, and then ends
// open requests.
func (s *Server) stop(servers []*http.Server, failed <-chan error) error {
	s.stopping.Store(true)
	s.announced.Store(false)
	s.notify("STOPPING=1", "STATUS=finishing open requests", extend(s.cfg.ShutdownWait+s.cfg.Limits.Drain+extendEvery))
	s.cfg.Log.Info("stopping", "wait", s.cfg.ShutdownWait.String(), "drain", s.cfg.Limits.Drain.String())
	var err error
	select {
	case err = <-failed:
	case <-time.After(s.cfg.ShutdownWait):
	}
	deadline := time.Now().Add(s.cfg.Limits.Drain)
	return errors.Join(err, s.drain(servers, deadline), s.stopManagement(deadline))
}

// diagnosticConnections is enough for a scraper, a probe and a person.
const diagnosticConnections = 16

// drain stops the servers in order, diagnostics last.
func (s *Server) drain(servers []*http.Server, deadline time.Time) error {
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	if s.envoy != nil {
		// Requests that are open longer than the drain time are cancelled.
		defer context.AfterFunc(ctx, s.envoy.Stop)()
		s.envoy.GracefulStop()
	}
	for _, one := range servers {
		if err := one.Shutdown(ctx); err != nil {
			return errors.Join(fmt.Errorf("requests were still open after %s: %w", s.cfg.Limits.Drain, err), s.closeAll(servers))
		}
	}
	return nil
}

func (s *Server) closeAll(servers []*http.Server) error {
	var errs []error
	if s.envoy != nil {
		s.envoy.Stop()
	}
	for _, one := range servers {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}

// headerMax is the maximum size of a request's header in bytes.
const headerMax = 32 << 10

func (s *Server) server(h http.Handler, l *listen.Limiter) *http.Server {
	limits := s.cfg.Limits
	srv := &http.Server{
		Handler:           h,
		ConnState:         l.State,
		ConnContext:       connected(l),
		ReadHeaderTimeout: limits.Read,
		ReadTimeout:       limits.Read,
		// The answer comes after waiting and deciding, and has to be sent.
		WriteTimeout:   limits.Read + limits.Queue + limits.Time + limits.Read,
		IdleTimeout:    limits.Idle,
		MaxHeaderBytes: headerMax,
		ErrorLog:       log.New(httpErrors{s}, "", 0),
		// One request at a time per connection, so that the limit of connections also limits
		// requests.
		Protocols: new(http.Protocols),
	}
	srv.Protocols.SetHTTP1(true)
	return srv
}
