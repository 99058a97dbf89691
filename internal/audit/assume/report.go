package assume

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Report describes the decisions of one site that depend on assumptions.
type Report struct {
	Assumptions []Assumption `json:"assumptions"`
	// Uncertain is the number of assumptions that decisions depend on, or may.
	Uncertain int `json:"uncertain"`
}

// Assumption describes what depends on one open point of the language, or on one assumption
// about the snapshot.
type Assumption struct {
	ID      string `json:"id"`
	Reading string `json:"reading"`
	Other   string `json:"other"`
	// Gain and Loss are the rights that the other interpretation would grant and deny.
	Gain difference.Counts `json:"gain"`
	Loss difference.Counts `json:"loss"`
	// Rules are those that the differing rights depend on, sorted by the number of rights,
	// largest first.
	Rules    []Rule               `json:"rules"`
	Examples []difference.Example `json:"examples"`
	// Undecided are rules whose other interpretation cannot be decided.
	Undecided []Undecided `json:"undecided"`
	// Note describes the basis of the comparison.
	Note string `json:"note,omitempty"`
}

// Rule is a rule with the number of rights that depend on its interpretation.
type Rule struct {
	difference.RuleRef
	Cells int64 `json:"cells"`
}

// Undecided says why another interpretation cannot be decided, and of which rule; without a
// rule it is about everything that the reason names.
type Undecided struct {
	difference.RuleRef
	Why string `json:"why"`
}

// New returns the assumption of a point, before any comparison.
func New(id, reading, other string) Assumption {
	return Assumption{ID: id, Reading: reading, Other: other, Rules: []Rule{}, Examples: []difference.Example{}, Undecided: []Undecided{}}
}

// Uncertain reports whether a decision depends, or may depend, on the assumption.
func (a *Assumption) Uncertain() bool { return a.Gain.Cells+a.Loss.Cells > 0 || len(a.Undecided) > 0 }

// maxExamples is the number of examples of an assumption.
const maxExamples = 3

// Count adds the changes of another interpretation.
func (a *Assumption) Count(r *difference.Report) {
	a.Gain.Cells += r.Gain.Cells
	a.Loss.Cells += r.Loss.Cells
	a.Gain.Users, a.Gain.Resources = max(a.Gain.Users, r.Gain.Users), max(a.Gain.Resources, r.Gain.Resources)
	a.Loss.Users, a.Loss.Resources = max(a.Loss.Users, r.Loss.Users), max(a.Loss.Resources, r.Loss.Resources)
	for _, g := range r.Groups {
		for _, cause := range g.Causes {
			a.rule(cause.Rule).Cells += g.Cells
		}
		if len(a.Examples) < maxExamples && len(g.Examples) > 0 {
			a.Examples = append(a.Examples, g.Examples[0])
		}
	}
	slices.SortStableFunc(a.Rules, func(x, y Rule) int { return cmp.Compare(y.Cells, x.Cells) })
}

// rule returns the entry of a rule.
func (a *Assumption) rule(ref difference.RuleRef) *Rule {
	i := slices.IndexFunc(a.Rules, func(r Rule) bool { return r.RuleRef == ref })
	if i < 0 {
		i = len(a.Rules)
		a.Rules = append(a.Rules, Rule{RuleRef: ref})
	}
	return &a.Rules[i]
}

// Add adds an assumption.
func (r *Report) Add(a Assumption) {
	if a.Uncertain() {
		r.Uncertain++
	}
	r.Assumptions = append(r.Assumptions, a)
}

// Verdict summarizes the report in one sentence.
func (r *Report) Verdict() string {
	if r.Uncertain == 0 {
		return fmt.Sprintf("none of the %d assumptions changes a decision here", len(r.Assumptions))
	}
	if r.Uncertain == 1 {
		return fmt.Sprintf("1 of the %d assumptions changes a decision here, or may", len(r.Assumptions))
	}
	return fmt.Sprintf("%d of the %d assumptions change a decision here, or may", r.Uncertain, len(r.Assumptions))
}

// Text writes the report for people.
func (r *Report) Text() string {
	var b strings.Builder
	for _, a := range r.Assumptions {
		a.text(&b)
	}
	b.WriteString(r.Verdict() + "\n")
	return b.String()
}

func (a *Assumption) text(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %s; other interpretation: %s\n", a.ID, a.Reading, a.Other)
	if !a.Uncertain() {
		b.WriteString("   no decision depends on it\n")
	}
	if a.Note != "" {
		fmt.Fprintf(b, "   %s\n", a.Note)
	}
	if a.Gain.Cells+a.Loss.Cells > 0 {
		fmt.Fprintf(b, "   the other interpretation would grant %s and deny %s\n", rights(a.Gain.Cells), rights(a.Loss.Cells))
	}
	for _, rule := range a.Rules {
		fmt.Fprintf(b, "   rule %s: %s\n", tabular.Printable(rule.Name), rights(rule.Cells))
	}
	for _, e := range a.Examples {
		fmt.Fprintf(b, "   e.g. %s %s on %s %s\n", tabular.Printable(e.User), e.Action, tabular.Printable(e.Type), tabular.Printable(strings.TrimSpace(e.Resource+" "+e.Name)))
	}
	for _, u := range a.Undecided {
		of := ""
		if u.Name != "" {
			of = " for rule " + tabular.Printable(u.Name)
		}
		fmt.Fprintf(b, "   undecided%s: %s\n", of, tabular.Printable(u.Why))
	}
}

func rights(n int64) string {
	if n == 1 {
		return "1 right"
	}
	return fmt.Sprintf("%d rights", n)
}
