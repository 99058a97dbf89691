package difftest

import (
	"context"
	"flag"
	"sync/atomic"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/internal/sitegen"
)

var (
	decisions = flag.Int("decisions", 20_000, "how many decisions TestEnginesAgree compares")
	seed      = flag.Uint64("seed", 1, "the seed of the first site that TestEnginesAgree generates")
)

// TestEnginesAgree compares the engines on generated sites, under both settings
// of every option. A failure shrinks to a few rules and prints both derivations.
func TestEnginesAgree(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	sites := (*decisions + sitegen.Small.Requests - 1) / sitegen.Small.Requests
	var compared atomic.Int64
	for i := range sites {
		o := options{}
		if i%2 == 1 {
			o.inequality = resolve.All
		}
		t.Run("", func(t *testing.T) {
			t.Parallel()
			c := sitegen.Generate(*seed+uint64(i), sitegen.Small)
			s, err := open(ctx, c, t.TempDir(), o)
			if err != nil {
				t.Fatalf("seed %d: %v", *seed+uint64(i), err)
			}
			for _, request := range c.Requests {
				if difference := s.compare(ctx, request); difference != "" {
					t.Fatalf("seed %d, list-inequality %v, %s\n%s", *seed+uint64(i), o.inequality, request, difference)
				}
				compared.Add(1)
			}
		})
	}
	t.Cleanup(func() { t.Logf("%d decisions compared on %d sites", compared.Load(), sites) })
}
