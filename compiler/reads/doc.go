// Package reads describes what the rules of a policy read, rule by rule: the tests on the
// resource, on the subject, on both, and on rights on other entities. A bundle contains it as
// data.qlik.reads, so that the bundle shows which entities its rules can distinguish.
//
// Two subjects with the same results for all tests are equivalent for the policy, and so are
// two resources. Whether a rule grants depends on its own tests only.
//
// It knows the structure of tests and how to find the rules for a type. It does not know how
// tests combine to a condition, nor their results on a site (internal/partition).
package reads
