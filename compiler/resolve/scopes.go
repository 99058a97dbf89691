package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// Scope is a rule as it applies to one type scope.
type Scope struct {
	*Class
	// Filter is the part of the filter that remains to be tested for a resource of the scope.
	// It is never the constant false.
	Filter ir.Predicate
	// Condition is the part of the condition that remains to be tested.
	Condition ir.Predicate
	// Parts holds the predicate of every node of the condition.
	Parts map[condition.Node]ir.Predicate
}

// Scopes returns, for every rule, the scopes that its filter reaches, whatever the rule's
// category and whether it is enabled or not. The scopes separate all types that any of the
// rules separates, so that scopes with the same key can be compared. The rules must not have
// errors.
func Scopes(rules []*Rule, options Options) [][]Scope {
	classes := classesOf(options.Schema, rules)
	user := options.subject()
	all := make([][]Scope, len(rules))
	for i, r := range rules {
		for _, c := range classes {
			id := c.reach(r.Filter, options.Schema)
			if ir.IsFalse(id) {
				continue
			}
			sp := &specialiser{
				schema: options.Schema, user: user, class: c, options: options,
				seen: newObservations(), parts: map[condition.Node]ir.Predicate{},
			}
			all[i] = append(all[i], Scope{Class: c, Filter: id, Condition: sp.predicate(r.Tree), Parts: sp.parts})
		}
	}
	return all
}
