package lint

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// A predicate is compared with others by its cubes: the conjunctions of its disjunctive normal
// form, without contradictory ones. Comparing cubes is sound but incomplete: what it proves is
// true, but it cannot prove everything that is true.

// literal is an atom or its negation.
type literal struct {
	atom    ir.Atom
	negated bool
}

func (l literal) key() string {
	if l.negated {
		return "!" + l.atom.Key()
	}
	return l.atom.Key()
}

// cube is a conjunction of literals, sorted by key and without duplicates.
type cube []literal

// maxCubes limits the size of the disjunctive normal form of a predicate.
const maxCubes = 128

// maxSplit is the maximum number of values of an equality that is split into one cube per
// value.
const maxSplit = 16

// cubesOf returns the cubes of p, none for a predicate that is never true, and whether their
// number is within the limit.
func cubesOf(p ir.Predicate) ([]cube, bool) {
	list, ok := expand(p)
	if !ok {
		return nil, false
	}
	return slices.DeleteFunc(list, cube.contradicts), true
}

func expand(p ir.Predicate) ([]cube, bool) {
	switch p := p.(type) {
	case ir.Constant:
		if p.Value {
			return []cube{{}}, true
		}
		return nil, true
	case ir.Disjunction:
		return expandAny(p.Terms)
	case ir.Conjunction:
		return expandAll(p.Terms)
	case ir.Negation:
		if c, ok := p.Term.(ir.Conjunction); ok {
			terms := make([]ir.Predicate, len(c.Terms))
			for i, t := range c.Terms {
				terms[i] = ir.Not(t)
			}
			return expandAny(terms)
		}
		if o, ok := p.Term.(ir.OneOf); ok && len(o.Strings) > 1 {
			var c cube
			for _, text := range o.Strings {
				c = append(c, literal{ir.OneOf{Value: o.Value, Strings: []string{text}, Exact: o.Exact}, true})
			}
			return []cube{c.sorted()}, true
		}
		if atom, ok := p.Term.(ir.Atom); ok {
			return []cube{{literal{atom, true}}}, true
		}
		return nil, false
	case ir.OneOf:
		if len(p.Strings) > maxSplit {
			return []cube{{literal{atom: p}}}, true
		}
		var list []cube
		for _, text := range p.Strings {
			list = append(list, cube{literal{atom: ir.OneOf{Value: p.Value, Strings: []string{text}, Exact: p.Exact}}})
		}
		return list, true
	case ir.Atom:
		return []cube{{literal{atom: p}}}, true
	}
	return nil, false
}

func expandAny(terms []ir.Predicate) ([]cube, bool) {
	var all []cube
	for _, t := range terms {
		list, ok := expand(t)
		if !ok || len(all)+len(list) > maxCubes {
			return nil, false
		}
		all = append(all, list...)
	}
	return all, true
}

func expandAll(terms []ir.Predicate) ([]cube, bool) {
	all := []cube{{}}
	for _, t := range terms {
		list, ok := expand(t)
		if !ok || len(all)*len(list) > maxCubes {
			return nil, false
		}
		var next []cube
		for _, a := range all {
			for _, b := range list {
				if c := a.with(b...); !c.contradicts() {
					next = append(next, c)
				}
			}
		}
		all = next
	}
	return all, true
}

// with returns the cube with more literals.
func (c cube) with(more ...literal) cube { return append(slices.Clone(c), more...).sorted() }

func (c cube) sorted() cube {
	slices.SortFunc(c, func(a, b literal) int { return strings.Compare(a.key(), b.key()) })
	return slices.CompactFunc(c, func(a, b literal) bool { return a.key() == b.key() })
}

// contradicts reports whether two literals of the cube exclude each other.
func (c cube) contradicts() bool {
	for i, a := range c {
		for _, b := range c[i+1:] {
			if excludes(a, b) || excludes(b, a) {
				return true
			}
		}
	}
	return false
}

func excludes(a, b literal) bool {
	switch {
	case a.negated:
		return false
	case b.negated:
		return a.implies(literal{atom: b.atom})
	}
	x, ok := a.atom.(ir.OneOf)
	if !ok || x.Value.Many() {
		return false
	}
	switch y := b.atom.(type) {
	case ir.OneOf:
		return x.Value.Key() == y.Value.Key() && x.Exact == y.Exact && !slices.ContainsFunc(x.Strings, func(t string) bool { return slices.Contains(y.Strings, t) })
	case ir.Like:
		return x.Value.Key() == y.Value.Key() && !x.Exact && !slices.ContainsFunc(x.Strings, y.Pattern.Match)
	case ir.Anonymous:
		return x.Value.Key() == userDirectory && !slices.Contains(x.Strings, "none") && !x.Exact
	case ir.Common, ir.CommonEntity, ir.Exists, ir.From, ir.Identical, ir.IdenticalEntity, ir.Matches, ir.Present, ir.Privilege: // all others are compatible with an equality
		return false
	}
	panic("lint: unknown atom")
}

const userDirectory = "user.userdirectory"

// implies reports whether m is true whenever l is.
func (l literal) implies(m literal) bool {
	switch {
	case l.key() == m.key():
		return true
	case l.negated && m.negated:
		return literal{atom: m.atom}.implies(literal{atom: l.atom})
	case l.negated:
		return false
	case m.negated:
		return excludes(l, literal{atom: m.atom}) || excludes(literal{atom: m.atom}, l)
	}
	switch y := m.atom.(type) {
	case ir.OneOf:
		x, ok := l.atom.(ir.OneOf)
		return ok && x.Value.Key() == y.Value.Key() && x.Exact == y.Exact && !slices.ContainsFunc(x.Strings, func(t string) bool { return !slices.Contains(y.Strings, t) })
	case ir.Like:
		x, ok := l.atom.(ir.OneOf)
		return ok && !x.Exact && x.Value.Key() == y.Value.Key() && !slices.ContainsFunc(x.Strings, func(t string) bool { return !y.Pattern.Match(t) })
	case ir.Present:
		return slices.ContainsFunc(valuesOf(l.atom), func(v ir.Value) bool { return v.Key() == y.Value.Key() })
	case ir.Exists:
		return needsEntity(l.atom, y.Entities.Key())
	case ir.Anonymous, ir.Common, ir.CommonEntity, ir.From, ir.Identical, ir.IdenticalEntity, ir.Matches, ir.Privilege: // nothing else follows from another atom
		return false
	}
	panic("lint: unknown atom")
}

// needsEntity reports whether the atom can only be true if the entities of a path exist.
func needsEntity(a ir.Atom, path string) bool {
	for _, e := range entitiesOf(a) {
		if e.Key() == path || strings.HasPrefix(e.Key(), path+".") {
			return true
		}
	}
	return false
}

// implies reports whether d is true whenever c is.
func (c cube) implies(d cube) bool {
	for _, m := range d {
		if !slices.ContainsFunc(c, func(l literal) bool { return l.implies(m) }) {
			return false
		}
	}
	return true
}

// implies reports whether it is proved that q is true whenever p is.
func implies(p, q ir.Predicate) bool {
	if ir.IsFalse(p) || ir.IsTrue(q) || p.Key() == q.Key() {
		return true
	}
	left, ok := cubesOf(p)
	right, ok2 := cubesOf(q)
	if !ok || !ok2 {
		return false
	}
	for _, c := range left {
		if !slices.ContainsFunc(right, c.implies) {
			return false
		}
	}
	return true
}

// never reports whether p is proved to be always false.
func never(p ir.Predicate) bool {
	list, ok := cubesOf(p)
	return ok && len(list) == 0
}

// same reports whether p and q are proved to mean the same.
func same(p, q ir.Predicate) bool {
	return canonical(p) == canonical(q) || implies(p, q) && implies(q, p)
}

// canonical is a key of a predicate that does not depend on the order of its terms.
func canonical(p ir.Predicate) string {
	join := func(terms []ir.Predicate, sep string) string {
		keys := make([]string, len(terms))
		for i, t := range terms {
			keys[i] = canonical(t)
		}
		slices.Sort(keys)
		return "(" + strings.Join(keys, sep) + ")"
	}
	switch p := p.(type) {
	case ir.Conjunction:
		return join(p.Terms, " and ")
	case ir.Disjunction:
		return join(p.Terms, " or ")
	case ir.Negation:
		return "!" + canonical(p.Term)
	case ir.Constant, ir.Atom:
		return p.Key()
	}
	return p.Key()
}
