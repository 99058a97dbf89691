// Package playground answers the questions of one page that needs no server: rules and a
// small site as texts go in; diagnostics, Rego, and a decision with its reasons come out.
//
// It puts together what the command line does with files: the compiler, the lints, the
// reference evaluator and its explanations. It carries no OPA, so that it is small enough
// to run in a browser (package wasm is its entry there, package build makes the page).
// It reads no file and asks nothing of a network.
package playground
