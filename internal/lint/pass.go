package lint

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Pass is one call of a lint's check: its input and its output.
type Pass struct {
	*Set
	// Rule is the current rule, nil in a check of scope PerSet or PerSite until On sets one.
	Rule *Rule
	// Max is the value of the option max.
	Max int

	lint    *Lint
	found   *diag.List
	notices *[]Notice
}

// CannotRun records why the lint cannot run, so that the absence of findings is not
// misunderstood.
func (p *Pass) CannotRun(reason string) {
	*p.notices = append(*p.notices, Notice{p.lint.Code, reason})
}

// On returns the pass for one rule of the set.
func (p *Pass) On(r *Rule) *Pass {
	other := *p
	other.Rule = r
	return &other
}

// Finding is what a check reports, apart from the position.
type Finding struct {
	// Summary is one line without a full stop: what is wrong.
	Summary string
	// Detail says why it matters and what to do, in full sentences.
	Detail string
	// Fix may be nil.
	Fix     *diag.Fix
	Related []diag.Related
}

// Node reports a part of the condition.
func (p *Pass) Node(n condition.Node, f Finding) { p.Range(n.Span(), f) }

// Range reports a range of the condition.
func (p *Pass) Range(at diag.Range, f Finding) { p.text(p.Rule.Condition, at, f) }

// Filter reports a range of the resource filter.
func (p *Pass) Filter(at diag.Range, f Finding) { p.text(p.Rule.FilterText(), at, f) }

// Whole reports the rule as a whole: its condition or, if that is empty, its filter.
func (p *Pass) Whole(f Finding) {
	text, at := p.Rule.place()
	p.text(text, at, f)
}

// place is the position of a finding about the whole rule.
func (r *Rule) place() (*diag.Text, diag.Range) {
	if span := r.Tree.Span(); span.End > span.Start {
		return r.Condition, span
	}
	return r.FilterText(), diag.Range{End: len(r.FilterText().Content)}
}

// Nowhere reports a finding about the set or the site as a whole.
func (p *Pass) Nowhere(f Finding) {
	p.add(diag.Diagnostic{Summary: f.Summary, Detail: f.Detail, Fix: f.Fix, Related: f.Related})
}

func (p *Pass) text(text *diag.Text, at diag.Range, f Finding) {
	p.add(diag.Diagnostic{
		Summary: f.Summary, Detail: f.Detail, Fix: f.Fix, Related: f.Related,
		Rule: p.Rule.Ref(), Text: text, Subject: at,
	})
}

func (p *Pass) add(d diag.Diagnostic) {
	d.Code, d.Severity = p.lint.Code, p.lint.Level
	*p.found = append(*p.found, d)
}

// See refers to another rule.
func See(r *Rule, format string, args ...any) diag.Related {
	text, at := r.place()
	return diag.Related{Message: fmt.Sprintf(format, args...), Text: text, Range: at}
}

// Replace is a fix that replaces a range of the finding's own text.
func Replace(message string, at diag.Range, with string) *diag.Fix {
	return &diag.Fix{Message: message, Range: at, Replacement: with}
}
