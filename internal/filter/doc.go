// Package filter turns rules into a filter for lists: which resources of one type may one
// subject act on. A portal, a search index or a warehouse applies it as a WHERE clause or
// a query, in place of one decision for each resource.
//
// Residue substitutes what is known of the subject and the request into the predicates of
// compiler/ir. What is left is a Node about the resource alone, and a Kind: never, always
// or conditional. SQL, UCAST, Prisma and QRS write a node in the language of a target.
//
// Every condition in SQL is two-valued: a column without a value makes an atom false and
// never NULL, so that a negation means what it says. Values are parameters; identifiers come
// from a Mapping and are always quoted. What a target cannot express is an error that names
// it or, with superset, is widened: such a filter says that it is not exact and selects
// more resources, never fewer, so that its result must be checked by decisions.
//
// The package knows the rules, one subject and a mapping of names. It does not query
// anything.
package filter
