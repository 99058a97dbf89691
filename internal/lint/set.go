package lint

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Set is the input of lints: rules without errors, with their predicates.
type Set struct {
	Options resolve.Options
	Rules   []*Rule
	// Site is nil without a snapshot.
	Site *Data
	// Whole says that the rules appear to be all rules of a site.
	Whole bool

	costs     []compiler.RuleCost
	relations *relations
}

// Rule is one rule of a set.
type Rule struct {
	*resolve.Rule
	// Scopes are the type scopes that the filter reaches.
	Scopes []resolve.Scope

	parents map[condition.Node]condition.Node
}

// Product reports whether the rule is shipped with Qlik Sense, so that an administrator cannot
// or should not edit it.
func (r *Rule) Product() bool {
	t := strings.ToLower(r.Type)
	return t == "default" || t == "readonly"
}

// Grants reports whether the rule affects decisions about resources.
func (r *Rule) Grants() bool { return r.Category == ruleset.Security && !r.Disabled }

// Text returns the text of the condition.
func (r *Rule) Text() string { return r.Condition.Content }

// Source returns the condition's text at a range.
func (r *Rule) Source(at diag.Range) string { return r.Text()[at.Start:at.End] }

// Has reports whether the rule has an action.
func (r *Rule) Has(a ruleset.Action) bool { return r.Actions.Has(a) }

// HasAny reports whether the rule has one of several actions.
func (r *Rule) HasAny(actions ...ruleset.Action) bool { return slices.ContainsFunc(actions, r.Has) }

// At returns the rule's scope of a type, or nil.
func (r *Rule) At(key string) *resolve.Scope {
	for i, s := range r.Scopes {
		if s.Key == key {
			return &r.Scopes[i]
		}
	}
	return nil
}

// Grant returns the complete test of the rule in a scope, including the filter.
func Grant(s *resolve.Scope) ir.Predicate { return ir.And(s.Filter, s.Condition) }

// Parent returns the node above n in the condition, nil for the top.
func (r *Rule) Parent(n condition.Node) condition.Node {
	if r.parents == nil {
		r.parents = map[condition.Node]condition.Node{}
		condition.Walk(r.Tree, func(n condition.Node) bool {
			for _, below := range children(n) {
				r.parents[below] = n
			}
			return true
		})
	}
	return r.parents[n]
}

func children(n condition.Node) []condition.Node {
	switch n := n.(type) {
	case *condition.Or:
		return n.Operands
	case *condition.And:
		return n.Operands
	case *condition.Not:
		return []condition.Node{n.Operand}
	case *condition.Bool, *condition.Comparison, *condition.Call:
	}
	return nil
}

// newSet prepares rules for lints. Rules in broken have errors and are left out.
func newSet(rules []ruleset.Rule, options resolve.Options, broken map[diag.Rule]bool) *Set {
	if options.Schema == nil {
		options.Schema = schema.Default()
	}
	set := &Set{Options: options}
	var parsed []*resolve.Rule
	for _, r := range rules {
		if broken[diag.Rule{ID: r.ID, Name: r.Name}] {
			continue
		}
		if p := parse(r); p != nil {
			parsed = append(parsed, p)
			set.Whole = set.Whole || strings.EqualFold(r.Type, "ReadOnly")
		}
	}
	for i, scopes := range resolve.Scopes(parsed, options) {
		set.Rules = append(set.Rules, &Rule{Rule: parsed[i], Scopes: scopes})
	}
	return set
}

// parse returns the rule's trees, or nil if it has errors.
func parse(r ruleset.Rule) *resolve.Rule {
	ref := diag.Rule{ID: r.ID, Name: r.Name}
	filter, found := ruleset.ParseFilter(r.Filter, ref)
	tree, more := condition.Parse(r.Condition, ref)
	if found.HasErrors() || more.HasErrors() {
		return nil
	}
	return &resolve.Rule{Rule: r, Filter: filter, Tree: tree}
}

// FilterText returns the text of the resource filter.
func (r *Rule) FilterText() *diag.Text { return r.Rule.Rule.Filter }
