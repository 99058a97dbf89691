// Package compiled executes Rego as Go closures. It starts from the modules that
// OPA's own compiler has checked and rewritten (ast.Compiler), gives every variable
// a slot, interns constants and chooses rules by hash maps.
//
// It covers a fragment of Rego. A query that reaches anything else is refused with
// a reason (Refusal), and the caller leaves it to OPA. Inside the fragment a value
// is OPA's, and where OPA reports an error, such as two values of one rule, Eval
// reports one too: callers then ask OPA, which knows the text.
//
// It knows Rego and nothing about Qlik.
package compiled
