// Package difftest holds the two readings of the language page against each
// other: the reference evaluator and the compiled policy, decided by the
// embedded OPA, must agree on every decision about every generated site.
//
// It is a package of tests: reference and compiler meet here and nowhere else.
package difftest
