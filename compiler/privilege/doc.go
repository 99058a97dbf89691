// Package privilege orders the questions that rules ask of each other. It draws
// the graph of HasPrivilege over (class, action), folds away the privileges
// that no rule grants, finds the actions of a class that depend on each other,
// whose least fixpoint has to be iterated, and rejects cycles through a
// negation, which have no meaning.
//
// It knows predicates and refuses to know Rego and the texts that predicates
// were made from.
package privilege
