package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Lints are the findings that a plan adds and those that it resolves.
type Lints struct {
	Added   []Finding `json:"added"`
	Removed []Finding `json:"removed"`
	// LeftOut says which lints did not run, "" if all did.
	LeftOut string `json:"left_out,omitempty"`
}

// maxLinted is the maximum number of pairs of a rule and an entity for lints that look at the
// entities of the site: these lints try every rule on every entity.
const maxLinted = 2_000_000

// Finding is a finding about a rule, or about all rules.
type Finding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	RuleID   string `json:"rule_id,omitempty"`
	Rule     string `json:"rule,omitempty"`
	// File is the file of the rule, if the plan changes it.
	File    string `json:"file,omitempty"`
	Summary string `json:"summary"`
	// At is the part of the rule that the finding is about.
	At string `json:"at,omitempty"`

	severity diag.Severity
}

// review adds the lints and the assertions before and after. Both use the sites of the
// workspaces, which are loaded once.
func (p *Plan) review(ctx context.Context, before, after *workspace.Workspace, o Options, gates []GateSpec) error {
	if o.Lint == nil && len(o.Assertions) == 0 {
		return nil
	}
	site := before.LintData()
	if o.Lint != nil {
		looked, leftOut := site, ""
		if len(after.Rules)*entities(site) > maxLinted {
			looked, leftOut = nil, "the site is large, so lints that read entities did not run: use qlik2rego check FOLDER"
		}
		p.Lints = p.lints(before.LintOn(o.Lint, looked), after.LintOn(o.Lint, looked))
		p.Lints.LeftOut = leftOut
		p.lintGate(gates)
	}
	if len(o.Assertions) == 0 {
		return nil
	}
	o.Assumptions.Axioms.Values = append(slices.Clone(o.Assumptions.Axioms.Values), escalate.Choices(site.Site)...)
	return p.assert(ctx, before, after, o, gates)
}

// entities is the number of entities of a site.
func entities(site *lint.Data) int {
	n := 0
	for _, list := range site.Records {
		n += len(list)
	}
	return n
}

// lints returns the findings that only one side has. Findings are equal if they have the same
// message about the same rule.
func (p *Plan) lints(before, after lint.Result) *Lints {
	return &Lints{Added: p.only(after.Findings, before.Findings), Removed: p.only(before.Findings, after.Findings)}
}

func (p *Plan) only(list, other diag.List) []Finding {
	key := func(d diag.Diagnostic) string {
		return strings.Join([]string{string(d.Code), d.Rule.ID, d.Summary}, "\x00")
	}
	count := map[string]int{}
	for _, d := range other {
		count[key(d)]++
	}
	found := []Finding{}
	for _, d := range list {
		if k := key(d); count[k] > 0 {
			count[k]--
			continue
		}
		f := Finding{Code: string(d.Code), Severity: d.Severity.String(), RuleID: d.Rule.ID, Rule: d.Rule.Name, Summary: d.Summary, At: excerpt(d), severity: d.Severity}
		if i := slices.IndexFunc(p.Changes, func(c Change) bool { return c.ID == d.Rule.ID }); i >= 0 {
			f.File = p.Changes[i].File
		}
		found = append(found, f)
	}
	return found
}

// maxExcerpt is the maximum number of bytes of a rule that are shown with a finding.
const maxExcerpt = 200

func excerpt(d diag.Diagnostic) string {
	if d.Text == nil || d.Subject.End > len(d.Text.Content) || d.Subject.End-d.Subject.Start > maxExcerpt || d.Subject.Start >= d.Subject.End {
		return ""
	}
	return d.Text.Content[d.Subject.Start:d.Subject.End]
}

func (p *Plan) lintGate(gates []GateSpec) {
	for _, g := range gates {
		if g.scope != newLints {
			continue
		}
		var n int64
		for _, f := range p.Lints.Added {
			if f.severity <= g.severity {
				n++
			}
		}
		p.hit(g.Spec, n, n > 0, fmt.Sprintf("%d new findings of the level %s or worse", n, g.severity))
	}
}

// AssertionsError is an error in the assertions or the assumptions.
type AssertionsError struct{ Err error }

// Error implements error.
func (e *AssertionsError) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *AssertionsError) Unwrap() error { return e.Err }

// Assertion is an assertion before and after a plan.
type Assertion struct {
	// Before is the verdict on the rules of the site.
	Before string `json:"before"`
	// Broken reports whether the assertion is proved before the plan but not after it.
	Broken bool `json:"broken"`
	// After is the whole result for the rules after the plan.
	After prove.Result `json:"after"`
}

// assert decides the assertions on both sides.
func (p *Plan) assert(ctx context.Context, before, after *workspace.Workspace, o Options, gates []GateSpec) error {
	var reports [2]*prove.Report
	for i, w := range []*workspace.Workspace{before, after} {
		in := prove.Input{
			Rules: prove.Rules{Rules: w.Valid(), Policy: w.Policy}, Old: o.OldRules, Assertions: o.Assertions, Assumptions: o.Assumptions, Options: options(),
		}
		var err error
		switch reports[i], err = prove.Run(ctx, in); {
		case err != nil && (errors.Is(err, prove.ErrReplay) || ctx.Err() != nil):
			return err
		case err != nil:
			return &AssertionsError{err}
		}
	}
	broken, open := int64(0), int64(0)
	for i, result := range reports[1].Results {
		a := Assertion{Before: reports[0].Results[i].Verdict, After: result}
		if result.Verdict != prove.Proved {
			open++
			if a.Broken = a.Before == prove.Proved; a.Broken {
				broken++
			}
		}
		p.Assertions = append(p.Assertions, a)
	}
	p.hit("assertions that hold", broken, broken > 0, fmt.Sprintf("%d of %d are broken by the plan", broken, len(p.Assertions)))
	if slices.ContainsFunc(gates, func(g GateSpec) bool { return g.scope == unproved }) {
		p.hit(unproved, open, open > 0, fmt.Sprintf("%d of %d are not proved after the plan", open, len(p.Assertions)))
	}
	return nil
}
