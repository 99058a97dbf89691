package privilege

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Plan is a program in which every privilege can be evaluated, with the required order of
// evaluation. Relations never lead back to a type (schema.Extend ensures this), so only actions
// on the same entity can depend on each other.
type Plan struct {
	Classes []*Class
}

// Class is one class of a plan.
type Class struct {
	*resolve.ClassRules
	// Asked are the actions that rules of the class ask about on the resource itself, in bit
	// order.
	Asked []ruleset.Action
	// Cycles are the sets of actions that depend on each other, and on
	// themselves: the strongly connected components of the class.
	Cycles [][]ruleset.Action
}

// Cycle returns the cycle that contains an action, or nil.
func (c *Class) Cycle(a ruleset.Action) []ruleset.Action {
	for _, cycle := range c.Cycles {
		if slices.Contains(cycle, a) {
			return cycle
		}
	}
	return nil
}

// edge leads from an action to one that its rule asks about on the same entity.
type edge struct {
	from, to ruleset.Action
	rule     *resolve.Rule
	negated  bool
	at       diag.Range
}

// Build builds the privilege graph of a program. A rule that closes a cycle through a negation
// is an error; the plan is usable only if there are none.
func Build(program *resolve.Program) (*Plan, diag.List) {
	program = prune(program)
	plan := &Plan{}
	var list diag.List
	// The same rule closes the same cycle in every class it reaches.
	type question struct {
		rule *resolve.Rule
		at   diag.Range
	}
	reported := map[question]bool{}
	for _, rules := range program.Classes {
		c := &Class{ClassRules: rules}
		plan.Classes = append(plan.Classes, c)
		edges := sameEntityEdges(rules)
		if len(edges) == 0 {
			continue
		}
		reach := closure(edges)
		for _, a := range ruleset.AllActions {
			if slices.ContainsFunc(edges, func(e edge) bool { return e.to == a }) {
				c.Asked = append(c.Asked, a)
			}
			if reach[pair{a, a}] && c.Cycle(a) == nil {
				c.Cycles = append(c.Cycles, cycleOf(a, reach))
			}
		}
		for _, e := range edges {
			if !e.negated || e.from != e.to && !reach[pair{e.to, e.from}] {
				continue
			}
			if q := (question{e.rule, e.at}); !reported[q] {
				reported[q] = true
				list = append(list, negativeCycle(e, edges, rules))
			}
		}
	}
	return plan, list
}

func sameEntityEdges(rules *resolve.ClassRules) []edge {
	var edges []edge
	for _, r := range rules.Rules {
		ir.Visit(r.Predicate, func(test ir.Atom, negated bool) {
			p, ok := test.(ir.Privilege)
			if !ok || !p.Entities.IsRoot() {
				return
			}
			for _, a := range r.Rule.Actions.List() {
				edges = append(edges, edge{a, p.Action, r.Rule, negated, p.At})
			}
		})
	}
	return edges
}

type pair struct{ from, to ruleset.Action }

// closure returns the transitive closure: the pairs connected by one edge or more.
func closure(edges []edge) map[pair]bool {
	reach := map[pair]bool{}
	for _, e := range edges {
		reach[pair{e.from, e.to}] = true
	}
	all := ruleset.AllActions
	for _, via := range all {
		for _, from := range all {
			if !reach[pair{from, via}] {
				continue
			}
			for _, to := range all {
				if reach[pair{via, to}] {
					reach[pair{from, to}] = true
				}
			}
		}
	}
	return reach
}

func cycleOf(a ruleset.Action, reach map[pair]bool) []ruleset.Action {
	var cycle []ruleset.Action
	for _, b := range ruleset.AllActions {
		if a == b || reach[pair{a, b}] && reach[pair{b, a}] {
			cycle = append(cycle, b)
		}
	}
	return cycle
}
