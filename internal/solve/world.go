package solve

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve/cells"
)

// World is rule sets and conditions over the same type scopes. It is immutable, and safe
// for concurrent use.
type World struct {
	// Classes are the type scopes that the rules and conditions distinguish.
	Classes []*resolve.Class

	sides      [][]*privilege.Class // by side and scope
	predicates []map[*Rule]map[int]ir.Predicate
	written    spelling
	conditions map[*Condition]map[int]ir.Predicate
	class      map[string]int // by key, the named ones
	axioms     Axioms

	// chosen caches representatives by their tests, and weighed the weights of relations, because scopes request
	// the same ones repeatedly.
	mu      sync.Mutex
	chosen  map[string]choice
	weighed map[[2]string]map[string]int
}

type choice struct {
	strs []cells.Text
	err  error
}

// representatives is cells.Representatives with a cache.
func (w *World) representatives(t cells.Tests) ([]cells.Text, error) {
	key := fmt.Sprintf("%q", []any{t.Folded, t.Exact, t.Patterns, t.Spelt, t.Each})
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.chosen[key]
	if !ok {
		c.strs, c.err = cells.Representatives(t)
		w.chosen[key] = c
	}
	return c.strs, c.err
}

// Rule is a resolved rule of a side.
type Rule = resolve.Rule

// Condition is a condition of a query, on the resources of a filter.
type Condition struct {
	// Filter and Text have the form of those of a rule.
	Filter, Text *diag.Text
	// Context restricts the condition to the hub or the QMC; 0 and Both are no restriction.
	Context ruleset.Context
}

// Options are the options of a world.
type Options struct {
	Schema            *schema.Schema
	ListInequality    resolve.ListInequality
	EntityText        resolve.EntityText
	SessionAttributes resolve.SessionAttributes
	// View is the category of a view to which the rules belong, 0 for ordinary rules.
	View   ruleset.Category
	Axioms Axioms
}

// resolve returns the options of resolution.
func (o Options) resolve() resolve.Options {
	return resolve.Options{Schema: o.Schema, ListInequality: o.ListInequality, EntityText: o.EntityText, SessionAttributes: o.SessionAttributes, View: o.View}
}

// Parse parses the filters and conditions of rules. It leaves out rules with errors, which the list contains,
// disabled rules and rules of other categories.
func Parse(rules []ruleset.Rule) ([]*Rule, diag.List) {
	var parsed []*Rule
	var list diag.List
	for _, r := range rules {
		if r.Disabled || r.Category != ruleset.Security {
			continue
		}
		ref := diag.Rule{ID: r.ID, Name: r.Name}
		filter, found := ruleset.ParseFilter(r.Filter, ref)
		tree, more := condition.Parse(r.Condition, ref)
		if found = append(found, more...); found.HasErrors() {
			list = append(list, found...)
			continue
		}
		parsed = append(parsed, &Rule{Rule: r, Filter: filter, Tree: tree})
	}
	return parsed, list
}

// New resolves rule sets and conditions together. Rules must have no errors; the error
// is about the conditions, or about rights that depend on their own absence.
func New(sides [][]*Rule, conditions []*Condition, options Options) (*World, error) {
	if options.Schema == nil {
		options.Schema = schema.Default()
	}
	w := &World{conditions: map[*Condition]map[int]ir.Predicate{}, class: map[string]int{}, axioms: options.Axioms, chosen: map[string]choice{}, weighed: map[[2]string]map[string]int{}}
	var all []*Rule
	sideOf := map[*Rule][]bool{}
	for n, side := range sides {
		for _, r := range side {
			if sideOf[r] == nil {
				sideOf[r] = make([]bool, len(sides))
				all = append(all, r)
			}
			sideOf[r][n] = true
		}
	}
	of := map[*Rule]*Condition{}
	for _, c := range conditions {
		r, err := c.parse()
		if err != nil {
			return nil, err
		}
		of[r] = c
		w.conditions[c] = map[int]ir.Predicate{}
		all = append(all, r)
	}
	program, list := resolve.Resolve(all, options.resolve())
	if err := firstError(list); err != nil {
		return nil, err
	}
	parts := make([]*resolve.Program, len(sides))
	for n := range parts {
		parts[n] = &resolve.Program{}
	}
	for i, c := range program.Classes {
		w.Classes = append(w.Classes, c.Class)
		if c.Named {
			w.class[c.Key] = i
		}
		rules := make([]*resolve.ClassRules, len(sides))
		for n := range rules {
			rules[n] = &resolve.ClassRules{Class: c.Class}
			parts[n].Classes = append(parts[n].Classes, rules[n])
		}
		for _, r := range c.Rules {
			if condition := of[r.Rule]; condition != nil {
				w.conditions[condition][i] = r.Predicate
			}
			for n, there := range sideOf[r.Rule] {
				if there {
					rules[n].Rules = append(rules[n].Rules, r)
				}
			}
		}
	}
	w.written = spellingOf(all, options.Schema)
	for _, part := range parts {
		plan, list := privilege.Build(part)
		if err := firstError(list); err != nil {
			return nil, err
		}
		w.sides = append(w.sides, plan.Classes)
		w.predicates = append(w.predicates, predicatesOf(plan.Classes))
	}
	return w, nil
}

func (c *Condition) parse() (*Rule, error) {
	r := ruleset.Rule{Name: "condition", Category: ruleset.Security, Context: c.Context, Filter: c.Filter, Condition: c.Text}
	if r.Context == 0 {
		r.Context = ruleset.Both
	}
	filter, list := ruleset.ParseFilter(c.Filter, diag.Rule{})
	tree, more := condition.Parse(c.Text, diag.Rule{})
	if err := firstError(append(list, more...)); err != nil {
		return nil, err
	}
	return &Rule{Rule: r, Filter: filter, Tree: tree}, nil
}

// ConditionError is an error in a condition, or in the rules as a whole.
type ConditionError struct{ Diagnostic diag.Diagnostic }

// Error implements error.
func (e *ConditionError) Error() string {
	d := e.Diagnostic
	if d.Text == nil {
		return d.Summary
	}
	return fmt.Sprintf("%s (%s %q)", d.Summary, d.Text.Label, d.Text.Content)
}

func firstError(list diag.List) error {
	for _, d := range list {
		if d.Severity == diag.Error {
			return &ConditionError{d}
		}
	}
	return nil
}

var errRoot = errors.New("a predicate speaks of a node, which only Sync rules do")

// Rules returns the rules of a side that can grant an action in a scope, in order. The action 0 means any action.
func (w *World) Rules(side, class int, action ruleset.Action) []*Rule {
	var list []*Rule
	for _, r := range w.sides[side][class].Rules {
		if action == 0 || r.Rule.Actions.Has(action) {
			list = append(list, r.Rule)
		}
	}
	return list
}

// predicatesOf returns the predicates of rules by scope.
func predicatesOf(classes []*privilege.Class) map[*Rule]map[int]ir.Predicate {
	all := map[*Rule]map[int]ir.Predicate{}
	for i, c := range classes {
		for _, r := range c.Rules {
			if all[r.Rule] == nil {
				all[r.Rule] = map[int]ir.Predicate{}
			}
			all[r.Rule][i] = r.Predicate
		}
	}
	return all
}

// Predicate returns a rule's predicate in a scope, which is false if the rule grants nothing there.
func (w *World) Predicate(side, class int, r *Rule) ir.Predicate {
	if p, ok := w.predicates[side][r][class]; ok {
		return p
	}
	return ir.Constant{}
}

// Reach returns the scopes, by index, in which a rule of a side can grant.
func (w *World) Reach(side int, r *Rule) []int {
	return slices.Sorted(maps.Keys(w.predicates[side][r]))
}

// Cyclic reports whether an action depends on itself in a scope.
func (w *World) Cyclic(side, class int, action ruleset.Action) bool {
	return w.sides[side][class].Cycle(action) != nil
}

// SameRights reports whether two sides grant an action in a scope by the same rules, including the rights that
// these depend on: then no query is necessary.
func (w *World) SameRights(class int, action ruleset.Action, a, b int) bool {
	return w.sameRights(class, action, a, b, map[string]bool{})
}

func (w *World) sameRights(class int, action ruleset.Action, a, b int, seen map[string]bool) bool {
	if key := fmt.Sprint(class, action); seen[key] {
		return true
	} else {
		seen[key] = true
	}
	rules := w.Rules(a, class, action)
	if !slices.Equal(rules, w.Rules(b, class, action)) {
		return false
	}
	for _, r := range rules {
		if !w.samePrivileges(class, r, a, b, seen) {
			return false
		}
	}
	return true
}

// SameGrants reports whether a rule grants in a scope on one side only if it grants on the other: both sides have the
// rule, and all rights that it depends on are the same.
func (w *World) SameGrants(class int, r *Rule, a, b int) bool {
	_, there := w.predicates[a][r][class]
	_, other := w.predicates[b][r][class]
	return there && other && w.samePrivileges(class, r, a, b, map[string]bool{})
}

func (w *World) samePrivileges(class int, r *Rule, a, b int, seen map[string]bool) bool {
	same := true
	left, right := w.Predicate(a, class, r), w.Predicate(b, class, r)
	if left.Key() != right.Key() {
		return false // a right that one side never grants
	}
	ir.Visit(left, func(atom ir.Atom, _ bool) {
		p, ok := atom.(ir.Privilege)
		if !ok || !same {
			return
		}
		target := class
		if !p.Entities.IsRoot() {
			target = w.class[p.Entities.Type()]
		}
		same = w.sameRights(target, p.Action, a, b, seen)
	})
	return same
}

// Check returns the errors in a condition. A property that no type of its filter has is an error, because the
// condition would not mean what its author intends.
func (c *Condition) Check(options Options) diag.List {
	filter, list := ruleset.ParseFilter(c.Filter, diag.Rule{})
	tree, more := condition.Parse(c.Text, diag.Rule{})
	if list = append(list, more...); list.HasErrors() {
		return list
	}
	if options.Schema == nil {
		options.Schema = schema.Default()
	}
	r := ruleset.Rule{Category: ruleset.Security, Context: ruleset.Both, Filter: c.Filter, Condition: c.Text}
	strict := options.resolve()
	strict.Strict = true
	_, found := resolve.Resolve([]*Rule{{Rule: r, Filter: filter, Tree: tree}}, strict)
	return append(list, found...)
}
