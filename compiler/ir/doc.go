// Package ir is the intermediate representation of rules: what a condition means
// for one type scope, as typed predicates. Package resolve writes it; the generator
// of Rego, the view of a site, cost estimates, the solver and filters read it.
//
// A Predicate is a constant, a connective or an Atom. And, Or, Not and Rewrite simplify
// predicates: constants are folded, nested connectives are flattened, and a disjunction of
// equalities of one value becomes one OneOf. Visit lists the atoms, and OperandsOf returns what
// an atom reads.
//
// Every switch over predicates, atoms or values lists all of them and has no default. The
// linters check this, and what they cannot check panics: an operator that somebody forgets must
// never evaluate to false, because below a negation false grants.
//
// The package knows the names of types and properties as resolve spells them. It does not know
// Rego, a site's data, or what other rules grant: a Privilege is evaluated later.
package ir
