// Package ir is the intermediate representation of rules: what a condition means
// for one type scope, as typed predicates. Package resolve writes it; the generator
// of Rego, the view of a site, cost estimates, the solver and filters read it.
//
// A Predicate is a constant, a connective or an Atom. And, Or, Not and Rewrite keep
// predicates simple: constants are folded, nested connectives are flat, and the
// equalities of a disjunction with one value are one OneOf. Visit lists the atoms and
// OperandsOf says what an atom reads.
//
// Every switch over predicates, atoms or values lists all of them and has no default.
// The linters check that, and what they cannot see panics: an operator that somebody
// forgets must never evaluate to false, because below a negation false grants.
//
// The package knows the names of types and properties as resolve spelled them, and
// nothing about Rego, a site's data, or what other rules grant: a Privilege stays a
// question.
package ir
