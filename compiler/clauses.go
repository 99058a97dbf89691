package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// RuleClauses is a rule split into the clauses that can be true or false.
type RuleClauses struct {
	ruleset.Rule
	Tree  condition.Node
	Items []ruleset.FilterItem
	// Reached are the keys of all classes of resources that the filter reaches.
	Reached []string
	// Classes are those classes of Reached in which the condition is not always false.
	Classes []ClassClauses
}

// ClassClauses is the part of a rule that a test on the resources of a class has to cover.
type ClassClauses struct {
	// Key is the type's key. If Named is false, it is a prefix followed by a star, for the
	// types that no rule and no schema names.
	Key   string
	Named bool
	// Clauses are the comparisons and calls of the rule's condition that the class does not
	// decide, in source order.
	Clauses []condition.Node
	// Hits are the indices in Items of the filter items that match only some resources of the
	// class. It is empty if another item matches all of them.
	Hits []int
}

// Clauses splits the enabled Security rules, in the given order. The rules must compile.
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
				continue // nodes serve apps only, whatever else the filter reaches
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
