package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/rego"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// RuleCost is what a rule adds to decisions about the resources of one type,
// estimated from what it compiles to.
type RuleCost struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Type is the resource type; "App*" are the types without rules of their own
	// whose names begin so, "*" all others.
	Type    string   `json:"type"`
	Actions []string `json:"actions"`
	// FoundBy are the attributes by whose values the rule is found among Equivalent
	// rules. Without any, every decision about the type and one of the actions
	// evaluates the rule.
	FoundBy    []string `json:"found_by,omitempty"`
	Equivalent int      `json:"equivalent"`
	// Steps is the expected number of expressions that OPA evaluates on account of
	// the rule, where the decision is to deny and nothing else is known.
	Steps float64 `json:"steps"`
	// Share is the part of Steps in those of all rules that a decision about the
	// type meets: about read, or the first action if the rule does not grant read.
	Share float64 `json:"share"`
	// Asks are the rights on the resource or others that the rule depends on. They
	// are decided once per decision, for all rules, and are not in Steps.
	Asks []string `json:"asks,omitempty"`
}

// Costs returns the estimated cost of every rule and type that it reaches, the
// most expensive first.
func (p *Policy) Costs() []RuleCost {
	type meeting struct {
		class  *privilege.Class
		action ruleset.Action
	}
	estimates := rego.Estimates(p.plan)
	total := map[meeting]float64{}
	for _, e := range estimates {
		for _, a := range e.Actions.List() {
			total[meeting{e.Class, a}] += e.Steps
		}
	}
	costs := make([]RuleCost, len(estimates))
	for i, e := range estimates {
		action := ruleset.ReadAction
		if !e.Actions.Has(action) {
			action = e.Actions.List()[0]
		}
		costs[i] = RuleCost{
			ID: e.Rule.ID, Name: e.Rule.Name, Type: typeName(e.Class), Actions: e.Actions.Names(), FoundBy: e.FoundBy, Equivalent: e.Equivalent,
			Steps: e.Steps, Share: e.Steps / total[meeting{e.Class, action}], Asks: e.Asks,
		}
	}
	return costs
}

func typeName(c *privilege.Class) string {
	if c.Named {
		return c.Type.Name
	}
	return c.Prefix() + "*"
}
