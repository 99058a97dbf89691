package guard

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
)

// decisions is the number of requests of one type and outcome.
const decisions = 16

// ground is a rule set on a site.
type ground struct {
	name             string
	rules, resisting int
	kind             mix.Kind
	// types are the types of the requested resources.
	types []string
}

// grounds are the guarded rule sets: one rule without a condition, which is the base of all others; the mix,
// in which more rules must not cost more; and every resistant kind, with 40 rules, because OPA caches a
// hundred compiled regular expressions, two of each rule, and drops others at random.
func grounds() []ground {
	list := []ground{{name: "empty", types: []string{"App"}}}
	for _, n := range []int{100, 1000, 5000} {
		list = append(list, ground{name: fmt.Sprintf("rules=%d", n), rules: n, types: []string{"App", "App.Object", "ReloadTask"}})
	}
	for _, kind := range mix.Kinds() {
		list = append(list, ground{name: "resist=" + string(kind), rules: 300, resisting: 40, kind: kind, types: []string{"App"}})
	}
	return list
}

// measure returns the costs of the ground's decisions, by type and outcome. It disables garbage collection,
// which would empty pools and so add allocations.
func (g ground) measure(t *testing.T) map[string]cost {
	t.Helper()
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	world := mix.New(mix.Size{Rules: max(g.rules, 100), Users: 500, Apps: 300, Objects: 1000, Tasks: 200})
	bundle := g.bundle(t, world)
	e, err := engine.New(t.Context(), bundle, engine.Auto)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := engine.Compile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	allow, err := policy.Query(t.Context(), "data.qlik.authz.allow")
	if err != nil {
		t.Fatal(err)
	}
	auto, err := engine.Compile(bundle, engine.Auto)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := auto.Query(t.Context(), "data.qlik.authz.allow")
	if err != nil {
		t.Fatal(err)
	}
	costs := map[string]cost{}
	for _, typeName := range g.types {
		for outcome, requests := range sorted(t, e, world.Requests(typeName, 500)) {
			c := cost{}
			inputs := make([]ast.Value, len(requests))
			for i, r := range requests {
				if inputs[i], err = engine.ParseRequest(r); err != nil {
					t.Fatal(err)
				}
				if _, err := allow.Trace(t.Context(), inputs[i], counter{&c}); err != nil {
					t.Fatal(err)
				}
			}
			c.Allow = allocations(func() {
				for _, input := range inputs {
					if _, err := compiled.Ask(t.Context(), input); err != nil {
						t.Fatal(err)
					}
				}
			})
			c.Allocations = allocations(func() {
				for _, r := range requests {
					if _, err := e.Decide(t.Context(), r); err != nil {
						t.Fatal(err)
					}
				}
			})
			costs[g.name+"/"+typeName+"/"+outcome] = c
		}
	}
	return costs
}

// allocations returns the number of allocations per run, after two runs that fill the caches. AllocsPerRun
// uses a single processor, so that all runs share their caches.
func allocations(run func()) int {
	testing.AllocsPerRun(2, run)
	return int(testing.AllocsPerRun(5, run))
}

func (g ground) bundle(t *testing.T, world *mix.World) *bundles.Bundle {
	t.Helper()
	dir, export := t.TempDir(), filepath.Join(t.TempDir(), "rules.json")
	rules := mix.Empty()
	if g.rules > 0 {
		rules = append(world.Resisting(g.kind, g.resisting), world.Rules(g.rules-g.resisting)...)
	}
	if err := world.Write(dir); err != nil {
		t.Fatal(err)
	}
	if err := mix.WriteRules(export, rules); err != nil {
		t.Fatal(err)
	}
	read, found := ruleset.Read(export)
	policy, more := compiler.Compile(read, compiler.Options{})
	site, unread := snapshot.Open(dir, nil)
	if policy == nil || found.HasErrors() || unread.HasErrors() {
		t.Fatal(found, more, unread)
	}
	bundle, err := bundles.InMemory(t.Context(), policy, func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// sorted returns the first requests that are granted, and the first that are not. The selection depends only
// on the meaning of the rules.
func sorted(t *testing.T, e *engine.Engine, requests []mix.Request) map[string][][]byte {
	t.Helper()
	found := map[string][][]byte{}
	for _, r := range requests {
		if len(found["grant"]) == decisions && len(found["denial"]) == decisions {
			break
		}
		d, err := e.Decide(t.Context(), r.JSON())
		if err != nil {
			t.Fatal(err)
		}
		outcome := "denial"
		if d.Allow {
			outcome = "grant"
		}
		if len(found[outcome]) < decisions {
			found[outcome] = append(found[outcome], r.JSON())
		}
	}
	for outcome, list := range found {
		if len(list) < decisions {
			delete(found, outcome) // for example, the empty rule has no denials
		}
	}
	return found
}

// add counts what a decision does.
// counter counts OPA's trace events. It implements topdown.QueryTracer.
type counter struct{ *cost }

func (counter) Enabled() bool { return true }

func (counter) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (c counter) TraceEvent(event topdown.Event) {
	switch event.Op {
	case topdown.EnterOp:
		if _, ok := event.Node.(*ast.Rule); ok {
			c.Entries++
		}
	case topdown.EvalOp:
		c.Evaluations++
	default: // the rest follows from these
	}
}
