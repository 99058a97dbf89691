// Package scenarios holds the user stories under testdata/scenarios to what
// they say: the Rego tests pass in the embedded OPA and under the stock command,
// and check reports what check.txt lists, no more and no less.
//
// It is a package of tests and knows nothing of how rules are compiled.
package scenarios
