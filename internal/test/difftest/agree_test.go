package difftest

import (
	"flag"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // its tests are faster with more
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

var (
	decisions   = flag.Int("decisions", 20_000, "how many decisions TestEnginesAgree and TestRealRules compare")
	perSite     = flag.Int("per-site", 400, "how many of them are about one site; more cost less time each")
	seed        = flag.Uint64("seed", 1, "the seed of the first site")
	shrinkTries = flag.Int("shrink", 4000, "how many smaller cases to try of a failure; 0 leaves it as it is")
)

// size returns the size of a site for which compilation pays off.
func size() sitegen.Size {
	return sitegen.Size{Users: 8, Streams: 4, Apps: 7, Objects: 9, Others: 3, Rules: 25, Requests: *perSite}
}

// TestEnginesAgree compares the engines on generated sites, with all values of every option.
func TestEnginesAgree(t *testing.T) {
	t.Parallel()
	r := run{t: t, open: open}
	for i := range sites() {
		r.generated(i)
	}
	r.summary()
}

// TestStockOPAAgrees compares the independent evaluator with the stock command on some of the same sites.
func TestStockOPAAgrees(t *testing.T) {
	needStock(t)
	t.Parallel()
	r := run{t: t, open: openStock}
	for i := 0; i < sites(); i += *stockShare {
		r.generated(i)
	}
	r.summary()
}

// sites returns the number of sites for the required number of decisions: a tenth without exact
// comparisons, and a hundredth in short mode, which the race detector uses.
func sites() int {
	n := *decisions
	switch {
	case testing.Short():
		n /= 100
	case !exact.Enabled():
		n /= 10
	}
	return max(1, n / *perSite)
}

// TestRealRules compares the engines on sites around the rules of a real export.
func TestRealRules(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with site-export/systemrule.json")
	}
	t.Parallel()
	export, err := os.ReadFile(filepath.Join(corpus, "site-export", "systemrule.json"))
	if err != nil {
		t.Fatal(err)
	}
	r := run{t: t, open: open}
	for i := range max(1, sites()/10) {
		o := eachOption(i)
		o.skip = true
		r.site(o, *seed+uint64(i), func(seed uint64) sitegen.Case {
			c, err := sitegen.FromExport(seed, export, size())
			if err != nil {
				t.Error(err)
			}
			return c
		})
	}
	r.summary()
}

// run compares the engines site by site.
type run struct {
	t                        *testing.T
	open                     opener
	sites, compared, allowed atomic.Int64
}

// failures counts the sites with failures in all tests. One cause has many failures: the first is shrunk,
// and after three, or one if nothing is shrunk, the remaining sites are skipped.
var failures atomic.Int64

func skipAfterFailures(t *testing.T) {
	if n := failures.Load(); n >= 3 || n > 0 && *shrinkTries == 0 {
		t.Skip("others have failed")
	}
}

// generated compares the engines on the generated site with an index.
func (r *run) generated(i int) {
	o := eachOption(i)
	r.site(o, *seed+uint64(i), func(seed uint64) sitegen.Case { return generated(seed, size(), o) })
}

// generated generates a case for the options: with broken rules if they are skipped, and some of the
// cases with many similar rules or with probes.
func generated(seed uint64, size sitegen.Size, o options) sitegen.Case {
	generate := sitegen.Generate
	if o.skip {
		generate = sitegen.GenerateBroken
	}
	c := generate(seed, size)
	switch seed % 3 {
	case 0:
		return withEquivalent(c, seed)
	case 1:
		return withMixed(withProbes(c, seed), o)
	default:
		return c
	}
}

// site compares the engines on one site, in parallel with others.
func (r *run) site(o options, seed uint64, generate func(seed uint64) sitegen.Case) {
	r.t.Run("", func(t *testing.T) {
		t.Parallel()
		skipAfterFailures(t)
		c := generate(seed)
		f, request := check(t.Context(), c, o, r.open, r.count)
		if f.kind == "" {
			r.sites.Add(1)
		} else {
			tries := *shrinkTries
			if failures.Add(1) > 1 {
				tries = 0
			}
			t.Fatalf("seed %d, %s\n%s", seed, o, tell(c, request, o, r.open, f, tries))
		}
	})
}

func (r *run) count(a answer) {
	r.compared.Add(1)
	if a.Allow {
		r.allowed.Add(1)
	}
}

func (r *run) summary() {
	r.t.Cleanup(func() {
		r.t.Logf("%d decisions compared on %d sites, %d allowed", r.compared.Load(), r.sites.Load(), r.allowed.Load())
	})
}
