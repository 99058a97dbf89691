package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Rule is a rule with its parsed filter and condition.
type Rule struct {
	ruleset.Rule
	Filter ruleset.Filter
	Tree   condition.Node
}

// Ref names the rule in diagnostics.
func (r *Rule) Ref() diag.Rule { return diag.Rule{ID: r.ID, Name: r.Name} }

// grants reports whether the rule can grant a right: License and Sync rules decide other
// things, unless they are in a view, and disabled rules have no effect (D).
func (r *Rule) grants() bool { return r.Category == ruleset.Security && !r.Disabled }

// report collects the diagnostics about one rule's condition.
type report struct {
	rule *Rule
	// category is the category of the original rule, also in a view.
	category ruleset.Category
	list     diag.List
}

func newReport(r *Rule, options Options) *report {
	return &report{rule: r, category: max(r.Category, options.View)}
}

// add reports a finding about a range of the condition.
func (r *report) add(code diag.Code, severity diag.Severity, at diag.Range, summary, detail string, fix *diag.Fix) {
	r.list = append(r.list, diag.Diagnostic{
		Code: code, Severity: severity, Summary: summary, Detail: detail,
		Rule: r.rule.Ref(), Text: r.rule.Rule.Condition, Subject: at, Fix: fix,
	})
}

// source returns the condition's text at a range.
func (r *report) source(at diag.Range) string {
	return r.rule.Rule.Condition.Content[at.Start:at.End]
}
