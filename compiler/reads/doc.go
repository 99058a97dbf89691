// Package reads says what the rules of a policy read, rule by rule: the tests
// that each makes of the resource, of the subject, of one against the other,
// and of rights on other entities. It is the data that stands at data.qlik.reads
// of a bundle, so that who has only the bundle can tell which entities its rules
// tell apart.
//
// Two subjects for whom all tests come out alike are one to the policy, and so
// are two resources; and whether a rule grants depends on its own tests alone.
//
// It knows the shape of tests and how to find the rules for a type. It refuses to
// know how tests combine to a condition, and what they come to on a site
// (internal/partition).
package reads
