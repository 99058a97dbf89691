// Package difftest holds the two readings of docs/language.md against each
// other: the reference evaluator and the compiled policy must agree on every
// decision about every generated site, whether the policy is decided by the
// embedded OPA or by the stock command.
//
// It is a package of tests: reference and compiler meet here and nowhere else.
// agree_test.go compares them on sites made up, corpus_test.go on the sites and
// answers kept in testdata/corpus, fuzz_test.go on what a fuzzer makes of them.
// A difference is shrunk (shrink_test.go) before it is told (report_test.go).
// The package mutation shows that all this notices when something is wrong.
package difftest
