// Package playground answers the requests of one page that needs no server: the input is rules
// and a small site as text; the output is diagnostics, Rego, and a decision with its reasons.
//
// It combines what the command line does with files: the compiler, the lints, the independent
// evaluator and its explanations. It does not depend on OPA, so that it is small enough to run
// in a browser (package wasm is the entry point there, package build builds the page). It reads
// no files and uses no network.
package playground
