// Package solve decides whether there is any user, resource and request for which a formula
// over security rules is true. It answers Impossible, Possible with a witness, or Unknown with
// a reason. It is complete for the rule language: the language has no arithmetic, relations are
// acyclic, and strings can only be distinguished by finitely many tests.
//
// A World holds rule sets and conditions, resolved over the same type scopes. A Scope is one
// type scope with the formulas of its questions; it is encoded once and used for many
// questions.
//
//	world.go, formula.go   rule sets and formulas
//	node.go                the entities that a formula speaks of: the user, the resource,
//	                       and what relations lead to
//	scan.go                which values a formula compares with what: components
//	component.go           the representatives of a component's texts (package cells)
//	gates.go, encode.go    the formula as clauses (package sat)
//	axioms.go              what holds for every site
//	change.go              the resource after a change, which shares what stays
//	scope.go               asking, cores, and small witnesses
//	witness.go             a model as an AuthZEN request
//
// The abstraction. Values that are compared with each other form a component. Its literals and
// patterns partition all strings into cells, and for each cell k + j + 2q strings are kept: k
// is the number of values in the component, j the number of comparisons of two lists for a
// common string, q the number of tests whether two lists are identical. A model needs no more:
// keep one string for every value and cell, one for every common string, and two for every two
// lists that differ, and delete the others. No test changes. Sets of entities are bounded in
// the same way. A right on another entity is the formula of that entity's rules; rights on one
// entity that depend on each other are unrolled from false.
//
// The universe. Users and resources are described by the request, as the decision point accepts
// them; two entities are the same if type and id are. A request that combines a described user
// with an existing entity that has the id of that user is outside.
//
// The package knows predicates (compiler/ir), but not exports, sites or Rego.
package solve
