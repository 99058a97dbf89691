package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Stage is the subject of a request or a rule: an action on the resources of a class.
type Stage struct {
	Class  string
	Action ruleset.Action
}

// Rule is a rule resolved for a class.
type Rule struct {
	ID string
	// Predicate has its cheap tests first and its privileges last.
	Predicate ir.Predicate
}

// Rules are the rules of a stage: those for all resources of the class, and those for single resources,
// by id, whose predicates lack the test of the id. All contains both kinds with complete predicates.
type Rules struct {
	All, Any []Rule
	ByID     map[string][]Rule
}

// Of returns the rules that may match a resource, in two parts.
func (r *Rules) Of(id string) [2][]Rule { return [2][]Rule{r.Any, r.ByID[id]} }

// Program is a resolved rule set.
type Program struct {
	plan   *privilege.Plan
	named  map[string]*privilege.Class
	opened []*privilege.Class // longest prefix first
}

// Resolve resolves rules in the same way as the compiler.
func Resolve(rules []ruleset.Rule) (*Program, error) {
	var read []*resolve.Rule
	var list diag.List
	for _, r := range rules {
		ref := diag.Rule{ID: r.ID, Name: r.Name}
		filter, found := ruleset.ParseFilter(r.Filter, ref)
		tree, more := condition.Parse(r.Condition, ref)
		list = append(append(list, found...), more...)
		read = append(read, &resolve.Rule{Rule: r, Filter: filter, Tree: tree})
	}
	if list.HasErrors() {
		return nil, errors.New("the rules do not parse")
	}
	resolved, list := resolve.Resolve(read, resolve.Options{Schema: schema.Default()})
	plan, cycles := privilege.Build(resolved)
	if list.HasErrors() || cycles.HasErrors() {
		return nil, errors.New("the rules have no meaning")
	}
	p := &Program{plan: plan, named: map[string]*privilege.Class{}}
	for _, c := range plan.Classes {
		if c.Named {
			p.named[c.Key] = c
		} else {
			p.opened = append(p.opened, c)
		}
	}
	slices.SortFunc(p.opened, func(a, b *privilege.Class) int { return cmp.Compare(len(b.Key), len(a.Key)) })
	return p, nil
}

// class returns the class of a type.
func (p *Program) class(typ string) *privilege.Class {
	if c := p.named[typ]; c != nil {
		return c
	}
	for _, c := range p.opened {
		if strings.HasPrefix(typ, c.Prefix()) {
			return c
		}
	}
	return nil
}

// ClassRule is a rule of a class with all its actions.
type ClassRule struct {
	ID      string
	Actions []ruleset.Action
	// Predicate has the order of the rule's condition.
	Predicate ir.Predicate
}

// Class returns all rules of a class, for all actions.
func (p *Program) Class(key string) []ClassRule {
	var list []ClassRule
	for _, r := range p.class(key).Rules {
		list = append(list, ClassRule{r.Rule.ID, r.Rule.Actions.List(), r.Predicate})
	}
	return list
}

// StageOf returns the stage of a request.
func (p *Program) StageOf(typ string, action ruleset.Action) Stage {
	return Stage{p.class(typ).Key, action}
}

// Stages returns the rules of the given stages and of all stages that these depend on, and an order in
// which each stage follows those that it depends on.
func (p *Program) Stages(wanted []Stage) (map[Stage]*Rules, []Stage, error) {
	found := map[Stage]*Rules{}
	var order []Stage
	open := map[Stage]bool{}
	var visit func(Stage) error
	visit = func(s Stage) error {
		if open[s] {
			return fmt.Errorf("%s on %s depends on itself: no peer can say so", s.Action.Name(), s.Class)
		}
		if found[s] != nil {
			return nil
		}
		open[s] = true
		rules := p.rules(s)
		for _, r := range rules.All {
			for _, q := range Privileges(r.Predicate) {
				if err := visit(q.Stage()); err != nil {
					return err
				}
			}
		}
		open[s] = false
		found[s] = rules
		order = append(order, s)
		return nil
	}
	for _, s := range wanted {
		if err := visit(s); err != nil {
			return nil, nil, err
		}
	}
	return found, order, nil
}

func (p *Program) rules(s Stage) *Rules {
	rules := &Rules{ByID: map[string][]Rule{}}
	for _, r := range p.class(s.Class).Rules {
		if !r.Rule.Actions.Has(s.Action) {
			continue
		}
		whole := Rule{r.Rule.ID, CheapFirst(r.Predicate)}
		rules.All = append(rules.All, whole)
		ids, rest := byID(whole.Predicate)
		if ids == nil {
			rules.Any = append(rules.Any, whole)
		}
		for _, id := range ids {
			rules.ByID[id] = append(rules.ByID[id], Rule{whole.ID, rest})
		}
	}
	return rules
}

// byID removes the test of the resource's id from a predicate; without such a test the ids are nil.
func byID(p ir.Predicate) (ids []string, rest ir.Predicate) {
	terms := []ir.Predicate{p}
	if c, ok := p.(ir.Conjunction); ok {
		terms = c.Terms
	}
	for i, t := range terms {
		one, ok := t.(ir.OneOf)
		if !ok || one.Exact || one.Value.Key() != "resource.id" {
			continue
		}
		others := slices.Concat(terms[:i], terms[i+1:])
		return one.Strings, ir.And(others...)
	}
	return nil, p
}

// Question is a dependency of a rule on another right.
type Question struct{ ir.Privilege }

// Stage returns the stage that decides the right.
func (q Question) Stage() Stage { return Stage{q.Entities.Type(), q.Action} }

// Privileges returns the rights that a predicate depends on.
func Privileges(p ir.Predicate) []Question {
	var list []Question
	ir.Visit(p, func(test ir.Atom, _ bool) {
		if q, ok := test.(ir.Privilege); ok {
			list = append(list, Question{q})
		}
	})
	return list
}

// CheapFirst orders the terms of connectives by their cost, so that no peer evaluates rights before it
// has compared strings.
func CheapFirst(p ir.Predicate) ir.Predicate {
	ordered := func(terms []ir.Predicate) []ir.Predicate {
		list := make([]ir.Predicate, len(terms))
		for i, t := range terms {
			list[i] = CheapFirst(t)
		}
		slices.SortStableFunc(list, func(a, b ir.Predicate) int { return cmp.Compare(cost(a), cost(b)) })
		return list
	}
	switch p := p.(type) {
	case ir.Conjunction:
		return ir.Conjunction{Terms: ordered(p.Terms)}
	case ir.Disjunction:
		return ir.Disjunction{Terms: ordered(p.Terms)}
	case ir.Negation:
		return ir.Negation{Term: CheapFirst(p.Term)}
	default:
		return p
	}
}

func cost(p ir.Predicate) int {
	sum := 0
	switch p := p.(type) {
	case ir.Conjunction:
		for _, t := range p.Terms {
			sum += cost(t)
		}
	case ir.Disjunction:
		for _, t := range p.Terms {
			sum += cost(t)
		}
	case ir.Negation:
		sum = cost(p.Term)
	case ir.OneOf, ir.Constant, ir.Anonymous, ir.From, ir.Present, ir.Exists:
		sum = 1
	case ir.Common, ir.Identical, ir.CommonEntity, ir.IdenticalEntity:
		sum = 2
	case ir.Like:
		sum = 3
	case ir.Matches:
		sum = 10
	case ir.Privilege:
		sum = 1000
	}
	return sum
}
