package partition_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

var sites = flag.Uint64("sites", 4, "how many sites TestClassesAreExact looks at")

// TestClassesAreExact compares pairs of the same classes on generated sites, except exceptional pairs. The same rules
// grant every action on them, according to compiler and evaluator.
func TestClassesAreExact(t *testing.T) {
	size := sitegen.Size{Users: 7, Streams: 4, Apps: 6, Objects: 7, Others: 2, Rules: 25, Requests: 60}
	seeds := *sites
	if !exact.Enabled() {
		seeds = 1
	}
	if testing.Short() {
		size = sitegen.Size{Users: 4, Streams: 3, Apps: 3, Objects: 3, Others: 1, Rules: 12, Requests: 10}
	}
	pairs, folded, exceptional := 0, 0, 0
	for seed := uint64(1); seed <= seeds; seed++ {
		c := sitegen.Generate(seed, size)
		o := testsite.Open(t, c)
		q := partition.Question{Types: o.Types(), Actions: testsite.EveryAction(), Session: testsite.Session(c, seed)}
		if seed%3 == 0 {
			q.Actions = 2
		}
		m, err := partition.Build(t.Context(), &o.Bundle.Data, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, typ := range q.Types {
			r := m.Resources[typ]
			type pair struct{ subject, resource int32 }
			known := map[pair]string{}
			for i, subject := range m.Subjects.IDs {
				for j, id := range r.Handles[:r.Recorded] {
					pairs++
					if slices.Contains(r.Exceptional[int32(j)], int32(i)) {
						exceptional++
						continue
					}
					var b strings.Builder
					for _, a := range ruleset.AllActions {
						if q.Actions&uint32(a) != 0 {
							fmt.Fprintf(&b, "%s %q\n", a.Name(), o.GrantedBy(t, q.Session, subject, typ, id, a))
						}
					}
					p, rights := pair{m.Subjects.Of[i], r.Of[j]}, b.String()
					first, seen := known[p]
					if !seen {
						known[p] = rights
						continue
					}
					folded++
					if first != rights {
						t.Fatalf("seed %d: %s and %s %s are in classes of which another pair has\n%s, but they have\n%s", seed, subject, typ, id, first, rights)
					}
				}
			}
		}
	}
	t.Logf("%d pairs, %d of the classes of others, %d apart", pairs, folded, exceptional)
	if folded*20 < pairs || exceptional == 0 {
		t.Errorf("%d pairs, only %d of the classes of others and %d apart: too little is compared", pairs, folded, exceptional)
	}
}
