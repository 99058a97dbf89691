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
	// Revision is what the manifests say; of several bundles, joined with "+";
	// of a bundle without one, a digest of its bytes.
	Revision string
	// Revisions are those of the manifests by the name of the bundle, which for
	// a file is its path.
	Revisions map[string]string
	// Digest is a digest of the bytes of all bundles: unlike revisions, no two
	// different bundles share it.
	Digest string
	// Since is the time of the activation.
	Since time.Time
	// Compiler has compiled the modules, for those who ask them other things
	// than decisions.
	Compiler *ast.Compiler
	// Data is what the modules read.
	Data      *bundles.Document
	modules   []bundles.Module
	manifests []bundles.Manifest
}

// Bundle returns the policy as a bundle, which shares what the policy holds.
func (p *Policy) Bundle() *bundles.Bundle {
	return &bundles.Bundle{Manifests: p.manifests, Modules: p.modules, Data: *p.Data}
}

// PolicyStore holds the policy that decides. It is safe for concurrent use.
type PolicyStore struct {
	entryPoint string
	observe    func(Activation)
	swap       Swap
	options    []engine.Option

	within    time.Duration
	current   atomic.Pointer[Policy]
	began     atomic.Pointer[time.Time] // of the activation that runs
	abandoned atomic.Int64
	mu        sync.Mutex // of the last activation
	last      Activation
}

// Activation is one try to activate bundles. Err is nil if it succeeded; Same says
// that these bundles decided already.
type Activation struct {
	Same     bool
	At       time.Time
	Took     time.Duration
	Revision string
	Err      error
}

// Swap lets a policy decide by calling now, at once or in a moment, when all that
// must follow the policy does.
type Swap func(p *Policy, now func()) error

// immediately is the Swap of those whom nothing follows.
func immediately(_ *Policy, now func()) error {
	now()
	return nil
}

// Follow sets how policies are swapped. It is called before the first.
func (h *PolicyStore) Follow(swap Swap) { h.swap = swap }

// Evaluate sets how policies are evaluated. It is called before the first.
func (h *PolicyStore) Evaluate(options ...engine.Option) { h.options = options }

// New returns a holder of nothing yet. The observer, which may be nil, is told
// of each activation.
func New(entryPoint string, observe func(Activation)) *PolicyStore {
	if observe == nil {
		observe = func(Activation) {}
	}
	return &PolicyStore{entryPoint: entryPoint, observe: observe, swap: immediately, within: DefaultActivation}
}

// Current returns the policy that decides, or nil if none has been activated. A
// request asks once and stays with what it got.
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

// guarded makes a panic an error. A bundle is input: whatever OPA does about it
// must not end a process that has a policy to decide by.
func guarded(load func() (*Policy, error)) (p *Policy, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the bundle cannot be prepared: %v", r)
		}
	}()
	return load()
}

// prepare makes a policy of a bundle whose manifests are those of the names.
func (h *PolicyStore) prepare(ctx context.Context, compiler *ast.Compiler, b *bundles.Bundle, names []string, digest string) (*Policy, error) {
	point, err := engine.NewPointWith(ctx, compiler, b, h.entryPoint, h.options...)
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

// on makes a policy of a bundle with the same modules: nothing is compiled, so
// that a change takes no longer under many rules than under few.
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
