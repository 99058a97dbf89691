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

// BundleSet are bundles by name, each of which comes on its own and may be one half
// of a policy and its data. A policy decides once every part that is wanted is
// there, and only parts that were made for each other decide together: a new
// half of another view waits, in memory, for its counterpart, and until then the
// whole before decides. It is safe for concurrent use.
type BundleSet struct {
	store  *PolicyStore
	wanted func() []string

	mu      sync.Mutex
	active  map[string]Part
	waiting map[string]Part
	// names are those of active, to be read while an activation goes on.
	names atomic.Pointer[[]string]
}

// Part is one bundle with a digest of its content.
type Part struct {
	Bundle *bundles.Bundle
	Digest string
	// Began is the time at which it began to be read.
	Began time.Time
}

// NewBundleSet returns parts of which none is there. Wanted returns the names of
// all that there must be.
func NewBundleSet(h *PolicyStore, wanted func() []string) *BundleSet {
	return &BundleSet{store: h, wanted: wanted, active: map[string]Part{}, waiting: map[string]Part{}}
}

// Put puts a part in the place of the one of its name. An error means that the
// policy before decides as it did. No error, while others are missing, means
// that it is kept for when they come. The compiler has compiled nothing yet, and
// has compiled the policy if there is no error and nothing is missing.
func (p *BundleSet) Put(ctx context.Context, name string, part Part, compiler *ast.Compiler) error {
	p.mu.Lock()
	defer p.unlock()
	delete(p.waiting, name) // whatever came before it is out of date
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

// Prune removes the parts that are no longer wanted. The policy that decides goes
// on until the parts that are wanted instead are there; without any, nothing does.
func (p *BundleSet) Prune(ctx context.Context) error {
	p.mu.Lock()
	defer p.unlock()
	before, wanted := len(p.active), p.wanted()
	gone := func(name string, _ Part) bool { return !slices.Contains(wanted, name) }
	maps.DeleteFunc(p.active, gone)
	maps.DeleteFunc(p.waiting, gone)
	switch {
	case len(p.active) == before:
		return nil
	case len(wanted) == 0:
		p.store.current.Store(nil)
		return nil
	case !p.complete(p.active):
		return nil
	}
	return p.decide(ctx, time.Now(), immediately, p.active, ast.NewCompiler())
}

// Missing returns the names of the parts that are wanted and have not come.
// It never waits for an activation.
func (p *BundleSet) Missing() []string {
	have := p.names.Load()
	return slices.DeleteFunc(p.wanted(), func(name string) bool { return have != nil && slices.Contains(*have, name) })
}

func (p *BundleSet) unlock() {
	names := slices.Sorted(maps.Keys(p.active))
	p.names.Store(&names)
	p.mu.Unlock()
}

func (p *BundleSet) complete(parts map[string]Part) bool {
	return !slices.ContainsFunc(p.wanted(), func(name string) bool { _, ok := parts[name]; return !ok })
}

// decide lets parts decide from now on.
func (p *BundleSet) decide(ctx context.Context, began time.Time, swap Swap, parts map[string]Part, compiler *ast.Compiler) error {
	err := p.store.activate(ctx, began, swap, func(ctx context.Context) (*Policy, error) {
		names, b, digest, err := join(parts)
		if err != nil {
			return nil, err
		}
		// A server without entity tags sends the same bundle again and again.
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

// fit says whether parts can decide together, as far as that shows before they
// are compiled.
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

// Patch returns the part of a name, or the one of that name that waits, changed
// as a delta says.
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
