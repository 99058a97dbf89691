// Package pdp is the decision point over HTTP: the OpenID AuthZEN Authorization
// API 1.0 in front of any policy bundle, for programs on the same machine.
//
// It knows the API: what a request may look like, the three ways to read a batch,
// searches and their pages; and what a server owes its machine: limits, an end
// without lost answers, health and metrics. Every request is answered by one
// policy from its first byte to its last.
//
// It refuses to know Qlik, Rego and the content of a policy (internal/engine),
// where policies come from (live, management), what becomes of what was decided
// (management), who asks (callers), and how connections come about (listen).
package pdp
