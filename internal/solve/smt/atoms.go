package smt

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

func (s *script) off(a solve.Axiom) bool { return slices.Contains(s.world.Axioms().Off, a) }

func (s *script) atom(a ir.Atom, f frame) string {
	key := a.Key()
	switch a := a.(type) {
	case ir.OneOf:
		vs := s.valuesOf(a.Value, f.root, key, 1)
		s.relate(a.Exact, vs)
		return s.some(vs, func(v *value, text string) string { return s.isOneOf(v, text, a.Strings, a.Exact) })
	case ir.Common:
		l, r := s.valuesOf(a.Left, f.root, key+"<", 1), s.valuesOf(a.Right, f.root, key+">", 1)
		return s.common(l, r, a.Exact)
	case ir.Identical:
		return s.identical(a, f)
	case ir.Like:
		return s.some(s.valuesOf(a.Value, f.root, key, 1), func(v *value, text string) string {
			return member(text, likePattern(a.Pattern, s.asWritten(v)))
		})
	case ir.Matches:
		vs := s.valuesOf(a.Value, f.root, key, 1)
		s.relate(true, vs)
		return s.some(vs, func(_ *value, text string) string { return member(text, expression(a.Regexp)) })
	case ir.Present:
		return s.present(s.valuesOf(a.Value, f.root, key, 1))
	case ir.Exists:
		s.sets(a.Entities, f.root, key, 1)
		return or(each(s.of(a.Entities, f.root), func(e *entity) string { return e.exists })...)
	case ir.CommonEntity:
		return s.commonEntity(s.entities2(a.Left, a.Right, f.root, key, 1))
	case ir.IdenticalEntity:
		return s.identicalEntity(s.entities2(a.Left, a.Right, f.root, key, 2))
	case ir.Privilege:
		s.sets(a.Entities, f.root, key, 1)
		return or(each(s.of(a.Entities, f.root), func(e *entity) string { return and(e.exists, s.granted(e, a.Action, f)) })...)
	case ir.Anonymous:
		return s.anonymous()
	case ir.From:
		switch a.Context {
		case ruleset.Hub:
			return "hub"
		case ruleset.QMC:
			return "qmc"
		case ruleset.Both:
			return "true"
		}
	}
	panic(fmt.Sprintf("smt: unknown atom %#v", a))
}

func (s *script) granted(e *entity, action ruleset.Action, f frame) string {
	if e == f.root && slices.Contains(f.cycle, action) {
		class := s.class
		if e != s.resource {
			class, _ = s.world.ClassOf(e.typ)
		}
		return s.rightIn(e, class, right{f.side, e.term, action, f.round}, f.cycle)
	}
	return s.right(f.side, e, action)
}

// some returns a formula that is true if any string of the values passes a test.
func (s *script) some(vs []*value, test func(v *value, text string) string) string {
	var terms []string
	for _, v := range vs {
		for _, p := range v.places {
			terms = append(terms, and(p.has, test(v, p.text)))
		}
	}
	return or(terms...)
}

func (s *script) present(vs []*value) string {
	return s.some(vs, func(*value, string) string { return "true" })
}

// isOneOf returns a formula that is true if text is equal to one of texts, which are case-folded
// unless exact is set.
func (s *script) isOneOf(v *value, text string, texts []string, exact bool) string {
	return or(each(texts, func(t string) string {
		if schema.Fold(t) == schema.Fold(never) {
			s.never[s.leader(v.key)] = true
		}
		if exact || !s.asWritten(v) {
			if !exact {
				t = schema.Fold(t)
			}
			return "(= " + text + " " + literal(t) + ")"
		}
		return member(text, spellings(schema.Fold(t)))
	})...)
}

// equal returns a formula that is true if two strings of values are equal.
func (s *script) equal(v *value, exact bool, x, y string) string {
	if s.writing && !exact && s.asWritten(v) && x != y {
		panic(inexpressible("%s is compared with other values ignoring case, and as written as well", v.key))
	}
	if x == y {
		return "true"
	}
	return "(= " + x + " " + y + ")"
}

func (s *script) common(l, r []*value, exact bool) string {
	s.relate(exact, l, r)
	return s.some(l, func(v *value, x string) string {
		return s.some(r, func(_ *value, y string) string { return s.equal(v, exact, x, y) })
	})
}

// identical returns a formula that is true if both values have a string and all their strings are
// equal.
func (s *script) identical(a ir.Identical, f frame) string {
	l := s.valuesOf(a.Left, f.root, a.Key()+"<", 2)
	if other, ok := a.Right.(ir.Literal); ok {
		s.relate(a.Exact, l)
		is := func(v *value, text string) string { return s.isOneOf(v, text, []string{other.Text}, a.Exact) }
		return and(s.some(l, is), not(s.some(l, func(v *value, text string) string { return not(is(v, text)) })))
	}
	r := s.valuesOf(a.Right, f.root, a.Key()+">", 2)
	s.relate(a.Exact, l, r)
	all := slices.Concat(l, r)
	differ := s.some(all, func(v *value, x string) string {
		return s.some(all, func(_ *value, y string) string { return not(s.equal(v, a.Exact, x, y)) })
	})
	return and(s.present(l), s.present(r), not(differ))
}

// entities2 returns the entities of both sides of an identity test, and reads their ids, by which they
// are compared.
func (s *script) entities2(left, right ir.Entities, root *entity, test string, weight int) (l, r []*entity) {
	s.sets(left, root, test+"<", weight)
	s.sets(right, root, test+">", weight)
	l, r = s.of(left, root), s.of(right, root)
	for _, e := range slices.Concat(l, r) {
		s.relate(false, []*value{s.property(e, "id", false)})
	}
	return l, r
}

// same returns a formula that is true if two entities exist and have the same id.
func (s *script) same(e, f *entity) string {
	if e == f {
		return e.exists
	}
	return and(e.exists, f.exists, s.common([]*value{s.property(e, "id", false)}, []*value{s.property(f, "id", false)}, false))
}

func (s *script) commonEntity(l, r []*entity) string {
	return or(each(l, func(e *entity) string {
		return or(each(r, func(f *entity) string { return s.same(e, f) })...)
	})...)
}

// identicalEntity returns a formula that is true if both sets have an entity and all of these are the
// same.
func (s *script) identicalEntity(l, r []*entity) string {
	exists := func(e *entity) string { return e.exists }
	differ := or(each(l, func(e *entity) string {
		return or(each(r, func(f *entity) string { return and(e.exists, f.exists, not(s.same(e, f))) })...)
	})...)
	return and(or(each(l, exists)...), or(each(r, exists)...), not(differ))
}
