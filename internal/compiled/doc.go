// Package compiled executes Rego as Go closures. It uses the modules that OPA's own compiler
// has checked and rewritten (ast.Compiler), assigns a slot to every variable, interns constants
// and selects rules with hash maps.
//
// It supports a subset of Rego. A query that uses anything else is refused with a reason
// (Refusal), and the caller leaves it to OPA. Within the subset, values are the same as OPA's,
// and where OPA reports an error, such as two values of one rule, Eval reports one too: callers
// then ask OPA for the details.
//
// It knows Rego but not Qlik.
package compiled
