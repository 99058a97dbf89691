package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/audit/assume"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Assumption says what depends on one open point of the language.
type Assumption struct {
	ID      string `json:"id"`
	Reading string `json:"reading"`
	Other   string `json:"other"`
	// Gain and Loss are the cells that the other reading would grant and deny.
	Gain difference.Counts `json:"gain"`
	Loss difference.Counts `json:"loss"`
	// Rules are those that the differing cells depend on, the most cells first.
	Rules    []AssumedRule        `json:"rules"`
	Examples []difference.Example `json:"examples"`
	// Undecided are rules of which the other reading cannot be decided.
	Undecided []UndecidedRule `json:"undecided"`
	// Note says what the comparison rests on.
	Note string `json:"note,omitempty"`
}

// AssumedRule is a rule with the number of cells that depend on its reading.
type AssumedRule struct {
	difference.RuleRef
	Cells int64 `json:"cells"`
}

// UndecidedRule is a rule of which the other reading cannot be decided, and why.
type UndecidedRule struct {
	difference.RuleRef
	Why string `json:"why"`
}

// AssumptionsReport is the result of assumptions in JSON.
type AssumptionsReport struct {
	Assumptions []Assumption `json:"assumptions"`
	// Uncertain is the number of open points that decisions depend on, or may.
	Uncertain int `json:"uncertain"`
}

func (a Assumption) uncertain() bool { return a.Gain.Cells+a.Loss.Cells > 0 || len(a.Undecided) > 0 }

// Assumptions compares the rules with each other reading of an open point.
func (s *Streams) Assumptions(ctx *cli.Context) error {
	env, err := environment(ctx)
	if err != nil {
		return err
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	if c.Policy == nil {
		return s.Broken(c.Diagnostics)
	}
	if c.Site == nil {
		return UsageOf(ctx.Command, "no site to look at: name its snapshot with --snapshot")
	}
	report := AssumptionsReport{Assumptions: []Assumption{}}
	for _, p := range assume.Points(c.Options) {
		a, err := assumption(ctx.Context, c, p, difference.Input{Mode: difference.ModeSite, Environment: env, Progress: s.Progress(ctx)})
		if err != nil {
			return err
		}
		if a.uncertain() {
			report.Uncertain++
		}
		report.Assumptions = append(report.Assumptions, a)
	}
	if s.Format == JSON {
		err = s.WriteJSON(report)
	} else {
		_, err = s.Out.Write([]byte(report.text()))
	}
	if err == nil && report.Uncertain > 0 && ctx.String("fail-on") == "uncertain" {
		return No()
	}
	return err
}

// assumption compares the rules with one other reading.
func assumption(ctx context.Context, c *workspace.Workspace, p assume.Point, in difference.Input) (Assumption, error) {
	a := Assumption{ID: p.ID, Reading: p.Reading, Other: p.Other, Rules: []AssumedRule{}, Examples: []difference.Example{}, Undecided: []UndecidedRule{}}
	rules, options, open := p.With(c.Rules, c.Options)
	for _, u := range open {
		a.Undecided = append(a.Undecided, UndecidedRule{difference.RuleRef{ID: u.Rule.ID, Name: u.Rule.Name}, u.Why})
	}
	if p.ID == "letters" {
		seen := &letterScan{}
		if err := c.Data()(ctx, seen); err != nil {
			return a, err
		}
		if seen.found {
			a.Undecided = append(a.Undecided, UndecidedRule{Why: "values on record that rules read have one of the letters " + assume.Letters})
		}
	}
	other, found := compiler.Compile(rules, options)
	if other == nil {
		return a, fmt.Errorf("the other reading of %s does not compile: %v", p.ID, found)
	}
	if samePolicy(c.Policy, other) {
		return a, nil
	}
	if p.ID == "session-attributes" && len(in.Environment) == 0 {
		a.Note = "compared for requests without session attributes; --env sends some"
	}
	view := c.Policy.View
	view.Merge(other.View)
	workspace.KeepNames(view, namedTypes(c))
	other.View = view
	c.Site.Require(other.Needs)
	// The rules are the same to the comparison where an option differs: only two sites
	// make it look at all of them.
	in.SameSite = false
	in.Old, in.New = difference.Side{Rules: c.Rules, Policy: c.Policy}, difference.Side{Rules: rules, Policy: other}
	var err error
	if in.Old.Bundle, err = bundles.InMemory(ctx, c.Policy, c.Data()); err != nil {
		return a, err
	}
	if in.New.Bundle, err = bundles.InMemory(ctx, other, nil); err != nil {
		return a, err
	}
	if err := in.New.Bundle.Data.Share(&in.Old.Bundle.Data, bundles.DataRoot); err != nil {
		return a, err
	}
	r, err := difference.Compare(ctx, in)
	if err != nil {
		return a, err
	}
	a.Gain, a.Loss = r.Gain, r.Loss
	for _, g := range r.Groups {
		for _, cause := range g.Causes {
			a.count(cause.Rule, g.Cells)
		}
		if len(a.Examples) < 3 && len(g.Examples) > 0 {
			a.Examples = append(a.Examples, g.Examples[0])
		}
	}
	slices.SortStableFunc(a.Rules, func(x, y AssumedRule) int { return int(y.Cells - x.Cells) })
	return a, nil
}

func (a *Assumption) count(rule difference.RuleRef, cells int64) {
	for i := range a.Rules {
		if a.Rules[i].RuleRef == rule {
			a.Rules[i].Cells += cells
			return
		}
	}
	a.Rules = append(a.Rules, AssumedRule{rule, cells})
}

// letterScan looks for letters that are folded in different ways.
type letterScan struct {
	rest  []byte
	found bool
}

// Write implements io.Writer.
func (l *letterScan) Write(p []byte) (int, error) {
	text := append(l.rest, p...)
	l.found = l.found || bytes.ContainsAny(text, assume.Letters)
	l.rest = slices.Clone(text[max(0, len(text)-utf8.UTFMax):])
	return len(p), nil
}

// samePolicy says whether two policies are the same, module by module: then nothing
// depends on what tells them apart.
func samePolicy(a, b *compiler.Policy) bool {
	return slices.EqualFunc(bundles.PolicyFiles(a), bundles.PolicyFiles(b), func(x, y bundles.File) bool {
		return x.Path == y.Path && bytes.Equal(x.Content, y.Content)
	})
}

func (r AssumptionsReport) text() string {
	var b strings.Builder
	for _, a := range r.Assumptions {
		fmt.Fprintf(&b, "%s: %s; the other reading: %s\n", a.ID, a.Reading, a.Other)
		if !a.uncertain() {
			b.WriteString("   no decision depends on it\n")
		}
		if a.Note != "" {
			fmt.Fprintf(&b, "   %s\n", a.Note)
		}
		if a.Gain.Cells+a.Loss.Cells > 0 {
			fmt.Fprintf(&b, "   the other reading would grant %s and deny %s\n", Count(int(a.Gain.Cells), "cell"), Count(int(a.Loss.Cells), "cell"))
		}
		for _, rule := range a.Rules {
			fmt.Fprintf(&b, "   by the rule %s: %s\n", tabular.Printable(rule.Name), Count(int(rule.Cells), "cell"))
		}
		for _, e := range a.Examples {
			fmt.Fprintf(&b, "   e.g. %s %s on %s %s\n", tabular.Printable(e.User), e.Action, tabular.Printable(e.Type), tabular.Printable(strings.TrimSpace(e.Resource+" "+e.Name)))
		}
		for _, u := range a.Undecided {
			of := ""
			if u.Name != "" {
				of = " for the rule " + tabular.Printable(u.Name)
			}
			fmt.Fprintf(&b, "   undecided%s: %s\n", of, u.Why)
		}
	}
	if r.Uncertain == 0 {
		fmt.Fprintf(&b, "none of the %d open points changes a decision here\n", len(r.Assumptions))
	} else {
		fmt.Fprintf(&b, "%d of the %d open points change a decision here, or may\n", r.Uncertain, len(r.Assumptions))
	}
	return b.String()
}
