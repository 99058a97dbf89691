package solve

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// tested is the tests on the strings of a component.
type tested struct {
	folded, exact map[string]bool
	// likes and expressions are anchored regular expressions: for case-folded strings, and for
	// strings as written.
	likes, expressions map[string]bool
	spelt              bool
	// more is the number of representatives that comparisons of lists need.
	more int
}

type rightOf struct {
	side   int
	node   *node
	action ruleset.Action
}

// userDirectory is what Anonymous reads.
var userDirectory = ir.OneOf{Value: ir.Property{Of: ir.Entities{Root: ir.User, Origin: "user"}, Name: "userdirectory"}, Strings: []string{"none"}}

// scan records which values a formula about the resource, unchanged or after a change, compares
// with which.
func (s *Scope) scan(f Formula, resource *node) {
	switch f := f.(type) {
	case Holds:
		s.scanPredicate(s.world.conditions[f.Condition][s.class], resource, f.Side)
	case Test:
		s.scanPredicate(f.Predicate, resource, 0)
	case Granted:
		s.scanRight(rightOf{f.Side, resource, f.Action})
	case Grants:
		s.scanPredicate(s.world.Predicate(f.Side, s.class, f.Rule), resource, f.Side)
	case After:
		s.scan(f.Formula, s.changed(f.Change))
	case Not:
		s.scan(f.Formula, resource)
	case All:
		for _, g := range f {
			s.scan(g, resource)
		}
	case Some:
		for _, g := range f {
			s.scan(g, resource)
		}
	}
}

// scanRight records the comparisons of the rules that grant an action on a node.
func (s *Scope) scanRight(r rightOf) {
	if s.scannedRights[r] {
		return
	}
	s.scannedRights[r] = true
	c := s.rules(r.side, r.node)
	if c == nil {
		return
	}
	for _, rule := range c.Rules {
		if rule.Rule.Actions.Has(r.action) {
			s.scanPredicate(rule.Predicate, r.node, r.side)
		}
	}
}

// rules returns the rules for a node: of the scope, or of the type of the node.
func (s *Scope) rules(side int, n *node) *privilege.Class {
	if side >= len(s.world.sides) {
		return nil // a condition without rules
	}
	if n == s.resource || n.change != nil {
		return s.world.sides[side][s.class]
	}
	i, ok := s.world.class[n.typ]
	if !ok {
		panic(fmt.Sprintf("solve: a relation leads to the type %q, which has no scope", n.typ))
	}
	return s.world.sides[side][i]
}

func (s *Scope) scanPredicate(p ir.Predicate, root *node, side int) {
	if p != nil {
		ir.Visit(p, func(a ir.Atom, _ bool) { s.scanAtom(a, root, side) })
	}
}

func (s *Scope) scanAtom(a ir.Atom, root *node, side int) {
	switch a := a.(type) {
	case ir.OneOf:
		vs := s.strs(a.Value, root)
		s.compare(vs, func(t *tested) {
			for _, text := range a.Strings {
				if a.Exact {
					t.exact[text] = true
				} else {
					t.folded[text] = true
				}
			}
			t.spelt = t.spelt || a.Exact
		})
	case ir.Common:
		l, r := s.strs(a.Left, root), s.strs(a.Right, root)
		s.related(l, r, a.Exact, 1)
	case ir.Identical:
		l, r := s.strs(a.Left, root), s.strs(a.Right, root)
		if literal, ok := a.Right.(ir.Literal); ok {
			s.compare(l, func(t *tested) {
				if t.spelt = t.spelt || a.Exact; a.Exact {
					t.exact[literal.Text] = true
				} else {
					t.folded[schema.Fold(literal.Text)] = true
				}
			})
			return
		}
		s.related(l, r, a.Exact, 2)
	case ir.Like:
		s.compare(s.strs(a.Value, root), func(t *tested) { t.likes[a.Pattern.Regexp()] = true })
	case ir.Matches:
		s.compare(s.strs(a.Value, root), func(t *tested) { t.expressions[a.Regexp], t.spelt = true, true })
	case ir.Present:
		s.strs(a.Value, root)
	case ir.Exists:
		s.of(a.Entities, root)
	case ir.CommonEntity:
		s.scanIdentity(s.of(a.Left, root), s.of(a.Right, root))
	case ir.IdenticalEntity:
		s.scanIdentity(s.of(a.Left, root), s.of(a.Right, root))
	case ir.Privilege:
		for _, n := range s.of(a.Entities, root) {
			s.scanRight(rightOf{side, n, a.Action})
		}
	case ir.Anonymous:
		s.scanAtom(userDirectory, root, side)
	case ir.From:
	}
}

// compare records a comparison of values with constants.
func (s *Scope) compare(vs []*value, note func(*tested)) {
	s.join(vs...)
	for _, v := range vs[:1] {
		note(s.testsOf(v))
	}
}

// testsOf returns the tests on the values of a component. Until components are final, each of
// their values has a part of it.
func (s *Scope) testsOf(v *value) *tested {
	t := s.tested[v.id]
	if t == nil {
		t = &tested{folded: map[string]bool{}, exact: map[string]bool{}, expressions: map[string]bool{}, likes: map[string]bool{}}
		s.tested[v.id] = t
	}
	return t
}

// related records a comparison of two values with each other. It needs a number of strings for
// every side that is a list; a scalar has one anyway.
func (s *Scope) related(l, r []*value, exact bool, weight int) {
	s.join(append(append([]*value{}, l...), r...)...)
	many := 0
	for _, side := range [][]*value{l, r} {
		if len(side) > 1 || side[0].many {
			many++
		}
	}
	t := s.testsOf(l[0])
	t.spelt = t.spelt || exact
	if key := fmt.Sprint(l[0].id, r[0].id, exact, weight); !s.pairs[key] {
		s.pairs[key] = true
		if weight == 2 {
			t.more += many
		} else {
			t.more += many / 2
		}
	}
}

// scanIdentity records that entities are compared by their ids.
func (s *Scope) scanIdentity(l, r []*node) {
	for _, n := range l {
		for _, m := range r {
			s.related([]*value{s.property(n, "id", false)}, []*value{s.property(m, "id", false)}, false, 1)
		}
	}
}
