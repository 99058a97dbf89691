package testgen

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
)

// Part is the part of a rule that a branch tests.
type Part string

// The parts of a rule.
const (
	Clause  Part = "clause"    // a comparison or call of the condition
	Whole   Part = "condition" // the condition as a whole
	From    Part = "context"   // whether the context of the request matches the rule
	Reached Part = "filter"    // whether a filter item matches, if it matches only some resources of the class
)

// Branch is one possible result of one part of a rule, on the resources of one class.
type Branch struct {
	// Rule is an index into Suite.Rules.
	Rule int
	// Class is the key of a type or, for types that nothing names, a prefix followed by a star.
	// The context of a rule for all contexts has no class.
	Class string
	Part  Part
	// Number is the number of the clause among all of the condition, or of the item among all
	// of the filter, in source order, else -1. Node is the clause.
	Number int
	Node   condition.Node
	// Truth is the result of the part. A rule for all contexts matches the hub (true) and the
	// QMC (false).
	Truth bool
}

// branches are all branches of a rule set.
type branches struct {
	rules   []compiler.RuleClauses
	reads   *reads.Reads
	all     []Branch
	byClass map[string][]ruleInClass
	index   map[string]int // of rules, by id
}

// ruleInClass is a rule with its branches on one class.
type ruleInClass struct {
	rule int
	// clauses and items are the numbers of the false branches of the parts; the true ones
	// follow them. A part that cannot be false has a false branch too, which is not a target.
	clauses, items map[int]int
	whole, from    int
}

func newBranches(rules []compiler.RuleClauses, r *reads.Reads) *branches {
	b := &branches{rules: rules, reads: r, byClass: map[string][]ruleInClass{}, index: map[string]int{}}
	for i, rule := range rules {
		b.index[rule.ID] = i
		numbers := map[condition.Node]int{}
		for n, node := range clausesOf(rule.Tree) {
			numbers[node] = n
		}
		add := func(class string, part Part, number int, node condition.Node) int {
			n := len(b.all)
			for _, truth := range []bool{false, true} {
				b.all = append(b.all, Branch{Rule: i, Class: class, Part: part, Number: number, Node: node, Truth: truth})
			}
			return n
		}
		anywhere := -1
		if rule.Context == ruleset.Both && len(rule.Classes) > 0 {
			anywhere = add("", From, -1, nil)
		}
		for _, c := range rule.Classes {
			in := ruleInClass{rule: i, clauses: map[int]int{}, items: map[int]int{}, from: anywhere}
			for _, node := range c.Clauses {
				in.clauses[numbers[node]] = add(c.Key, Clause, numbers[node], node)
			}
			in.whole = add(c.Key, Whole, -1, nil)
			if rule.Context != ruleset.Both {
				in.from = add(c.Key, From, -1, nil)
			}
			for _, item := range c.Hits {
				in.items[item] = add(c.Key, Reached, item, nil)
			}
			b.byClass[c.Key] = append(b.byClass[c.Key], in)
		}
	}
	return b
}

// clausesOf returns the comparisons and calls of a condition, in source order.
func clausesOf(tree condition.Node) []condition.Node {
	var list []condition.Node
	condition.Walk(tree, func(n condition.Node) bool {
		switch n.(type) {
		case *condition.Comparison, *condition.Call:
			list = append(list, n)
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // connectives are not clauses
		}
		return true
	})
	return list
}

// impossible reports whether a branch is impossible because the class decides it: a condition
// without clauses cannot be false.
func (b *branches) impossible(n int) bool {
	branch := b.all[n]
	if branch.Part != Whole || branch.Truth {
		return false
	}
	at := slices.IndexFunc(b.byClass[branch.Class], func(in ruleInClass) bool { return in.rule == branch.Rule })
	return len(b.byClass[branch.Class][at].clauses) == 0
}

// class returns the key of the class of a type's resources, "" if no rule reaches it.
func (b *branches) class(typ string) string {
	if c := b.reads.Of(schema.Fold(typ)); c != nil {
		return c.Key
	}
	return ""
}

// shown returns the branches that a tally of a resource shows for a request from hub or qmc:
// those whose opposite result would change what the rule grants, and the others.
func (b *branches) shown(class, from string, tally evaluate.Tally) (pinned, seen []int32) {
	rules := map[int]evaluate.RuleTally{}
	for _, r := range tally.Rules {
		rules[b.index[r.ID]] = r
	}
	show := func(decides bool, part int, truth bool) {
		if truth {
			part++
		}
		if decides {
			pinned = append(pinned, int32(part))
		} else {
			seen = append(seen, int32(part))
		}
	}
	for _, in := range b.byClass[class] {
		r := rules[in.rule]
		switch {
		case !r.Holds || !r.Hits:
		case b.rules[in.rule].Context == ruleset.Both:
			show(true, in.from, from == ruleset.Hub.String())
		default:
			show(true, in.from, r.InContext)
		}
		if r.Holds && r.InContext {
			for item, part := range in.items {
				show(!slices.Contains(slices.Delete(slices.Clone(r.Items), item, item+1), true), part, r.Items[item])
			}
		}
		if !r.InContext || !r.Hits {
			continue
		}
		show(true, in.whole, r.Holds)
		for clause, part := range in.clauses {
			show(truth(b.rules[in.rule].Tree, r.Clauses, clause) != r.Holds, part, r.Clauses[clause])
		}
	}
	slices.Sort(pinned)
	slices.Sort(seen)
	return pinned, seen
}

// truth returns the value of a condition if the result of one clause were the opposite.
func truth(tree condition.Node, clauses []bool, flipped int) bool {
	next := 0
	var of func(n condition.Node) bool
	of = func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Or:
			return slices.Contains(each(n.Operands, of), true)
		case *condition.And:
			return !slices.Contains(each(n.Operands, of), false)
		case *condition.Not:
			return !of(n.Operand)
		case *condition.Bool:
			return n.Value
		case *condition.Comparison, *condition.Call:
			next++
			return clauses[next-1] != (next-1 == flipped)
		}
		return false
	}
	return of(tree)
}

func each(nodes []condition.Node, of func(condition.Node) bool) []bool {
	truths := make([]bool, len(nodes))
	for i, n := range nodes {
		truths[i] = of(n)
	}
	return truths
}
