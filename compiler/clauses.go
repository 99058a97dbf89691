package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// RuleClauses is a rule taken apart into what can come out one way or the other.
type RuleClauses struct {
	ruleset.Rule
	Tree  condition.Node
	Items []ruleset.FilterItem
	// Reached are the keys of all classes of resources that the filter reaches.
	Reached []string
	// Classes are those of them in which the condition is not always false.
	Classes []ClassClauses
}

// ClassClauses is what is left of a rule to be tested on the resources of a class.
type ClassClauses struct {
	// Key is the type's key or, where Named is false, a prefix with a star behind,
	// for the types that nothing names.
	Key   string
	Named bool
	// Clauses are the comparisons and calls of the rule's condition that the class
	// does not decide, in the order of the text.
	Clauses []condition.Node
	// Hits are the items of the filter, by their index in Items, that hit some
	// resources of the class and not others. There are none where another item hits
	// all.
	Hits []int
}

// Clauses takes the enabled Security rules apart, in the order in which they are
// given. The rules must compile.
func Clauses(rules []ruleset.Rule, options Options) []RuleClauses {
	if options.Schema == nil {
		options.Schema = schema.Default()
	}
	parsed, _ := parse(rules, options)
	kept := resolve.KeptClauses(parsed, options.Resolution())
	var all []RuleClauses
	for i, r := range parsed {
		if r.Disabled || r.Category != ruleset.Security {
			continue
		}
		clauses := RuleClauses{Rule: r.Rule, Tree: r.Tree, Items: r.Filter.Items}
		for _, k := range kept[i] {
			if options.View == ruleset.Sync && k.Key != "app" {
				continue // of all that a filter reaches, nodes serve apps
			}
			clauses.Reached = append(clauses.Reached, k.Key)
			if k.Never {
				continue
			}
			clauses.Classes = append(clauses.Classes, ClassClauses{Key: k.Key, Named: k.Named, Clauses: k.Clauses, Hits: k.Items})
		}
		all = append(all, clauses)
	}
	return all
}
