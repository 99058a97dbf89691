package management

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/config"
	"github.com/open-policy-agent/opa/v1/hooks"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/plugins"
	"github.com/open-policy-agent/opa/v1/plugins/bundle"
	"github.com/open-policy-agent/opa/v1/plugins/discovery"
	"github.com/open-policy-agent/opa/v1/plugins/logger/file"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tracing"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/qlik2rego/qlik2rego/internal/pdp/lines"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// Options are the options of a manager.
type Options struct {
	// Config is an OPA configuration, as Load returns it.
	Config []byte
	// Files says that the policy comes from files: the configuration must not name bundles.
	Files bool
	// PolicyStore receives the policies.
	PolicyStore *live.PolicyStore
	Log         *slog.Logger
	// Console receives the decisions and status that are written to the console.
	Console io.Writer
	// Metrics is the registry for the metrics of OPA's plugins.
	Metrics prometheus.Registerer
	// StallAfter is the time after which a stalled download is cancelled; zero means half a
	// minute.
	StallAfter time.Duration
	// BundleMax is the maximum unpacked size in bytes of a bundle from a server; zero is
	// bundles.ReadLimit.
	BundleMax int64
	// LogWithin is the time limit for the rules of masks and drops, for the decisions of a
	// request; zero is a second.
	LogWithin time.Duration
	// Released, which may be nil, is called a moment after a bundle was activated, when OPA has
	// released the downloaded data.
	Released func()
}

// Manager runs OPA's plugins. It is safe for concurrent use.
type Manager struct {
	opa      *plugins.Manager
	parts    *live.BundleSet
	store    *live.PolicyStore
	log      *slog.Logger
	files    bool
	verify   bool // the file has keys to verify bundles with
	metrics  metrics.Metrics
	traces   *traces
	released func()
	notes
	console   *lines.Writer
	downloads *downloads
	logWithin time.Duration
	// slowUntil is the time, in nanoseconds, until which masks get little time, because they
	// have exceeded their limit.
	slowUntil atomic.Int64

	// next activates the policy that the plugins are about to follow.
	next     atomic.Pointer[func()]
	states   atomic.Pointer[map[string]*plugins.Status]
	mu       sync.Mutex
	statuses map[string]*bundle.Status // of bundles, and of discovery under its name
	watched  *bundle.Plugin
}

var errFiles = errors.New("the policy comes from the files that -b names: a bundle from elsewhere is rejected")

// registerTransports makes OPA's clients use our transports. OPA keeps them in a global
// variable without a lock, which clients of another manager may be reading.
var registerTransports = sync.OnceFunc(func() { tracing.RegisterHTTPTracing(transports{}) })

// New creates the plugins that a configuration names, without starting them.
func New(ctx context.Context, o Options) (*Manager, error) {
	m := &Manager{store: o.PolicyStore, log: o.Log, files: o.Files, metrics: metrics.New(), statuses: map[string]*bundle.Status{}, released: o.Released}
	m.parts = live.NewBundleSet(o.PolicyStore, m.required)
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	parsed, err := config.ParseConfig(o.Config, hex.EncodeToString(id))
	if err != nil {
		return nil, err
	}
	if m.verify, err = verifies(parsed.Keys); err != nil {
		return nil, err
	}
	if err := m.check(parsed); err != nil {
		return nil, err
	}
	if m.traces, err = newTraces(ctx, parsed.DistributedTracing, m.log); err != nil {
		return nil, err
	}
	registerTransports()
	if o.StallAfter == 0 {
		o.StallAfter = stallAfter
	}
	m.downloads = newDownloads(o.BundleMax)
	m.logWithin = cmp.Or(o.LogWithin, LogWithin)
	guard := tracing.NewOptions(append(m.traces.clientOptions(), o.StallAfter, m.downloads)...)
	m.console = lines.New(o.Console, lines.Max, func(error) { m.unlogged.Add(1) })
	out := newConsole(m.console, &m.unlogged)
	own := hooks.New(&hook{m})
	m.opa, err = plugins.New(o.Config, hex.EncodeToString(id), newStore(m, o.PolicyStore.Current),
		plugins.Logger(logger{to: o.Log, notes: &m.notes}), plugins.ConsoleLogger(out),
		plugins.WithParserOptions(ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true}),
		plugins.WithPrometheusRegister(o.Metrics), plugins.WithHooks(own),
		plugins.WithDistributedTracingOpts(guard))
	if err != nil {
		return nil, err
	}
	var boot map[string]any
	if err := json.Unmarshal(o.Config, &boot); err != nil {
		return nil, err
	}
	m.opa.RegisterPluginStatusListener("qlik2rego", func(states map[string]*plugins.Status) {
		m.states.Store(&states)
		go m.listen() // OPA holds its own locks here
	})
	d, err := discovery.New(m.opa, discovery.BootConfig(boot), discovery.Hooks(own), discovery.Metrics(m.metrics),
		discovery.Factories(map[string]plugins.Factory{file.Name: &files{log: m.log, unlogged: &m.unlogged}}))
	if err != nil {
		return nil, err
	}
	d.RegisterListener("qlik2rego", func(s bundle.Status) { m.note(map[string]*bundle.Status{discovery.Name: &s}) })
	m.opa.Register(discovery.Name, d)
	m.opa.RegisterCompilerTrigger(m.followed) // after that of the decision log
	m.store.Follow(m.swap)
	for _, w := range m.opa.GetConfig().Warnings {
		m.log.Warn("the OPA configuration: " + w)
	}
	return m, nil
}

// check rejects an unsupported configuration.
func (m *Manager) check(c *config.Config) error {
	if m.files && (len(c.Bundles) > 0 || len(c.Bundle) > 0) {
		return fmt.Errorf("bundles: %w", errFiles)
	}
	if err := harden(c, m.verify); err != nil {
		return err
	}
	if err := registries(c); err != nil {
		return err
	}
	for _, name := range ignored(c) {
		m.log.Warn("the OPA configuration has a section that means nothing here", "section", name)
	}
	return nil
}

// Bundles reports whether the configuration names bundles, directly or through discovery.
func (m *Manager) Bundles() bool {
	return len(m.opa.GetConfig().Bundles) > 0 || m.discovers()
}

func (m *Manager) discovers() bool { return len(m.opa.GetConfig().Discovery) > 0 }

// Start starts the plugins. Bundles that are stored on disk are active when it returns; the
// others arrive later.
func (m *Manager) Start(ctx context.Context) error {
	if m.storesDiscovery() {
		useOPAsActivator()
	} else {
		useActivator()
	}
	if err := m.opa.Init(ctx); err != nil {
		return err
	}
	if err := storage.Txn(ctx, m.opa.Store, storage.WriteParams, func(txn storage.Transaction) error {
		_, err := m.opa.Store.Register(ctx, txn, storage.TriggerConfig{OnCommit: m.committed})
		return err
	}); err != nil {
		return err
	}
	return m.opa.Start(ctx)
}

func (m *Manager) storesDiscovery() bool {
	var d struct {
		Persist bool `json:"persist"`
	}
	return json.Unmarshal(m.opa.GetConfig().Discovery, &d) == nil && d.Persist
}

// committed removes bundles that a new configuration no longer names: OPA removes their
// manifests from the store.
func (m *Manager) committed(ctx context.Context, _ storage.Transaction, _ storage.TriggerEvent) {
	if m.files {
		return
	}
	if err := m.parts.Prune(ctx); err != nil {
		m.log.Error("the bundles that are left cannot be activated", "error", err)
	}
}

// ErrLost is the error of Stop if decisions are lost.
var ErrLost = errors.New("decisions that waited for the decision log are lost: it did not take them in time")

// Stop stops the plugins, and writes or uploads the waiting decisions before the context ends.
// The context must have a deadline. It returns an ErrLost if decisions are lost.
func (m *Manager) Stop(ctx context.Context) error {
	m.opa.Stop(ctx)
	var err error
	if m.console.Close(ctx) != nil || m.lostAtEnd.Load() {
		err = ErrLost
	}
	return errors.Join(err, m.traces.stop(ctx))
}

// swap activates a policy once the plugins follow it: its modules may contain masks, and no
// decision must be logged without them. A bundle of OPA's reaches the plugins in the
// transaction that activates it.
func (m *Manager) swap(p *live.Policy, now func()) error {
	m.next.Store(&now)
	if !m.files {
		return nil
	}
	params := storage.WriteParams
	params.Context = storage.NewContext()
	return storage.Txn(context.Background(), m.opa.Store, params, func(storage.Transaction) error {
		plugins.SetCompilerOnContext(params.Context, p.Compiler)
		return nil
	})
}

// followed is called when OPA's plugins have received a policy's compiler.
func (m *Manager) followed(storage.Transaction) {
	if now := m.next.Swap(nil); now != nil {
		(*now)()
	}
}

// Handler adds spans to a handler, if enabled.
func (m *Manager) Handler(h http.Handler) http.Handler { return m.traces.handler(h) }

// required returns the names of the bundles in the configuration.
func (m *Manager) required() []string {
	p := bundle.Lookup(m.opa)
	if p == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(p.Config().Bundles))
}

// listen subscribes to the status of the bundle plugin, which discovery may create later.
func (m *Manager) listen() {
	p := bundle.Lookup(m.opa)
	m.mu.Lock()
	known := p == nil || p == m.watched
	m.watched = p
	m.mu.Unlock()
	if !known {
		// This waits for a bundle that is being activated, and misses the end of that
		// activation.
		p.RegisterBulkListener("qlik2rego", m.note)
		m.notifyReleased()
	}
}

// notifyReleased waits a moment first, because OPA still holds the data that it reports about.
func (m *Manager) notifyReleased() {
	if m.released != nil {
		time.AfterFunc(time.Second, m.released)
	}
}

func (m *Manager) note(statuses map[string]*bundle.Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, s := range statuses {
		before := m.statuses[name]
		if before == nil || !before.LastSuccessfulActivation.Equal(s.LastSuccessfulActivation) {
			m.notifyReleased()
		}
		m.statuses[name] = s
	}
}

// hook hardens configurations before OPA uses them.
type hook struct{ m *Manager }

// OnConfig implements hooks.ConfigHook.
func (h *hook) OnConfig(_ context.Context, c *config.Config) (*config.Config, error) {
	return c, harden(c, h.m.verify)
}

// OnConfigDiscovery implements hooks.ConfigDiscoveryHook. The configuration has been evaluated,
// and none of its bundles has been read: from here on we activate bundles.
func (h *hook) OnConfigDiscovery(_ context.Context, c *config.Config) (*config.Config, error) {
	useActivator()
	return c, h.m.check(c)
}

// now is the time used in logs.
func now() time.Time { return time.Now().UTC() }

// keys returns the configuration's keys for verifying bundles, nil without any.
func (m *Manager) keys() map[string]*opabundle.KeyConfig {
	all := m.opa.PublicKeys()
	maps.DeleteFunc(all, func(_ string, k *opabundle.KeyConfig) bool { return k.Key == "" })
	return all
}

// Verification returns how bundles in files are verified, nil if the configuration has no keys.
func (m *Manager) Verification() *opabundle.VerificationConfig {
	keys := m.keys()
	if len(keys) == 0 {
		return nil
	}
	return opabundle.NewVerificationConfig(keys, "", "", nil)
}
