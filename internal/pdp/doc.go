// Package pdp is the decision point over HTTP: the OpenID AuthZEN Authorization
// API 1.0 in front of any policy bundle, for programs on the same machine.
//
// It knows the API: the form of requests, the three semantics of a batch, searches and their
// pages; and the duties of a server: limits, a shutdown without lost answers, health and
// metrics. Every request is answered by one policy from beginning to end.
//
// It does not know Qlik, Rego or the content of a policy (internal/engine), where policies come
// from (live, management), what happens to logged decisions (management), who calls (callers),
// and how connections are accepted (listen).
package pdp
