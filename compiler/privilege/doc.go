// Package privilege orders the privileges that rules ask of each other. It builds the graph of
// HasPrivilege over (class, action), prunes the privileges that no rule grants, finds the
// actions of a class that depend on each other (their least fixpoint has to be computed by
// iteration), and rejects cycles through a negation, which have no meaning.
//
// It knows predicates, but not Rego or the conditions that the predicates come from.
package privilege
