package engine_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/heap"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
)

// BenchmarkChange changes one app of an entry point and measures the time until the next request is
// decided on the new data. -benchtime 1000000x measures a million consecutive changes; MB-before and
// MB-after are the heap, which must not grow.
func BenchmarkChange(b *testing.B) {
	for _, objects := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("objects=%d", objects), func(b *testing.B) {
			if objects > 100_000 && testing.Short() {
				b.Skip("a million objects are left out with -short")
			}
			policy := &compiler.Policy{Modules: []compiler.Module{{Path: "qlik/types/index.rego", Source: "package qlik.types\n\ndefault may(_, _, _) := false\n\ndefault granted_by(_, _, _) := set()\n\ndefault actions(_, _) := set()\n"}}}
			loaded, err := bundles.InMemory(b.Context(), policy, bigSite(objects))
			if err != nil {
				b.Fatal(err)
			}
			p, err := engine.NewEntryPoint(b.Context(), loaded, engine.QlikEntryPoint)
			if err != nil {
				b.Fatal(err)
			}
			apps := p.Data().Keys("site", "entities", "app")
			change := func(op, id string, i int) {
				value := map[string]any{"name": fmt.Sprint("changed ", i), "owner": "nobody", "stream": "none", "@groupaccess": []any{"g1"}}
				data, err := p.Data().Patch([]bundle.PatchOperation{{Op: op, Path: "/site/entities/app/" + id, Value: value}})
				if err != nil {
					b.Fatal(err)
				}
				if p, err = p.With(b.Context(), data); err != nil {
					b.Fatal(err)
				}
			}
			for _, kind := range []struct {
				name string
				step func(i int)
			}{
				{"change", func(i int) { change("replace", apps[i*7919%len(apps)], i) }},
				{"add", func(i int) {
					change("upsert", fmt.Sprint("new", i%1000), i)
				}},
				{"remove-and-add", func(i int) {
					id := apps[i*7919%len(apps)]
					change("remove", id, i)
					change("upsert", id, i)
				}},
			} {
				b.Run(kind.name, func(b *testing.B) {
					before := heap.Live()
					b.ReportAllocs()
					i := 0
					for b.Loop() {
						kind.step(i)
						i++
					}
					b.StopTimer()
					b.ReportMetric(float64(before)/(1<<20), "MB-before")
					b.ReportMetric(float64(heap.Live())/(1<<20), "MB-after")
				})
			}
			runtime.KeepAlive(p)
		})
	}
}

// BenchmarkScale compiles many rules, writes their bundle and prepares it: the mix of a large site, and
// one rule for each stream. peak-MB is the largest heap in the meantime. Decisions are about the
// streams, and about apps in them.
func BenchmarkScale(b *testing.B) {
	for _, c := range []struct {
		name  string
		rules int
		of    func(*mix.World, int) []mix.Rule
	}{
		{"mix=1000", 1000, (*mix.World).Rules}, {"mix=5000", 5000, (*mix.World).Rules}, {"mix=20000", 20_000, (*mix.World).Rules},
		{"streams=100", 100, (*mix.World).StreamRules}, {"streams=1000", 1000, (*mix.World).StreamRules}, {"streams=10000", 10_000, (*mix.World).StreamRules},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b, 2*c.rules) // half of which are streams
			file := filepath.Join(b.TempDir(), "rules.json")
			if err := mix.WriteRules(file, c.of(w.World, c.rules)); err != nil {
				b.Fatal(err)
			}
			site, found := snapshot.Open(w.dir, nil)
			if found.HasErrors() {
				b.Fatal(found)
			}
			var loaded *bundles.Bundle
			b.Run("compile", func(b *testing.B) {
				watch := heap.Watch()
				for b.Loop() {
					rules, found := ruleset.Read(file)
					policy, _ := compiler.Compile(rules, compiler.Options{})
					if policy == nil || found.HasErrors() {
						b.Fatal("the rules do not compile")
					}
					if _, err := bundles.Build(context.Background(), io.Discard, policy, nil, bundles.BuildOptions{}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(watch())/(1<<20), "peak-MB")
			})
			rules, _ := ruleset.Read(file)
			policy, _ := compiler.Compile(rules, compiler.Options{})
			loaded, err := bundles.InMemory(b.Context(), policy, projected(site, policy))
			if err != nil {
				b.Fatal(err)
			}
			var e *engine.Engine
			prepare := func() {
				if e, err = engine.New(context.Background(), loaded); err != nil {
					b.Fatal(err)
				}
			}
			b.Run("prepare", func(b *testing.B) {
				before, watch := heap.Live(), heap.Watch()
				for b.Loop() {
					prepare()
				}
				b.ReportMetric(float64(watch())/(1<<20), "peak-MB")
				b.ReportMetric((float64(heap.Live())-float64(before))/(1<<20), "heapMB")
			})
			if e == nil {
				prepare()
			}
			for _, kind := range []struct {
				name, typeName string
			}{{"stream", "Stream"}, {"app", "App"}} {
				requests := w.requests(kind.typeName, 512)
				b.Run("decide="+kind.name, func(b *testing.B) {
					i, allowed := 0, 0
					b.ReportAllocs()
					for b.Loop() {
						d, err := e.Decide(b.Context(), requests[i%len(requests)])
						if err != nil {
							b.Fatal(err)
						}
						if d.Allow {
							allowed++
						}
						i++
					}
					b.ReportMetric(float64(allowed)/float64(b.N), "allowed")
				})
			}
		})
	}
}
