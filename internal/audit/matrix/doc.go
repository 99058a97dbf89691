// Package matrix decides who may do what on which resources of a site, for all of them
// together, and by which rules.
//
// The result of a rule depends on its own tests only (compiler/reads): on which of its tests of
// the subject are true, which of those of the resource, and which of those across. So for every
// rule each combination of these that occurs is decided once, by the policy itself
// (decide.rego), for some pair of subject and resource that has it. One query decides all
// rules, so that some hundred queries decide billions of cells. A right on another entity is a
// test across like the others: its type comes first. Pairs that meet an identity test (owner =
// user), or whose rights depend on one, are decided one by one.
//
// It knows equivalence classes (internal/partition) and how to query the policy. It does not
// know what tests mean or how rules combine them: everything in the matrix is decided by the
// policy.
package matrix
