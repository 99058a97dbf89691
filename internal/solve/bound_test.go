package solve

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// The two lists in the formulas of this file.
var (
	listV = ir.Property{Of: ir.Entities{Root: ir.User, Origin: "user"}, Name: "@v", List: true}
	listW = ir.Property{Of: ir.Entities{Root: ir.Resource, Origin: "app"}, Name: "@w", List: true}
)

// pool has more strings of every cell than any formula of this file needs: equal to the literal, matching the pattern,
// and neither.
var pool = []string{"a", "p1", "p2", "p3", "x1", "x2", "x3"}

// subset is a set of strings of the pool, one bit each.
type subset int

func (s subset) strs() []string {
	var list []string
	for i, t := range pool {
		if s>>i&1 == 1 {
			list = append(list, t)
		}
	}
	return list
}

// whether the predicate is true for two sets, by the definitions of the language only.
func meaning(p ir.Predicate, v, w subset) bool {
	of := func(value ir.Value) []string {
		if value.Key() == ir.Value(listV).Key() {
			return v.strs()
		}
		return w.strs()
	}
	switch p := p.(type) {
	case ir.Conjunction:
		return !slices.ContainsFunc(p.Terms, func(t ir.Predicate) bool { return !meaning(t, v, w) })
	case ir.Disjunction:
		return slices.ContainsFunc(p.Terms, func(t ir.Predicate) bool { return meaning(t, v, w) })
	case ir.Negation:
		return !meaning(p.Term, v, w)
	case ir.OneOf:
		return slices.ContainsFunc(of(p.Value), func(t string) bool { return slices.Contains(p.Strings, t) })
	case ir.Like:
		return slices.ContainsFunc(of(p.Value), func(t string) bool { return strings.HasPrefix(t, "p") })
	case ir.Present:
		return len(of(p.Value)) > 0
	case ir.Common:
		return slices.ContainsFunc(v.strs(), func(t string) bool { return slices.Contains(w.strs(), t) })
	case ir.Identical:
		return len(v.strs()) == 1 && slices.Equal(v.strs(), w.strs())
	case ir.Constant:
		return p.Value
	case ir.Matches, ir.Exists, ir.CommonEntity, ir.IdenticalEntity, ir.Privilege, ir.Anonymous, ir.From:
	}
	panic(fmt.Sprintf("no meaning of %T", p))
}

func (d dice) formula(depth int) ir.Predicate {
	if depth > 0 && d.IntN(4) > 0 {
		l, r := d.formula(depth-1), d.formula(depth-1)
		if d.IntN(3) == 0 {
			return ir.Or(l, r)
		}
		return ir.And(l, r)
	}
	value := pick(d, ir.Value(listV), ir.Value(listW))
	p := pick[ir.Predicate](d,
		ir.OneOf{Value: value, Strings: []string{"a"}}, ir.Like{Value: value, Pattern: ir.PrefixPattern("p")}, ir.Present{Value: value},
		ir.Common{Left: listV, Right: listW}, ir.Identical{Left: listV, Right: listW})
	if d.IntN(2) == 0 {
		return ir.Not(p)
	}
	return p
}

// TestBound compares the solver with all pairs of sets of a pool that is larger than the bound of the package comment,
// and checks that a bound of one string per cell is too small.
func TestBound(t *testing.T) {
	w, err := New(nil, []*Condition{{Filter: text("filter", "*"), Text: text("condition", "true")}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	app := w.class["app"]
	wrong, possible := 0, 0
	for n := range 400 {
		d := dice{rand.New(rand.NewPCG(uint64(n), 3))}
		p := d.formula(3)
		want := Impossible
	search:
		for v := range subset(1 << len(pool)) {
			for w := range subset(1 << len(pool)) {
				if meaning(p, v, w) {
					want = Possible
					break search
				}
			}
		}
		f := Test{p}
		if got := w.Scope(app, f).Decide(f).Verdict; got != want {
			t.Errorf("%s: %v, want %v", p.Key(), got, want)
		}
		if w.scope(app, true, nil, []Formula{f}).Decide(f).Verdict != want {
			wrong++
		}
		if want == Possible {
			possible++
		}
	}
	t.Logf("%d possible; one string per cell is wrong %d times", possible, wrong)
	if wrong == 0 {
		t.Error("the test does not notice a bound of one string per cell")
	}
	// The two examples that determine the bound.
	differ := ir.And(ir.Present{Value: listV}, ir.Present{Value: listW}, ir.Not(ir.Common{Left: listV, Right: listW}))
	other := ir.And(ir.Common{Left: listV, Right: listW}, ir.Not(ir.Identical{Left: listV, Right: listW}))
	for _, p := range []ir.Predicate{differ, other} {
		f := Test{p}
		if w.Scope(app, f).Decide(f).Verdict != Possible || w.scope(app, true, nil, []Formula{f}).Decide(f).Verdict != Impossible {
			t.Errorf("%s needs two strings of one cell", p.Key())
		}
	}
}
