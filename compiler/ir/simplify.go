package ir

import (
	"fmt"
	"slices"
)

// The constructors below simplify every predicate: constants are folded, nested conjunctions
// and disjunctions are flattened, duplicates are removed, and a disjunction of equalities of
// one value is one OneOf.

// And returns the conjunction of terms.
func And(terms ...Predicate) Predicate {
	flat := []Predicate{}
	seen := map[string]bool{}
	for _, t := range terms {
		parts := []Predicate{t}
		if c, ok := t.(Conjunction); ok {
			parts = c.Terms
		}
		for _, p := range parts {
			if c, ok := p.(Constant); ok {
				if !c.Value {
					return c
				}
				continue
			}
			if key := p.Key(); !seen[key] {
				seen[key] = true
				flat = append(flat, p)
			}
		}
	}
	all := slices.Clone(flat)
	flat = slices.DeleteFunc(flat, func(p Predicate) bool {
		e, ok := p.(Exists)
		return ok && slices.ContainsFunc(all, func(q Predicate) bool { return implies(q, e.Entities) })
	})
	switch len(flat) {
	case 0:
		return Constant{true}
	case 1:
		return flat[0]
	}
	return Conjunction{flat}
}

// implies reports whether p can only be true if the entities exist, so that `resource.IsOwned()
// and resource.owner = user` is one test.
func implies(p Predicate, e Entities) bool {
	if c, ok := p.(CommonEntity); ok {
		return c.Left.Key() == e.Key() || c.Right.Key() == e.Key()
	}
	asked, ok := p.(Privilege)
	return ok && asked.Entities.Key() == e.Key()
}

// Or returns the disjunction of terms.
func Or(terms ...Predicate) Predicate {
	flat := []Predicate{}
	seen := map[string]bool{}
	equalities := map[string]int{} // value and form → index of the OneOf in flat
	strs := map[int][]string{}     // its strings, of all operands
	for _, t := range terms {
		parts := []Predicate{t}
		if d, ok := t.(Disjunction); ok {
			parts = d.Terms
		}
		for _, p := range parts {
			if c, ok := p.(Constant); ok {
				if c.Value {
					return c
				}
				continue
			}
			if q, ok := p.(OneOf); ok {
				form := q.Value.Key() + marker("=", q.Exact)
				i, ok := equalities[form]
				if !ok {
					i = len(flat)
					equalities[form] = i
					flat = append(flat, q)
				}
				strs[i] = append(strs[i], q.Strings...)
				continue
			}
			if key := p.Key(); !seen[key] {
				seen[key] = true
				flat = append(flat, p)
			}
		}
	}
	for i, all := range strs {
		one := flat[i].(OneOf)
		slices.Sort(all)
		one.Strings = slices.Compact(all)
		flat[i] = one
	}
	switch len(flat) {
	case 0:
		return Constant{false}
	case 1:
		return flat[0]
	}
	return Disjunction{flat}
}

// Not returns the negation of p. A negated disjunction becomes a conjunction of negations,
// which is easier to read; a negated conjunction stays.
func Not(p Predicate) Predicate {
	switch p := p.(type) {
	case Constant:
		return Constant{!p.Value}
	case Negation:
		return p.Term
	case Disjunction:
		terms := make([]Predicate, len(p.Terms))
		for i, t := range p.Terms {
			terms[i] = Not(t)
		}
		return And(terms...)
	case Conjunction, OneOf, Common, Identical, Like, Matches, Present, Exists, CommonEntity, IdenticalEntity, Privilege, Anonymous, From:
		return Negation{p}
	}
	panic(fmt.Sprintf(unknown, p))
}
