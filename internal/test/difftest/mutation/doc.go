// Package mutation checks that the tests of the translation detect errors. It plants known errors in
// the compiler, the library, the snapshot reader and the code that both implementations share, one at
// a time, and runs a part of the package difftest, which must fail for every error.
//
// The errors are replacements of text, listed in the mutants_*_test.go files and applied by the
// build's -overlay, so that nothing is written into the source tree. TestMutantsApply fails at once if
// a text does not exist any more. The runs themselves take minutes and need a flag:
//
//	go test ./internal/test/difftest/mutation -mutants=all -v
package mutation
