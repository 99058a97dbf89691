// Package rego writes a plan as Rego modules: one per class of resources, one
// for the rules that look at the subject alone, and an index. The modules go
// with the hand-written library in policies.
//
// It writes text in the layout of `opa fmt`, rather than trees for OPA's
// printer: the printer takes longer for 5,000 rules than everything else
// together, and a comment has a place in a text, but none in a tree. The tests
// hold every module to `opa fmt` and `opa check --strict`.
//
// It knows predicates and Rego, and refuses to know conditions, exports and
// entities: whoever reads the generated rules reads the predicates.
package rego
