// Package house holds rules of the source code that neither the compiler nor a linter checks,
// as tests that read the source. It is all tests.
package house
