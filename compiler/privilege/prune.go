package privilege

import (
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// stage is what HasPrivilege asks about: an action on the resources of a class.
type stage struct {
	class  string
	action ruleset.Action
}

// prune replaces the privileges that no rule grants by false, and drops the rules that become
// false, until nothing changes.
func prune(program *resolve.Program) *resolve.Program {
	for {
		granted := stages(program)
		changed := false
		next := &resolve.Program{}
		for _, c := range program.Classes {
			rules := &resolve.ClassRules{Class: c.Class}
			for _, r := range c.Rules {
				p := ir.Rewrite(r.Predicate, func(test ir.Atom) ir.Predicate {
					if q, ok := test.(ir.Privilege); ok && !granted[stage{q.Entities.Type(), q.Action}] {
						changed = true
						return ir.Constant{}
					}
					return test
				})
				if p != (ir.Predicate)(ir.Constant{}) {
					rules.Rules = append(rules.Rules, resolve.Specialised{Rule: r.Rule, Predicate: p})
				}
			}
			next.Classes = append(next.Classes, rules)
		}
		if !changed {
			return program
		}
		program = next
	}
}

// stages returns the stages that at least one rule reaches.
func stages(program *resolve.Program) map[stage]bool {
	found := map[stage]bool{}
	for _, c := range program.Classes {
		for _, r := range c.Rules {
			for _, a := range r.Rule.Actions.List() {
				found[stage{c.Key, a}] = true
			}
		}
	}
	return found
}
