// Package filter translates rules into a filter for lists: which resources of one type may one
// subject act on. A portal, a search index or a warehouse applies it as a WHERE clause or a
// query, instead of one decision per resource.
//
// Residue substitutes what is known about the subject and the request into the predicates of
// compiler/ir. The rest is a Node about the resource alone, and a Kind: never, always or
// conditional. SQL, UCAST, Prisma and QRS write a node in the language of a target.
//
// Every condition in SQL is two-valued: an atom on a column without a value is false and never
// NULL, so that negations are correct. Values are parameters; identifiers come from a Mapping
// and are always quoted. If a target cannot express something, the result is an error that
// names it or, with superset, a wider filter: it says that it is not exact and selects more
// resources, never fewer, so that its result must be checked by decisions.
//
// The package knows the rules, one subject and a mapping of names. It does not query
// anything.
package filter
