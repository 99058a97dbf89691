package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// BundleSet is a set of bundles by name, which arrive independently and may each be one half of
// a policy and its data. A policy becomes active once all required bundles are present, and
// only bundles that were compiled for each other are combined: a new half with a different view
// waits, in memory, for its counterpart, and until then the previous policy stays active. It is
// safe for concurrent use.
type BundleSet struct {
	store    *PolicyStore
	required func() []string

	mu      sync.Mutex
	active  map[string]Part
	waiting map[string]Part
	// names are those of active, readable during an activation.
	names atomic.Pointer[[]string]
}

// Part is one bundle with a digest of its content.
type Part struct {
	Bundle *bundles.Bundle
	Digest string
	// Began is the time at which reading it began.
	Began time.Time
}

// NewBundleSet returns an empty set. required returns the names of all bundles that are needed.
func NewBundleSet(h *PolicyStore, required func() []string) *BundleSet {
	return &BundleSet{store: h, required: required, active: map[string]Part{}, waiting: map[string]Part{}}
}

// Put adds a bundle or replaces the one with the same name. After an error the previous policy
// stays active. If it returns nil while others are missing, the bundle is kept until they
// arrive. compiler must be unused; it contains the compiled policy if there is no error and
// nothing is missing.
func (p *BundleSet) Put(ctx context.Context, name string, part Part, compiler *ast.Compiler) error {
	p.mu.Lock()
	defer p.unlock()
	delete(p.waiting, name) // an earlier one is out of date
	now := maps.Clone(p.active)
	now[name] = part
	merged := maps.Clone(now)
	maps.Copy(merged, p.waiting)
	if !p.complete(merged) {
		p.active = now
		return nil
	}
	chosen := now
	if !p.complete(now) || errors.Is(fit(now), bundles.ErrMismatch) && fit(merged) == nil {
		chosen = merged
	}
	err := p.decide(ctx, part.Began, p.store.swap, chosen, compiler)
	if errors.Is(err, bundles.ErrMismatch) {
		p.waiting[name] = part
		return fmt.Errorf("it waits for its counterpart: %w", err)
	}
	return err
}

// Prune removes the bundles that are no longer required. The current policy stays active until
// the newly required bundles are present; if none are required, there is no policy.
func (p *BundleSet) Prune(ctx context.Context) error {
	p.mu.Lock()
	defer p.unlock()
	before, required := len(p.active), p.required()
	gone := func(name string, _ Part) bool { return !slices.Contains(required, name) }
	maps.DeleteFunc(p.active, gone)
	maps.DeleteFunc(p.waiting, gone)
	switch {
	case len(p.active) == before:
		return nil
	case len(required) == 0:
		p.store.current.Store(nil)
		return nil
	case !p.complete(p.active):
		return nil
	}
	return p.decide(ctx, time.Now(), immediately, p.active, ast.NewCompiler())
}

// Missing returns the names of the required bundles that have not arrived. It never waits for
// an activation.
func (p *BundleSet) Missing() []string {
	have := p.names.Load()
	return slices.DeleteFunc(p.required(), func(name string) bool { return have != nil && slices.Contains(*have, name) })
}

func (p *BundleSet) unlock() {
	names := slices.Sorted(maps.Keys(p.active))
	p.names.Store(&names)
	p.mu.Unlock()
}

func (p *BundleSet) complete(parts map[string]Part) bool {
	return !slices.ContainsFunc(p.required(), func(name string) bool { _, ok := parts[name]; return !ok })
}

// decide activates the policy of the given bundles.
func (p *BundleSet) decide(ctx context.Context, began time.Time, swap Swap, parts map[string]Part, compiler *ast.Compiler) error {
	err := p.store.activate(ctx, began, swap, func(ctx context.Context) (*Policy, error) {
		names, b, digest, err := join(parts)
		if err != nil {
			return nil, err
		}
		// A server without entity tags sends the same bundle repeatedly.
		if same := p.store.Current(); same != nil && same.Digest == digest {
			*compiler = *same.Compiler
			return same, nil
		}
		if same := p.store.Current(); same != nil && sameModules(same.modules, b.Modules) {
			*compiler = *same.Compiler
			return same.on(ctx, b, names, digest)
		}
		return p.store.prepare(ctx, compiler, b, names, digest)
	})
	if err != nil {
		return err
	}
	p.active = parts
	for name := range parts {
		delete(p.waiting, name)
	}
	return nil
}

// fit returns an error if bundles cannot be combined, as far as that is known before they are
// compiled.
func fit(parts map[string]Part) error {
	_, _, _, err := join(parts)
	return err
}

func join(parts map[string]Part) (names []string, b *bundles.Bundle, digest string, err error) {
	names = slices.Sorted(maps.Keys(parts))
	all := make([]*bundles.Bundle, len(names))
	for i, name := range names {
		all[i] = parts[name].Bundle
	}
	b, err = bundles.Join(all...)
	return names, b, digestOf(parts), err
}

func digestOf(parts map[string]Part) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		_, _ = fmt.Fprintf(sum, "%q %s\n", name, parts[name].Digest) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Patch returns the bundle with a name, or the waiting one with that name, after a delta.
func (p *BundleSet) Patch(name string, delta *bundle.Bundle) (Part, error) {
	p.mu.Lock()
	defer p.unlock()
	part, ok := p.waiting[name]
	if !ok {
		part, ok = p.active[name]
	}
	if !ok {
		return Part{}, errors.New("a delta came, and the bundle that it changes did not")
	}
	began := time.Now()
	changed, digest, err := part.Bundle.Patched(part.Digest, delta)
	return Part{Bundle: changed, Digest: digest, Began: began}, err
}
