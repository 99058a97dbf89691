package testgen

import (
	"context"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// goals formulates branches as questions to the solver: is there a user, a resource and a
// request that shows the branch?
type goals struct {
	*branches
	world *solve.World
	class map[string]int // scopes of the world by key
	// conditions are those of the questions, by filter and text.
	conditions map[[2]string]*solve.Condition
}

// answer is the solver's answer for a branch.
type answer struct {
	branch int
	// pinned and seen say that it is proved that no request shows the branch so that it
	// decides, and that none shows it at all.
	pinned, seen bool
	witness      *solve.Witness
	reason       string // why there is no answer
}

// and returns what this answer and another one, for the same branch on another class, prove
// together.
func (a answer) and(other answer) answer {
	if a == (answer{}) {
		return other
	}
	other.pinned, other.seen = other.pinned && a.pinned, other.seen && a.seen
	if other.reason == "" {
		other.reason = a.reason
	}
	return other
}

// newGoals resolves the rules with the conditions that the branches need.
func (s *Suite) newGoals(numbers []int) (*goals, error) {
	g := &goals{branches: s.branches, class: map[string]int{}, conditions: map[[2]string]*solve.Condition{}}
	for _, n := range numbers {
		for _, class := range g.classes(n) {
			g.pinned(n, class)
		}
	}
	var list []*solve.Condition
	for _, c := range g.conditions {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *solve.Condition) int {
		return strings.Compare(a.Filter.Content+"\x00"+a.Text.Content, b.Filter.Content+"\x00"+b.Text.Content)
	})
	parsed, _ := solve.Parse(s.subject.Rules)
	o := s.subject.Policy.Options
	world, err := solve.New([][]*solve.Rule{parsed}, list, solve.Options{
		Schema: o.Schema, ListInequality: o.ListInequality, EntityText: o.EntityText, SessionAttributes: o.SessionAttributes, View: o.View,
		// A request may describe an anonymous user with roles and groups.
		Axioms: solve.Axioms{Off: []solve.Axiom{solve.Visitors}},
	})
	if err != nil {
		return nil, err
	}
	g.world = world
	for i, c := range world.Classes {
		g.class[c.Key] = i
	}
	return g, nil
}

// classes returns the classes of resources on which a branch can be shown.
func (g *goals) classes(n int) []string {
	b := g.all[n]
	if b.Class != "" {
		return []string{b.Class}
	}
	var keys []string
	for _, c := range g.rules[b.Rule].Classes {
		keys = append(keys, c.Key)
	}
	return keys
}

// holds is true if a filter matches the resource and a condition is true.
func (g *goals) holds(filter, text string) solve.Formula {
	key := [2]string{filter, text}
	if g.conditions[key] == nil {
		g.conditions[key] = &solve.Condition{Filter: &diag.Text{Label: "filter", Content: filter}, Text: &diag.Text{Label: "condition", Content: text}}
	}
	return solve.Holds{Condition: g.conditions[key]}
}

func is(f solve.Formula, truth bool) solve.Formula {
	if truth {
		return f
	}
	return solve.Not{Formula: f}
}

func from(c ruleset.Context) solve.Formula { return solve.Test{Predicate: ir.From{Context: c}} }

// seen is true if a request shows a branch.
func (g *goals) seen(n int) solve.All {
	b := g.all[n]
	rule := g.rules[b.Rule]
	filter, text := rule.Filter.Content, rule.Condition.Content
	inContext := solve.Some{from(ruleset.Hub), from(ruleset.QMC)}
	if rule.Context != ruleset.Both {
		inContext = solve.Some{from(rule.Context)}
	}
	hits := g.holds(filter, "true")
	switch b.Part {
	case Clause:
		return solve.All{inContext, hits, is(g.holds(filter, condition.Print(b.Node)), b.Truth)}
	case Whole:
		return solve.All{inContext, hits, is(g.holds(filter, text), b.Truth)}
	case From:
		context := rule.Context
		if context == ruleset.Both {
			context = ruleset.Hub
		}
		if !b.Truth {
			context = ruleset.Hub + ruleset.QMC - context
		}
		return solve.All{from(context), g.holds(filter, text)}
	case Reached:
		item := rule.Filter.Content[rule.Items[b.Number].Range.Start:rule.Items[b.Number].Range.End]
		return solve.All{inContext, g.holds("*", text), is(g.holds(item, "true"), b.Truth)}
	}
	panic("testgen: unknown part of a rule: " + string(b.Part))
}

// pinned is true if a request shows a branch, and the rule would grant something else if the
// branch had the opposite result.
func (g *goals) pinned(n int, class string) solve.All {
	b := g.all[n]
	rule := g.rules[b.Rule]
	f := g.seen(n)
	switch b.Part {
	case Clause:
		with := func(truth bool) solve.Formula {
			return g.holds(rule.Filter.Content, condition.Print(replace(rule.Tree, b.Node, &condition.Bool{Value: truth})))
		}
		f = append(f, solve.Some{solve.All{with(true), is(with(false), false)}, solve.All{with(false), is(with(true), false)}})
	case Reached:
		for i, item := range rule.Items {
			if i != b.Number {
				f = append(f, is(g.holds(rule.Filter.Content[item.Range.Start:item.Range.End], "true"), false))
			}
		}
	case Whole, From: // nothing else decides
	}
	return f
}

// question is the branches of one rule on one class of resources.
type question struct {
	class    string
	branches []int
}

// questions groups branches by rule and class; a branch without a class is asked about for each
// class of its rule.
func (g *goals) questions(numbers []int) []question {
	var list []question
	index := map[[2]any]int{}
	for _, n := range numbers {
		for _, class := range g.classes(n) {
			key := [2]any{g.all[n].Rule, class}
			at, ok := index[key]
			if !ok {
				at = len(list)
				index[key] = at
				list = append(list, question{class: class})
			}
			list[at].branches = append(list[at].branches, n)
		}
	}
	return list
}

// ask asks the solver about branches, in parallel, and returns the answers in order.
func (g *goals) ask(ctx context.Context, numbers []int) ([]answer, error) {
	questions := g.questions(numbers)
	found := make([][]answer, len(questions))
	err := inParallel(ctx, len(questions), func(i int) error {
		found[i] = g.answers(questions[i])
		return nil
	})
	return slices.Concat(found...), err
}

func (g *goals) answers(q question) []answer {
	var all []solve.Formula
	for _, n := range q.branches {
		all = append(all, g.pinned(n, q.class))
	}
	scope := g.world.Scope(g.class[q.class], all...)
	var list []answer
	for i, n := range q.branches {
		a := answer{branch: n}
		// Requests from the hub are easiest to read.
		found := scope.Ask(all[i], from(ruleset.Hub))
		if found.Verdict == solve.Impossible {
			found = scope.Ask(all[i])
		}
		if found.Verdict == solve.Impossible {
			a.pinned = true
			found = scope.Ask(g.seen(n))
			a.seen = found.Verdict == solve.Impossible
		}
		a.witness, a.reason = found.Witness, found.Reason
		list = append(list, a)
	}
	return list
}
