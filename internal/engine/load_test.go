package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/test/heap"
)

// guid returns an id that compresses no better than a real one.
func guid(r *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", r.Uint32(), r.Uint32()&0xffff, r.Uint32()&0xfff, r.Uint32()&0xffff, r.Uint64()&0xffffffffffff)
}

// bigSite writes the data of a site. The number of users is a hundredth and that of apps a tenth of the
// number of objects; entities have the properties that rules commonly read.
func bigSite(objects int) bundles.DataSource {
	return func(_ context.Context, w io.Writer) error {
		r := rand.New(rand.NewPCG(1, 2))
		ids := func(n int) []string {
			list := make([]string, max(n, 1))
			for i := range list {
				list[i] = guid(r)
			}
			return list
		}
		users, streams, apps := ids(objects/100), ids(500), ids(objects/10)
		pick := func(list []string) string { return list[r.IntN(len(list))] }
		out := bufio.NewWriter(w)
		comma := func(i int) string {
			if i == 0 {
				return ""
			}
			return ","
		}
		fmt.Fprint(out, `{"entities":{"app":{`)
		for i, id := range apps {
			fmt.Fprintf(out, `%s"%s":{"@groupaccess":["g%d","g%d"],"name":"app %d","owner":"%s","stream":"%s"}`, comma(i), id, r.IntN(50), 50+r.IntN(50), i, pick(users), pick(streams))
		}
		fmt.Fprint(out, `},"app.object":{`)
		for i := range objects {
			fmt.Fprintf(out, `%s"%s":{"app":"%s","objecttype":"sheet","owner":"%s","published":"%t"}`, comma(i), guid(r), pick(apps), pick(users), r.IntN(2) == 0)
		}
		fmt.Fprint(out, `},"user":{`)
		for i, id := range users {
			fmt.Fprintf(out, `%s"%s":{"group":["g%d","g%d"],"name":"user %d"}`, comma(i), id, r.IntN(50), 50+r.IntN(50), i)
		}
		fmt.Fprint(out, `}},"subjects":{`)
		for i, id := range users {
			fmt.Fprintf(out, `%s"acme\\user%d":"%s"`, comma(i), i, id)
		}
		fmt.Fprint(out, `}}`)
		return out.Flush()
	}
}

// BenchmarkLoad opens a bundle and prepares its engine; heapMB is the heap in use afterwards.
func BenchmarkLoad(b *testing.B) {
	for _, objects := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("objects=%d", objects), func(b *testing.B) {
			if objects > 100_000 && testing.Short() {
				b.Skip("a million objects are left out with -short")
			}
			name := filepath.Join(b.TempDir(), "bundle.tar.gz")
			f, err := os.Create(name)
			if err != nil {
				b.Fatal(err)
			}
			policy := &compiler.Policy{Modules: []compiler.Module{{Path: "qlik/types/index.rego", Source: "package qlik.types\n\ndefault may(_, _, _) := false\n\ndefault granted_by(_, _, _) := set()\n\ndefault actions(_, _) := set()\n"}}}
			if _, err := bundles.Build(b.Context(), f, policy, bigSite(objects), bundles.BuildOptions{TempDir: b.TempDir()}); err != nil {
				b.Fatal(err)
			}
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
			before := heap.Live()
			for b.Loop() {
				loaded, err := bundles.Open(b.Context(), name)
				if err != nil {
					b.Fatal(err)
				}
				e, err := engine.New(b.Context(), loaded)
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				b.ReportMetric(float64(heap.Live()-before)/(1<<20), "heapMB")
				runtime.KeepAlive(e)
				b.StartTimer()
			}
		})
	}
}
