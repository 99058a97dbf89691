// Package matrix decides who may do what on which resources of a site, for all of
// them at once, and by which rules.
//
// What a rule comes to depends on its own tests alone (compiler/reads): on which
// of its tests of the subject hold, which of those of the resource, and which of
// those across. So for every rule each combination of these that occurs is decided
// once, by the policy itself (decide.rego), on some pair of subject and resource
// that has it. One question to the policy tells of all rules at once, so that some
// hundred questions decide billions of cells. A right on another entity is a test
// across like the others: its type comes first. Pairs that meet an identity test
// (owner = user), or whose rights depend on one, are settled one by one.
//
// It knows classes (internal/partition) and how to ask the policy. It refuses to
// know what tests mean and how rules combine them: what is not decided by the
// policy is not in the matrix.
package matrix
