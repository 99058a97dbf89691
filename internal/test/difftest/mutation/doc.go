// Package mutation asks whether the tests of the translation would notice. It
// plants known errors into the compiler, the library, the snapshot reader and
// what both readings share, one at a time, and runs a part of the package
// difftest: every error must make it fail.
//
// The errors are replacements of text, listed in the mutants_*_test.go files and applied by the
// build's -overlay, so that nothing is written into the source tree. A text that
// is not there any more fails TestMutantsApply at once; the runs themselves take
// minutes and are asked for by a flag:
//
//	go test ./internal/test/difftest/mutation -mutants=all -v
package mutation
