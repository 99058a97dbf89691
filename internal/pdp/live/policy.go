package live

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// Policy is a policy with its data, ready to decide.
type Policy struct {
	*engine.EntryPoint
	// Revision is that of the manifests, joined with "+" if there are several bundles; a digest
	// of the bytes if a bundle has none.
	Revision string
	// Revisions are those of the manifests by the name of the bundle, which is the path for a
	// file.
	Revisions map[string]string
	// Digest is a digest of the bytes of all bundles: unlike revisions, it is different for
	// different bundles.
	Digest string
	// Since is the time of the activation.
	Since time.Time
	// Compiler has compiled the modules, for queries other than decisions.
	Compiler *ast.Compiler
	// Data is the data that the modules read.
	Data      *bundles.Document
	modules   []bundles.Module
	manifests []bundles.Manifest
}

// Bundle returns the policy as a bundle, which shares its content.
func (p *Policy) Bundle() *bundles.Bundle {
	return &bundles.Bundle{Manifests: p.manifests, Modules: p.modules, Data: *p.Data}
}

// PolicyStore holds the current policy. It is safe for concurrent use.
type PolicyStore struct {
	entryPoint string
	observe    func(Activation)
	swap       Swap
	options    []engine.Option

	within    time.Duration
	current   atomic.Pointer[Policy]
	began     atomic.Pointer[time.Time] // of the current activation
	abandoned atomic.Int64
	mu        sync.Mutex // of the last activation
	last      Activation
}

// Activation is an attempt to activate bundles. Err is nil if it succeeded; Same says that
// these bundles were active already.
type Activation struct {
	Same     bool
	At       time.Time
	Took     time.Duration
	Revision string
	Err      error
}

// Swap activates a policy by calling now, immediately or later, when everything that has to
// follow the policy is ready.
type Swap func(p *Policy, now func()) error

// immediately is the Swap if nothing has to follow.
func immediately(_ *Policy, now func()) error {
	now()
	return nil
}

// Follow sets how policies are swapped. Call it before the first activation.
func (h *PolicyStore) Follow(swap Swap) { h.swap = swap }

// Evaluate sets how policies are evaluated. Call it before the first activation.
func (h *PolicyStore) Evaluate(options ...engine.Option) { h.options = options }

// New returns an empty policy store. observe, which may be nil, is called for each activation.
func New(entryPoint string, observe func(Activation)) *PolicyStore {
	if observe == nil {
		observe = func(Activation) {}
	}
	return &PolicyStore{entryPoint: entryPoint, observe: observe, swap: immediately, within: DefaultActivation}
}

// Current returns the current policy, or nil before the first activation. A request calls it
// once and uses the same policy throughout.
func (h *PolicyStore) Current() *Policy { return h.current.Load() }

// Last returns the last activation; its time is zero before the first.
func (h *PolicyStore) Last() Activation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

func (h *PolicyStore) report(a Activation) {
	h.mu.Lock()
	h.last = a
	h.mu.Unlock()
	h.observe(a)
}

// guarded converts a panic to an error. A bundle is input: a panic of OPA must not end a
// process that has a working policy.
func guarded(load func() (*Policy, error)) (p *Policy, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the bundle cannot be prepared: %v", r)
		}
	}()
	return load()
}

// prepare creates a policy from a bundle whose manifests belong to the given names.
func (h *PolicyStore) prepare(ctx context.Context, compiler *ast.Compiler, b *bundles.Bundle, names []string, digest string) (*Policy, error) {
	point, err := engine.NewEntryPointWith(ctx, compiler, b, h.entryPoint, h.options...)
	if err != nil {
		return nil, err
	}
	return newPolicy(point, compiler, b, names, digest), nil
}

func newPolicy(point *engine.EntryPoint, compiler *ast.Compiler, b *bundles.Bundle, names []string, digest string) *Policy {
	p := &Policy{
		EntryPoint: point, Revision: revision(b.Manifests, digest), Digest: digest, Compiler: compiler,
		Data: point.Data(), modules: b.Modules, manifests: b.Manifests, Revisions: map[string]string{},
	}
	for i, m := range b.Manifests {
		p.Revisions[names[i]] = m.Revision
	}
	return p
}

// on creates a policy from a bundle with the same modules, without compiling, so that the cost
// of a change does not depend on the number of rules.
func (p *Policy) on(ctx context.Context, b *bundles.Bundle, names []string, digest string) (*Policy, error) {
	if conflicts := ast.CheckPathConflicts(p.Compiler, func(path []string) (bool, error) { return b.Data.Has(path...), nil }); len(conflicts) > 0 {
		return nil, fmt.Errorf("the data stand where a rule does: %w", conflicts)
	}
	point, err := p.With(ctx, &b.Data)
	if err != nil {
		return nil, err
	}
	return newPolicy(point, p.Compiler, b, names, digest), nil
}

func sameModules(a, b []bundles.Module) bool {
	return slices.EqualFunc(a, b, func(x, y bundles.Module) bool {
		return x.Path == y.Path && bytes.Equal(x.Source, y.Source) && slices.Equal(x.Roots, y.Roots)
	})
}

func revision(manifests []bundles.Manifest, digest string) string {
	revisions := make([]string, len(manifests))
	for i, m := range manifests {
		if m.Revision == "" {
			return "sha256:" + digest
		}
		revisions[i] = m.Revision
	}
	return strings.Join(revisions, "+")
}
