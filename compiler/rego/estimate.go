package rego

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Estimate is the cost that a rule adds to decisions about one class of resources.
type Estimate struct {
	Rule  *resolve.Rule
	Class *privilege.Class
	// Actions are the rule's actions: decisions about others do not evaluate it.
	Actions ruleset.Actions
	// FoundBy are the attributes by whose values the rule is looked up, as a condition names
	// them. If it is empty, every decision about the class and one of the actions evaluates the
	// rule.
	FoundBy []string
	// Equivalent is the number of rules with the same lookup key, this rule included; 1 if
	// FoundBy is empty.
	Equivalent int
	// Steps is the expected number of expressions that OPA evaluates for the rule in a decision
	// to deny, if only the class and the action of the request are known. It does not include
	// other stages that the rule asks, because a stage is shared and evaluated once.
	Steps float64
	// Asks are the rights that the rule asks for, such as read on resource.stream.
	Asks []string
}

// Estimates returns what each rule of a plan adds to decisions, the most expensive
// first.
func Estimates(plan *privilege.Plan) []Estimate {
	var all []Estimate
	for _, c := range plan.Classes {
		groups, ungrouped := divide(c)
		for _, r := range ungrouped {
			all = append(all, Estimate{
				Rule: r.Rule, Class: c, Actions: r.Rule.Actions, Equivalent: 1,
				Steps: callSteps + steps(r.Predicate), Asks: asks(r.Predicate),
			})
		}
		for _, g := range groups {
			all = append(all, g.estimates(c)...)
		}
	}
	slices.SortStableFunc(all, func(a, b Estimate) int {
		return cmp.Or(cmp.Compare(b.Steps, a.Steps), cmp.Compare(a.Rule.Name, b.Rule.Name), cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Class.Key, b.Class.Key))
	})
	return all
}

// estimates distributes the steps of a group among its rules: the lookup evenly, and the tests
// after it in proportion to how often each rule is found.
func (g group) estimates(c *privilege.Class) []Estimate {
	first := g.clauses[0]
	index := map[*resolve.Rule]int{}
	var all []Estimate
	search := callSteps
	var names []string
	for _, k := range first.keys {
		search += valueSteps(k.Value)
		names = append(names, strings.ReplaceAll(k.Value.Key(), "[]", ""))
	}
	for _, clause := range g.clauses {
		i, ok := index[clause.rule]
		if !ok {
			i = len(all)
			index[clause.rule] = i
			all = append(all, Estimate{Rule: clause.rule, Class: c, Actions: clause.rule.Actions, FoundBy: names})
		}
		found := 1.0
		for _, k := range clause.keys {
			found *= probability(k)
		}
		behind := steps(ir.And(clause.shared...))
		if g.differ {
			behind += callSteps + steps(ir.And(clause.own...))
		}
		all[i].Steps += found * behind
		for _, a := range asks(ir.And(clause.terms...)) {
			if !slices.Contains(all[i].Asks, a) {
				all[i].Asks = append(all[i].Asks, a)
			}
		}
	}
	for i := range all {
		all[i].Equivalent = len(all)
		all[i].Steps += search / float64(len(all))
	}
	return all
}

// callSteps is the number of steps to reach the body of a rule: the test of the action and the
// call.
const callSteps = 2.0

// valueSteps is the number of steps to reach one string of a value: the entity and, for a list,
// the element.
func valueSteps(v ir.Value) float64 {
	n := 1.0
	if p, ok := v.(ir.Property); ok {
		n += float64(len(p.Of.Steps))
		if p.Of.Root == ir.Resource {
			n++
		}
	}
	if v.Many() {
		n++
	}
	return n
}

// steps is the expected number of expressions that are evaluated for a predicate. The terms of
// a conjunction are ordered by cost, and the first false one ends it.
func steps(p ir.Predicate) float64 {
	switch p := p.(type) {
	case ir.Constant:
		return 0
	case ir.Conjunction:
		terms := slices.Clone(p.Terms)
		slices.SortStableFunc(terms, compareCost)
		n, reached := 0.0, 1.0
		for _, t := range terms {
			n += reached * steps(t)
			reached *= probability(t)
		}
		return n
	case ir.Disjunction:
		n := 1.0
		for _, t := range p.Terms {
			n += steps(t)
		}
		return n
	case ir.Negation:
		return 1 + steps(p.Term)
	case ir.OneOf:
		return valueSteps(p.Value)
	case ir.Common:
		return valueSteps(p.Left) + valueSteps(p.Right)
	case ir.Identical:
		return 1 + valueSteps(p.Left) + valueSteps(p.Right)
	case ir.Like:
		return 1 + valueSteps(p.Value)
	case ir.Matches:
		return 1 + valueSteps(p.Value)
	case ir.Present:
		return valueSteps(p.Value)
	case ir.Exists:
		return 1 + float64(len(p.Entities.Steps))
	case ir.CommonEntity:
		return 3 + float64(len(p.Left.Steps)+len(p.Right.Steps))
	case ir.IdenticalEntity:
		return 4 + float64(len(p.Left.Steps)+len(p.Right.Steps))
	case ir.Privilege:
		return 2 + float64(len(p.Entities.Steps))
	case ir.Anonymous, ir.From:
		return 1
	}
	panic(fmt.Sprintf("rego: unknown predicate %T", p))
}

// probability is how likely a test is true for an unknown subject and resource. The figures are
// typical of real rules in general: an equality selects few entities, an inequality most.
func probability(p ir.Predicate) float64 {
	switch p := p.(type) {
	case ir.Constant:
		if p.Value {
			return 1
		}
		return 0
	case ir.Conjunction:
		all := 1.0
		for _, t := range p.Terms {
			all *= probability(t)
		}
		return all
	case ir.Disjunction:
		none := 1.0
		for _, t := range p.Terms {
			none *= 1 - probability(t)
		}
		return 1 - none
	case ir.Negation:
		return 1 - probability(p.Term)
	case ir.OneOf:
		return min(0.5, 0.05*float64(len(p.Strings)))
	case ir.Common, ir.CommonEntity, ir.Identical, ir.IdenticalEntity, ir.Anonymous:
		return 0.05
	case ir.Like, ir.Matches:
		return 0.2
	case ir.Privilege:
		return 0.3
	case ir.Present, ir.Exists:
		return 0.8
	case ir.From:
		return 0.5
	}
	panic(fmt.Sprintf("rego: unknown predicate %T", p))
}

// asks returns the rights that a predicate asks for.
func asks(p ir.Predicate) []string {
	var found []string
	ir.Visit(p, func(test ir.Atom, _ bool) {
		if q, ok := test.(ir.Privilege); ok {
			found = append(found, q.Action.Name()+" on "+strings.ReplaceAll(q.Entities.Key(), "[]", ""))
		}
	})
	slices.Sort(found)
	return slices.Compact(found)
}
