// Package partition partitions the subjects and resources of a site into equivalence classes
// that the rules of a bundle cannot distinguish.
//
// A rule's tests (compiler/reads) are of four kinds: tests of the subject and the session, of
// the resource, comparisons of the two, and tests of rights on entities that the resource leads
// to. Subjects are equivalent if they have the same results for the first kind and the same
// values for the third; resources are equivalent if they have the same results for the second
// kind, the same values for the third, and lead to the same classes of entities for the fourth.
//
// Identity tests (owner = user) are left out, because they would separate all resources by
// their owners: the few exceptional pairs that meet one are listed in an index and have to be
// decided one by one. For all other pairs, the result of a rule depends on the two classes
// only.
//
// For callers that decide about few subjects at a time there is a different order: Equivalence
// partitions resources by all of their values, for any subject and as they are requested, and
// SubjectClasses merges the classes that one subject cannot distinguish.
//
// It knows tests and the site's data. It does not know how tests combine, what they grant, or
// Rego: the policy itself decides rights (internal/audit).
package partition
