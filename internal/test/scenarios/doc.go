// Package scenarios tests the user stories in testdata/scenarios: their Rego tests pass in the embedded OPA
// and with the stock command, and check reports exactly the lines in check.txt.
//
// It contains only tests, and is independent of the compiler.
package scenarios
