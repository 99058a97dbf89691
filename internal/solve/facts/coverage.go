package facts

import (
	"context"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// coverage finds the rules that only grant what others grant too.
type coverage struct {
	book *Book
	// open says that a rule grants something on its own; why gives the reason if that is
	// unknown.
	open map[*solve.Rule]bool
	why  map[*solve.Rule]string
	by   map[*solve.Rule][]*solve.Rule
	// axioms are those that the proofs need.
	axioms map[*solve.Rule][]solve.Axiom
	// cyclic are rules that grant an action that depends on itself.
	cyclic map[*solve.Rule]bool
	keys   map[place]string
}

func (b *Book) coverage(ctx context.Context) (*coverage, error) {
	c := &coverage{
		book: b, open: map[*solve.Rule]bool{}, why: map[*solve.Rule]string{}, by: map[*solve.Rule][]*solve.Rule{},
		axioms: map[*solve.Rule][]solve.Axiom{}, cyclic: map[*solve.Rule]bool{}, keys: map[place]string{},
	}
	for class := range b.world.Classes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.class(class)
	}
	for _, r := range b.rules {
		if c.cyclic[r] && !c.open[r] && c.why[r] == "" {
			if v, err := b.Drop(r.ID); err != nil {
				return nil, err
			} else if !v.Yes {
				c.open[r], c.why[r] = v.No, v.Reason
			}
		}
	}
	return c, nil
}

// class compares every rule of a scope with the others, action by action.
func (c *coverage) class(class int) {
	rules := c.book.world.Rules(0, class, 0)
	var left []*solve.Rule
	for _, r := range rules {
		if !c.open[r] {
			left = append(left, r)
		}
	}
	if len(left) == 0 {
		return
	}
	formulas := make([]solve.Formula, len(rules))
	for i, r := range rules {
		formulas[i] = solve.Grants{Rule: r}
	}
	s := c.book.world.Scope(class, formulas...)
	for _, r := range left {
		if len(r.Actions.List()) == 0 {
			c.open[r] = true // it grants nothing, which another lint reports
		}
		for _, action := range r.Actions.List() {
			if c.open[r] || c.why[r] != "" {
				break
			}
			c.cyclic[r] = c.cyclic[r] || c.book.world.Cyclic(0, class, action)
			c.rule(s, class, r, action, rules)
		}
	}
}

func (c *coverage) rule(s *solve.Scope, class int, r *solve.Rule, action ruleset.Action, rules []*solve.Rule) {
	formulas := []solve.Formula{solve.Grants{Rule: r}}
	var others []*solve.Rule
	for _, other := range rules {
		if other != r && other.Actions.Has(action) {
			formulas = append(formulas, solve.Not{Formula: solve.Grants{Rule: other}})
			others = append(others, other)
		}
	}
	if i := slices.IndexFunc(others, func(o *solve.Rule) bool { return c.sameIn(class, r, o) }); i >= 0 {
		c.by[r] = append(c.by[r], others[i])
		return
	}
	if len(others) == 0 {
		// It only matters whether it grants here at all.
		formulas = formulas[:1]
	}
	switch a := s.Decide(formulas...); a.Verdict {
	case solve.Possible:
		c.open[r] = true
	case solve.Unknown:
		c.why[r] = a.Reason
	case solve.Impossible:
		for _, i := range a.Core {
			if i > 0 {
				c.by[r] = append(c.by[r], others[i-1])
			}
		}
		c.axioms[r] = with(c.axioms[r], a.Axioms)
	}
}

// sameIn reports whether two rules have the same predicate in a scope.
func (c *coverage) sameIn(class int, a, b *solve.Rule) bool {
	return c.key(class, a) == c.key(class, b)
}

// key is the cached key of a rule's predicate in a scope.
func (c *coverage) key(class int, r *solve.Rule) string {
	at := place{class, r}
	key, ok := c.keys[at]
	if !ok {
		key = c.book.world.Predicate(0, class, r).Key()
		c.keys[at] = key
	}
	return key
}

type place struct {
	class int
	rule  *solve.Rule
}

func (c *coverage) fact(r *solve.Rule) (Fact, bool) {
	switch {
	case c.why[r] != "":
		return Fact{Kind: Undecided, Rule: r.Ref(), Reason: c.why[r]}, true
	case c.open[r] || len(c.by[r]) == 0:
		return Fact{}, false
	}
	if i := slices.IndexFunc(c.by[r], func(o *solve.Rule) bool { return c.duplicate(r, o) }); i >= 0 {
		return Fact{Kind: Duplicate, Rule: r.Ref(), By: names(c.by[r][i : i+1])}, true
	}
	return Fact{Kind: Covered, Rule: r.Ref(), By: names(c.by[r]), Axioms: c.axioms[r]}, true
}

// duplicate reports whether two rules grant the same actions under the same predicates.
func (c *coverage) duplicate(a, b *solve.Rule) bool {
	w := c.book.world
	reach := w.Reach(0, a)
	return a.Actions == b.Actions && slices.Equal(reach, w.Reach(0, b)) &&
		!slices.ContainsFunc(reach, func(class int) bool { return !c.sameIn(class, a, b) })
}
