// Package partition folds a site into classes of subjects and of resources that
// the rules of a bundle cannot tell apart.
//
// A rule's tests (compiler/reads) are of four kinds: of the subject and the
// session, of the resource, of one against the other, and of rights on entities
// that the resource leads to. Subjects for whom all tests of the first kind
// come out alike, and who bring the same to the third, are one class; so are
// resources for which the second kind comes out alike, which bring the same to the
// third, and which lead to the same classes of entities for the fourth.
//
// Identity tests (owner = user) are left out, because they would tell all
// resources apart by their owners: the few pairs that meet one are listed in an
// index and have to be settled one by one. Of all other pairs, what a rule comes to
// depends on the two classes alone.
//
// Who decides about few subjects at a time asks in another order: Equivalence tells
// resources apart by all that they bring, for whoever asks, as they are met, and
// SubjectClasses merges what one subject cannot tell apart.
//
// It knows tests and the site's data. It refuses to know how tests combine, what
// they grant, and Rego: a right is decided by the policy itself (internal/audit).
package partition
