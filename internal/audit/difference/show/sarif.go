package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The codes of differences.
var (
	codeGain     = diag.Register("Q0701", diag.Warning, "a change gives access")
	codeLoss     = diag.Register("Q0702", diag.Warning, "a change takes access away")
	codeNoEffect = diag.Register("Q0703", diag.Info, "a change of a rule has no effect")
)

// SARIF renders a report for code scanners: a result for each group, at its cause in the new
// export, and one for each changed rule without effect.
type SARIF struct {
	// Log is the log to which the results are written.
	Log diag.SARIF
	// File is the new export. Results about something that was removed point to its beginning.
	File string
}

// Render writes the report.
func (s SARIF) Render(w io.Writer, r *difference.Report) error {
	return s.Log.Render(w, s.findings(r))
}

func (s SARIF) findings(r *difference.Report) diag.List {
	var list diag.List
	u := unitsOf(r)
	for _, g := range r.Groups {
		if g.Cells == 0 {
			continue // accepted
		}
		d := diag.Diagnostic{Code: codeGain, Severity: diag.Warning, Summary: fmt.Sprintf("%s of %s: %s", g.Kind, u.what(g), u.counts(g.Counts))}
		if g.Kind == difference.Loss {
			d.Code = codeLoss
		}
		if r.HitBy(g) {
			d.Severity = diag.Error
		}
		var details []string
		for i, c := range g.Causes {
			details = append(details, cause(c))
			text, at := s.place(c)
			if i == 0 {
				d.Rule, d.Text, d.Subject = diag.Rule{ID: c.Rule.ID, Name: c.Rule.Name}, text, at
				continue
			}
			d.Related = append(d.Related, diag.Related{Message: cause(c), Text: text, Range: at})
		}
		for _, e := range g.Examples[:min(len(g.Examples), 2)] {
			user, happens, resource := example(r, g.Kind, e)
			details = append(details, fmt.Sprintf("for example %s %s %s", user, happens, resource))
		}
		d.Detail = strings.Join(details, "; ")
		list = append(list, d)
	}
	for _, c := range r.Rules {
		if c.Effect == difference.Effective || c.Effect == difference.NotCompared {
			continue
		}
		text, at := c.Text()
		if c.By == difference.ByRemoving {
			text, at = s.top(), diag.Range{}
		}
		list = append(list, diag.Diagnostic{
			Code: codeNoEffect, Severity: diag.Info, Rule: diag.Rule{ID: c.Rule.ID, Name: c.Rule.Name},
			Summary: fmt.Sprintf("the rule %s (%s) has %s", quoted(c.Rule.Name), change(c), effect(c)), Text: text, Subject: at,
		})
	}
	return list
}

// place returns the position of a cause in the new export.
func (s SARIF) place(c difference.Cause) (*diag.Text, diag.Range) {
	if c.Gone() {
		return s.top(), diag.Range{}
	}
	return c.Text()
}

// top is the beginning of the new export.
func (s SARIF) top() *diag.Text {
	return &diag.Text{Label: "file", File: s.File, Locate: func(int) diag.Position { return diag.Position{Line: 1, Column: 1} }}
}
