package resolve

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Options are the switches of resolution.
type Options struct {
	Schema         *schema.Schema
	ListInequality ListInequality
	EntityText     EntityText
	// SessionAttributes says whether session attributes replace those of the record.
	SessionAttributes SessionAttributes
	// Strict makes unknown properties errors.
	Strict bool
	// View is the category that the rules are a view of (ruleset.View), or 0. In a view of Sync
	// rules the root node is the subject.
	View ruleset.Category
}

// subject returns the type of the subject.
func (o Options) subject() *schema.Type {
	if o.View == ruleset.Sync {
		return nodeType(o.Schema)
	}
	return o.Schema.Lookup("User")
}

// nodeType returns the type of nodes in Sync rules. Few of their properties are documented, so
// any name is allowed.
func nodeType(s *schema.Schema) *schema.Type {
	t := *s.Lookup(schema.NodeType)
	t.Open, t.Custom = true, true
	return &t
}

// Program is a specialised set of rules.
type Program struct {
	// Classes partition all resources by type, in the order of their specialisation.
	Classes []*ClassRules
}

// ClassRules are the rules that reach a class, in the order of the rule set.
type ClassRules struct {
	*Class
	Rules []Specialised
}

// Specialised is a rule as specialised for one class. Its predicate combines the rule's
// condition with the remaining tests of its filter and context; it is never the constant false.
type Specialised struct {
	Rule      *Rule
	Predicate ir.Predicate
}

// Resolve checks all rules and specialises those that can grant. A rule with an error is left
// out of the program.
func Resolve(rules []*Rule, options Options) (*Program, diag.List) {
	var list diag.List
	var security []*Rule
	user := options.subject()
	for _, r := range rules {
		rep := newReport(r, options)
		switch check(rep); {
		case rep.list.HasErrors():
		case r.Category == ruleset.Security:
			security = append(security, r)
		default:
			// License and Sync rules grant nothing here. They are specialised for their
			// diagnostics only; their views decide.
			newProgram(options.Schema, []*Rule{r}).specialise(r, rep, options, user)
		}
		list = append(list, rep.list...)
	}
	program := newProgram(options.Schema, security)
	for _, r := range security {
		rep := newReport(r, options)
		found := program.specialise(r, rep, options, user)
		list = append(list, rep.list...)
		if !r.grants() || rep.list.HasErrors() {
			continue
		}
		for c, p := range found {
			program.Classes[c].Rules = append(program.Classes[c].Rules, Specialised{r, p})
		}
	}
	return program, list
}

func newProgram(s *schema.Schema, rules []*Rule) *Program {
	program := &Program{}
	for _, c := range classesOf(s, rules) {
		program.Classes = append(program.Classes, &ClassRules{Class: c})
	}
	return program
}

// specialise returns the rule's predicate for every class that it reaches, by index, and
// reports findings that concern all classes together.
func (program *Program) specialise(r *Rule, rep *report, options Options, user *schema.Type) map[int]ir.Predicate {
	seen := newObservations()
	found := map[int]ir.Predicate{}
	effective := make([]bool, len(r.Filter.Items))
	hit := make([]bool, len(r.Filter.Items))
	var reached []*Class
	for i, c := range program.Classes {
		id := c.reach(r.Filter, options.Schema)
		if ir.IsFalse(id) {
			continue
		}
		reached = append(reached, c.Class)
		sp := &specialiser{schema: options.Schema, user: user, class: c.Class, options: options, seen: seen}
		p := sp.predicate(r.Tree)
		for j, item := range r.Filter.Items {
			if !ir.IsFalse(c.reach(ruleset.Filter{Items: []ruleset.FilterItem{item}}, options.Schema)) {
				hit[j] = true
				effective[j] = effective[j] || !ir.IsFalse(p)
			}
		}
		if p = ir.And(contextTest(r.Context), id, p); !ir.IsFalse(p) {
			found[i] = p
		}
	}
	seen.report(rep, reached, options)
	if seen.possible[r.Tree] && !rep.list.HasErrors() {
		for j, item := range r.Filter.Items {
			if hit[j] && !effective[j] {
				rep.filterItem(item)
			}
		}
	}
	return found
}

// filterItem reports a filter item for whose types the condition is false.
func (r *report) filterItem(item ruleset.FilterItem) {
	text := r.rule.Rule.Filter
	r.list = append(r.list, diag.Diagnostic{
		Code: codeFilterNoEffect, Severity: diag.Warning, Rule: r.rule.Ref(), Text: text, Subject: item.Range,
		Summary: fmt.Sprintf("no branch of the condition covers %s", text.Content[item.Range.Start:item.Range.End]),
		Detail:  "The condition is always false for the resources that this item names, so the rule gives no access to them. Remove the item, or add a branch.",
	})
}

func contextTest(c ruleset.Context) ir.Predicate {
	if c == ruleset.Both {
		return ir.Constant{Value: true}
	}
	return ir.From{Context: c}
}

// classesOf returns the classes that the rules distinguish.
func classesOf(s *schema.Schema, rules []*Rule) []*Class {
	var filters []ruleset.Filter
	var tests []string
	for _, r := range rules {
		filters = append(filters, r.Filter)
		condition.Walk(r.Tree, func(n condition.Node) bool {
			if c, ok := n.(*condition.Comparison); ok {
				tests = append(tests, typeTests(c)...)
			}
			return true
		})
	}
	return classes(s, filters, tests)
}

// typeTests returns the type names that a comparison with resource.resourcetype distinguishes.
func typeTests(c *condition.Comparison) []string {
	var names []string
	for _, pair := range [][2]condition.Operand{{c.Left, c.Right}, {c.Right, c.Left}} {
		p, isPath := pair[0].(*condition.Path)
		s, isText := pair[1].(*condition.String)
		if !isPath || !isText || p.Root != "resource" || len(p.Segments) != 1 || p.Segments[0].Custom || fold(p.Segments[0].Name) != "resourcetype" {
			continue
		}
		switch c.Op {
		case condition.Equal, condition.ExactEqual, condition.NotEqual, condition.ExactNotEqual:
			names = append(names, s.Value)
		case condition.Like:
			if shape, text := ir.ParsePattern(s.Value).Shape(); shape == ir.Whole {
				names = append(names, text)
			}
		case condition.Matches:
		}
	}
	return names
}
