package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// question is an assertion in the terms of the solver.
type question struct {
	Assertion
	// base is the condition that the filter matches; who, where, but and assumed are those of
	// the assertion and the assumptions.
	base            *solve.Condition
	who, where, but []*solve.Condition
	assumed         []*solve.Condition
	assumptions     []*solve.Condition // the filters of assumed
	first, second   *solve.Rule        // of disjoint
}

// conditions are all conditions of the question.
func (q *question) conditions() []*solve.Condition {
	return slices.Concat([]*solve.Condition{q.base}, q.who, q.where, q.but, q.assumed, q.assumptions)
}

func newQuestion(a Assertion, assumptions Assumptions) *question {
	q := &question{Assertion: a, base: &solve.Condition{Filter: a.On, Text: truth()}}
	make := func(texts []*diag.Text) []*solve.Condition {
		var list []*solve.Condition
		for _, t := range texts {
			list = append(list, &solve.Condition{Filter: a.On, Text: t})
		}
		return list
	}
	q.who, q.where, q.but = make(a.Who), make(a.Where), make(a.But)
	for _, h := range assumptions.Holds {
		q.assumed = append(q.assumed, &solve.Condition{Filter: h.On, Text: h.Condition})
		q.assumptions = append(q.assumptions, &solve.Condition{Filter: h.On, Text: truth()})
	}
	return q
}

func truth() *diag.Text { return &diag.Text{Label: "condition", Content: "true"} }

func all(conditions []*solve.Condition) solve.All {
	list := solve.All{}
	for _, c := range conditions {
		list = append(list, solve.Holds{Condition: c})
	}
	return list
}

// premise is what every counterexample meets, regardless of what the rules grant.
func (q *question) premise() solve.All {
	f := append(solve.All{solve.Holds{Condition: q.base}}, all(q.where)...)
	if q.Kind == Only {
		f = append(f, solve.Not{Formula: all(q.who)})
	} else {
		f = append(f, all(q.who)...)
	}
	for _, b := range q.but {
		f = append(f, solve.Not{Formula: solve.Holds{Condition: b}})
	}
	for i, c := range q.assumed {
		f = append(f, solve.Some{solve.Holds{Condition: c}, solve.Not{Formula: solve.Holds{Condition: q.assumptions[i]}}})
	}
	hub, qmc := solve.Test{Predicate: ir.From{Context: ruleset.Hub}}, solve.Test{Predicate: ir.From{Context: ruleset.QMC}}
	switch q.Context {
	case "hub":
		f = append(f, hub)
	case "qmc":
		f = append(f, qmc)
	case "none":
		f = append(f, solve.Not{Formula: hub}, solve.Not{Formula: qmc})
	}
	return f
}

// ask is one question to the solver: formulas that must not be satisfiable together.
type ask struct {
	action   ruleset.Action
	formulas []solve.Formula
	// rules are those of the formulas from index 1 on, for the core.
	rules []*solve.Rule
}

// asks returns the questions about a scope, none if there is nothing to ask.
func (q *question) asks(w *solve.World, class int) []ask {
	premise := q.premise()
	if !w.Speaks(solve.Holds{Condition: q.base}, class) {
		return nil
	}
	if q.Kind == Disjoint {
		x, y := solve.Grants{Rule: q.first}, solve.Grants{Rule: q.second}
		if !w.Speaks(x, class) || !w.Speaks(y, class) {
			return nil
		}
		return []ask{{action: q.first.Actions.List()[0], formulas: []solve.Formula{premise, x, y}}}
	}
	var list []ask
	actions := q.Actions
	if actions == 0 {
		actions = ruleset.All
	}
	for _, action := range actions.List() {
		granted, old := solve.Granted{Action: action}, solve.Granted{Side: 1, Action: action}
		switch q.Kind {
		case Never, Only:
			if w.Speaks(granted, class) {
				list = append(list, ask{action, []solve.Formula{premise, granted}, nil})
			}
		case Always:
			a := ask{action: action, formulas: []solve.Formula{premise}}
			for _, r := range w.Rules(0, class, action) {
				a.formulas, a.rules = append(a.formulas, solve.Not{Formula: solve.Grants{Rule: r}}), append(a.rules, r)
			}
			list = append(list, a)
		case Implies, Equivalent:
			if w.SameRights(class, action, 0, 1) {
				continue
			}
			list = append(list, ask{action, []solve.Formula{premise, changed(w, class, action, 0, 1), solve.Not{Formula: old}}, nil})
			if q.Kind == Equivalent {
				list = append(list, ask{action, []solve.Formula{premise, changed(w, class, action, 1, 0), solve.Not{Formula: granted}}, nil})
			}
		}
	}
	return list
}

// changed is true if a rule of one side grants that is different on the other side: only such a
// rule can grant what the other side does not.
func changed(w *solve.World, class int, action ruleset.Action, side, other int) solve.Formula {
	some := solve.Some{}
	for _, r := range w.Rules(side, class, action) {
		if !w.SameGrants(class, r, side, other) {
			some = append(some, solve.Grants{Side: side, Rule: r})
		}
	}
	return some
}

// find returns the rule with a name or an id.
func find(rules []*solve.Rule, name string) (*solve.Rule, error) {
	var found []*solve.Rule
	var names []string
	for _, r := range rules {
		if r.ID == name {
			return r, nil
		}
		if strings.EqualFold(r.Name, name) {
			found = append(found, r)
		}
		names = append(names, r.Name)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		if s, ok := diag.Suggest(name, names); ok {
			return nil, fmt.Errorf("there is no enabled Security rule %q; did you mean %q?", name, s)
		}
		return nil, fmt.Errorf("there is no enabled Security rule %q: give its name or its id", name)
	}
	return nil, fmt.Errorf("%d rules have the name %q: give the id", len(found), name)
}
