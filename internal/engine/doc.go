// Package engine is the embedded OPA: it prepares a bundle once and then decides
// requests, one by one or as a stream, and runs Rego tests over the same policy.
//
// It knows the entry points of the policy (data.qlik.authz) and the shape of
// their values. Whatever goes wrong is an error and never an allow.
//
// It refuses to know Qlik's rules and what a request means: a request is handed
// to the policy as it was written, and the policy judges it.
package engine
