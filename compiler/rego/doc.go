// Package rego writes a plan as Rego modules: one per class of resources, one for the rules
// that read the subject only, and an index. The modules are used together with the hand-written
// library in policies.
//
// It writes text in the layout of `opa fmt` instead of building trees for OPA's printer: for
// 5,000 rules the printer takes longer than everything else together, and a tree has no place
// for a comment. The tests check every module with `opa fmt` and `opa check --strict`.
//
// It knows predicates and Rego, but not conditions, exports or entities.
package rego
