package solve

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve/cells"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// frame is the context of a predicate: the entity in the role of the resource, the rules of a
// side and, within a cycle of actions, the round of its unrolling.
type frame struct {
	side  int
	root  *node
	cycle []ruleset.Action
	round int
}

type rightKey struct {
	rightOf
	round int
}

type grantKey struct {
	grants Grants
	of     *node
}

// formula returns the literal of a formula about the resource, unchanged or after a change.
func (s *Scope) formula(f Formula, resource *node) sat.Lit {
	switch f := f.(type) {
	case Holds:
		p := s.world.conditions[f.Condition][s.class]
		if p == nil {
			return s.yes.Not()
		}
		return s.predicate(p, frame{side: f.Side, root: resource})
	case Test:
		return s.predicate(f.Predicate, frame{root: resource})
	case Granted:
		return s.right(rightOf{f.Side, resource, f.Action})
	case Grants:
		lit, ok := s.grants[grantKey{f, resource}]
		if !ok {
			lit = s.predicate(s.world.Predicate(f.Side, s.class, f.Rule), frame{side: f.Side, root: resource})
			s.grants[grantKey{f, resource}] = lit
		}
		return lit
	case After:
		return s.formula(f.Formula, s.changed(f.Change))
	case Not:
		return s.formula(f.Formula, resource).Not()
	case All:
		return s.and(s.formulas(f, resource)...)
	case Some:
		return s.or(s.formulas(f, resource)...)
	}
	panic(fmt.Sprintf("solve: unknown formula %T", f))
}

func (s *Scope) formulas(list []Formula, resource *node) []sat.Lit {
	lits := make([]sat.Lit, len(list))
	for i, f := range list {
		lits[i] = s.formula(f, resource)
	}
	return lits
}

// right returns the literal that says whether a right is granted on a node.
func (s *Scope) right(r rightOf) sat.Lit {
	c := s.rules(r.side, r.node)
	if c == nil {
		return s.yes.Not()
	}
	cycle := c.Cycle(r.action)
	return s.rightIn(r, cycle, len(cycle))
}

// rightIn returns a right after a number of rounds of its cycle: before the first round,
// nothing on the cycle is granted.
func (s *Scope) rightIn(r rightOf, cycle []ruleset.Action, round int) sat.Lit {
	if cycle != nil && round == 0 {
		return s.yes.Not()
	}
	key := rightKey{r, round}
	if lit, ok := s.rights[key]; ok {
		return lit
	}
	var by []sat.Lit
	for _, rule := range s.rules(r.side, r.node).Rules {
		if rule.Rule.Actions.Has(r.action) {
			by = append(by, s.predicate(rule.Predicate, frame{r.side, r.node, cycle, round - 1}))
		}
	}
	lit := s.or(by...)
	s.rights[key] = lit
	return lit
}

// predicate returns the literal of a predicate.
func (s *Scope) predicate(p ir.Predicate, f frame) sat.Lit {
	switch p := p.(type) {
	case ir.Constant:
		if p.Value {
			return s.yes
		}
		return s.yes.Not()
	case ir.Conjunction:
		return s.and(s.predicates(p.Terms, f)...)
	case ir.Disjunction:
		return s.or(s.predicates(p.Terms, f)...)
	case ir.Negation:
		return s.predicate(p.Term, f).Not()
	case ir.Atom:
		return s.atom(p, f)
	}
	panic(fmt.Sprintf("solve: unknown predicate %T", p))
}

func (s *Scope) predicates(terms []ir.Predicate, f frame) []sat.Lit {
	lits := make([]sat.Lit, len(terms))
	for i, t := range terms {
		lits[i] = s.predicate(t, f)
	}
	return lits
}

func (s *Scope) atom(a ir.Atom, f frame) sat.Lit {
	switch a := a.(type) {
	case ir.OneOf:
		return s.oneOf(s.strs(a.Value, f.root), a)
	case ir.Common:
		return s.common(s.strs(a.Left, f.root), s.strs(a.Right, f.root), a.Exact)
	case ir.Identical:
		return s.identical(a, f)
	case ir.Like:
		return s.some(s.strs(a.Value, f.root), matching(cells.Pattern{Expression: a.Pattern.Regexp(), Folded: true}))
	case ir.Matches:
		return s.some(s.strs(a.Value, f.root), matching(cells.Pattern{Expression: a.Regexp}))
	case ir.Present:
		return s.present(s.strs(a.Value, f.root))
	case ir.Exists:
		var lits []sat.Lit
		for _, n := range s.of(a.Entities, f.root) {
			lits = append(lits, s.exists(n))
		}
		return s.or(lits...)
	case ir.CommonEntity:
		return s.commonEntity(s.of(a.Left, f.root), s.of(a.Right, f.root))
	case ir.IdenticalEntity:
		return s.identicalEntity(s.of(a.Left, f.root), s.of(a.Right, f.root))
	case ir.Privilege:
		return s.privilege(a, f)
	case ir.Anonymous:
		return s.atom(userDirectory, f)
	case ir.From:
		return s.from(a.Context)
	}
	panic(fmt.Sprintf("solve: unknown predicate %T", a))
}

func matching(p cells.Pattern) func(cells.Text, *component) bool {
	return func(t cells.Text, c *component) bool { return t.Matches[c.pattern[p]] }
}

func (s *Scope) from(c ruleset.Context) sat.Lit {
	switch c {
	case ruleset.Hub:
		return s.hub
	case ruleset.QMC:
		return s.qmc
	case ruleset.Both:
		return s.yes
	}
	panic(fmt.Sprintf("solve: unknown context %d", c))
}

// oneOf is true if the values have one of the strings. It looks the strings up, because there
// may be thousands of representatives.
func (s *Scope) oneOf(vs []*value, a ir.OneOf) sat.Lit {
	var lits []sat.Lit
	for _, v := range vs {
		c := s.components[v]
		for _, text := range a.Strings {
			for _, i := range c.folds[schema.Fold(text)] {
				if !a.Exact || c.strs[i].Written == text {
					lits = append(lits, v.bits[i])
				}
			}
		}
	}
	return s.or(lits...)
}

// some returns a literal that is true if a string of the values passes a test.
func (s *Scope) some(vs []*value, test func(cells.Text, *component) bool) sat.Lit {
	var lits []sat.Lit
	for _, v := range vs {
		c := s.components[v]
		for i, t := range c.strs {
			if test(t, c) {
				lits = append(lits, v.bits[i])
			}
		}
	}
	return s.or(lits...)
}

func (s *Scope) present(vs []*value) sat.Lit {
	return s.some(vs, func(cells.Text, *component) bool { return true })
}

// classes returns, for each class of strings that a comparison does not distinguish, a literal
// that is true if the values have a string of it. The values are in one component.
func (s *Scope) classes(vs []*value, exact bool) []sat.Lit {
	c := s.components[vs[0]]
	if exact {
		lits := make([]sat.Lit, len(c.strs))
		for i := range c.strs {
			lits[i] = s.has(vs, []int{i})
		}
		return lits
	}
	lits := make([]sat.Lit, len(c.order))
	for i, fold := range c.order {
		lits[i] = s.has(vs, c.folds[fold])
	}
	return lits
}

func (s *Scope) has(vs []*value, strs []int) sat.Lit {
	var lits []sat.Lit
	for _, v := range vs {
		for _, i := range strs {
			lits = append(lits, v.bits[i])
		}
	}
	return s.or(lits...)
}

func (s *Scope) common(l, r []*value, exact bool) sat.Lit {
	left, right := s.classes(l, exact), s.classes(r, exact)
	lits := make([]sat.Lit, len(left))
	for i := range left {
		lits[i] = s.and(left[i], right[i])
	}
	return s.or(lits...)
}

// identical is true if both values have a string and all their strings are the same.
func (s *Scope) identical(a ir.Identical, f frame) sat.Lit {
	left := s.strs(a.Left, f.root)
	if literal, ok := a.Right.(ir.Literal); ok {
		is := func(t cells.Text, _ *component) bool {
			if a.Exact {
				return t.Written == literal.Text
			}
			return t.Fold == schema.Fold(literal.Text)
		}
		other := s.some(left, func(t cells.Text, c *component) bool { return !is(t, c) })
		return s.and(s.some(left, is), other.Not())
	}
	right := s.strs(a.Right, f.root)
	all := s.classes(append(slices.Clone(left), right...), a.Exact)
	return s.and(s.present(left), s.present(right), s.several(all).Not())
}

// same is true if two nodes exist and are the same entity.
func (s *Scope) same(n, m *node) sat.Lit {
	if n == m {
		return s.exists(n)
	}
	id := func(n *node) []*value { return []*value{s.property(n, "id", false)} }
	return s.and(s.exists(n), s.exists(m), s.common(id(n), id(m), false))
}

func (s *Scope) commonEntity(l, r []*node) sat.Lit {
	var lits []sat.Lit
	for _, n := range l {
		for _, m := range r {
			lits = append(lits, s.same(n, m))
		}
	}
	return s.or(lits...)
}

// identicalEntity is true if both sets have an entity and all of them are the same.
func (s *Scope) identicalEntity(l, r []*node) sat.Lit {
	var left, right, differ []sat.Lit
	for _, n := range l {
		left = append(left, s.exists(n))
		for _, m := range r {
			differ = append(differ, s.and(s.exists(n), s.exists(m), s.same(n, m).Not()))
		}
	}
	for _, m := range r {
		right = append(right, s.exists(m))
	}
	return s.and(s.or(left...), s.or(right...), s.or(differ...).Not())
}

// privilege is true if one of the entities exists and the right on it is granted.
func (s *Scope) privilege(p ir.Privilege, f frame) sat.Lit {
	var lits []sat.Lit
	for _, n := range s.of(p.Entities, f.root) {
		r := rightOf{f.side, n, p.Action}
		var granted sat.Lit
		if n == f.root && slices.Contains(f.cycle, p.Action) {
			granted = s.rightIn(r, f.cycle, f.round)
		} else {
			granted = s.right(r)
		}
		lits = append(lits, s.and(s.exists(n), granted))
	}
	return s.or(lits...)
}
