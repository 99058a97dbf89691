// Package difftest compares the two implementations of docs/language.md: the independent evaluator and the
// compiled policy must agree on every decision about every generated site, with the embedded OPA and with
// the stock command.
//
// It contains only tests: the evaluator and the compiler meet here and nowhere else. agree_test.go compares
// them on generated sites, corpus_test.go on the sites and answers in testdata/corpus, fuzz_test.go on
// input from a fuzzer. A difference is shrunk (shrink_test.go) before it is reported (report_test.go). The
// package mutation shows that these tests detect planted errors.
package difftest
