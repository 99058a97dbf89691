package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/heap"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // its tests are faster with more
)

func projected(site *snapshot.Snapshot, policy *compiler.Policy) bundles.DataSource {
	return func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, nil)
		return err
	}
}

// floor is a policy that decides without reading anything. It measures the overhead of OPA and of the
// conversion of requests and results.
const floor = `package qlik.authz

decision := {"allow": false, "granted_by": [], "reason": "no_rule"}

actions := []
`

// BenchmarkDecide decides requests from JSON. Two metrics are ratios to the time of other policies,
// measured immediately before on the same requests: floors to a policy that reads nothing, empties to
// a single rule without a condition. The metric allowed is the share of grants.
func BenchmarkDecide(b *testing.B) {
	bottom := prepare(b, floor, "{}")
	for _, n := range []int{0, 74, 100, 1000, 5000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			w := newWorld(b, n)
			e, _ := w.compiled(b, rulesOf(b, w, n))
			empty, _ := w.compiled(b, rulesOf(b, w, 0))
			for _, kind := range []struct {
				name, typeName string
			}{{"app", "App"}, {"object", "App.Object"}, {"task", "ReloadTask"}} {
				requests := w.requests(kind.typeName, 512)
				b.Run("type="+kind.name, func(b *testing.B) {
					floors, empties := perDecision(b, bottom, requests), perDecision(b, empty, requests)
					allowed, i := 0, 0
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
					own := float64(b.Elapsed()) / float64(b.N)
					b.ReportMetric(own/float64(floors), "floors")
					b.ReportMetric(own/float64(empties), "empties")
					b.ReportMetric(float64(allowed)/float64(b.N), "allowed")
				})
			}
		})
	}
}

// perDecision returns the shortest time of several rounds.
func perDecision(b *testing.B, e *engine.Engine, requests [][]byte) time.Duration {
	b.Helper()
	best := time.Hour
	for range 5 {
		start := time.Now()
		for _, r := range requests {
			if _, err := e.Decide(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
		best = min(best, time.Since(start)/time.Duration(len(requests)))
	}
	return best
}

// BenchmarkDecideAll decides a stream of requests on all cores, with OPA and with compiled code, like
// eval --requests.
func BenchmarkDecideAll(b *testing.B) {
	for _, n := range []int{74, 1000} {
		w := newWorld(b, n)
		_, bundle := w.compiled(b, rulesOf(b, w, n))
		requests := w.requests("App", 5000)
		requests = append(requests, w.requests("App.Object", 5000)...)
		stream := append(bytes.Join(requests, []byte("\n")), '\n')
		for _, mode := range modes {
			b.Run(fmt.Sprintf("rules=%d/%s", n, mode.name), func(b *testing.B) {
				e, err := engine.New(b.Context(), bundle, mode.options...)
				if err != nil {
					b.Fatal(err)
				}
				defer engine.CollectRarely()()
				for b.Loop() {
					if err := engine.DecideAll(b.Context(), e, bytes.NewReader(stream), io.Discard, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(requests)*b.N)/b.Elapsed().Seconds(), "requests/s")
			})
		}
	}
}

// modes are the two ways to evaluate a policy.
var modes = []struct {
	name    string
	options []engine.Option
}{{"opa", nil}, {"auto", []engine.Option{engine.Auto}}}

// BenchmarkNew prepares a policy without data, for OPA and as compiled code. The metric kept-MB is the
// heap that the prepared policy uses.
func BenchmarkNew(b *testing.B) {
	for _, n := range []int{74, 100, 1000, 5000} {
		w := newWorld(b, n)
		_, bundle := w.compiled(b, rulesOf(b, w, n))
		for _, mode := range modes {
			b.Run(fmt.Sprintf("rules=%d/%s", n, mode.name), func(b *testing.B) {
				b.ReportAllocs()
				before := heap.Live()
				var e *engine.Engine
				for b.Loop() {
					var err error
					if e, err = engine.New(b.Context(), bundle, mode.options...); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(int64(heap.Live())-int64(before))/1e6, "kept-MB")
				runtime.KeepAlive(e)
			})
		}
	}
}
