// Package engine is the embedded OPA: it prepares a bundle once and then decides requests, one
// by one or as a stream, and runs Rego tests with the same policy.
//
// It knows the entry points of the policy (data.qlik.authz) and the form of their values.
// Failures are errors and never an allow.
//
// It does not know Qlik's rules or what a request means: a request is passed to the policy as
// written, and the policy evaluates it.
package engine
