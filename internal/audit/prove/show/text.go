package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// maxRules is the maximum number of rules that are listed.
const maxRules = 5

// maxClause is the maximum number of characters of a clause that are shown.
const maxClause = 160

// Text renders a report for people.
type Text struct{}

// Render writes the report.
func (Text) Render(w io.Writer, r *prove.Report) error {
	var b strings.Builder
	for _, result := range r.Results {
		fmt.Fprintf(&b, "%-14s  %s\n", strings.ToUpper(result.Verdict[:1])+result.Verdict[1:], tabular.Printable(result.Name))
		for _, line := range Lines(result) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	if len(r.LeftOut) > 0 {
		fmt.Fprintf(&b, "%s with errors left out: they grant nothing\n", render.Count(len(r.LeftOut), "rule"))
	}
	fmt.Fprintln(&b, summary(r))
	_, err := io.WriteString(w, b.String())
	return err
}

func summary(r *prove.Report) string {
	return fmt.Sprintf("%d proved, %s, %d unknown", r.Proved, render.Count(r.Counterexamples, "counterexample"), r.Unknown)
}

// Lines describes what a verdict is based on, or the counterexamples.
func Lines(r prove.Result) []string {
	var list []string
	if r.Reason != "" {
		list = append(list, tabular.Printable(r.Reason))
	}
	if text := restsOn(r); text != "" {
		list = append(list, text)
	}
	for _, e := range r.Examples {
		list = append(list, example(e)...)
	}
	if len(r.Others) > 0 {
		list = append(list, "also: "+others(r.Others))
	}
	return list
}

func restsOn(r prove.Result) string {
	if r.Verdict != prove.Proved || len(r.Rules)+len(r.Axioms) == 0 {
		return ""
	}
	var parts []string
	if len(r.Rules) > 0 {
		names := make([]string, 0, maxRules)
		for _, rule := range r.Rules[:min(len(r.Rules), maxRules)] {
			names = append(names, tabular.Printable(rule.Name))
		}
		text := render.Count(len(r.Rules), "rule") + " (" + strings.Join(names, ", ")
		if len(r.Rules) > maxRules {
			text += ", …"
		}
		parts = append(parts, text+")")
	}
	if len(r.Axioms) > 0 {
		parts = append(parts, "the axioms "+strings.Join(r.Axioms, ", "))
	}
	return "rests on " + strings.Join(parts, " and ")
}

// steps describes what users change first.
func steps(e prove.Example) []string {
	var list []string
	for i, s := range e.Steps {
		by := ""
		if len(s.GrantedBy) > 0 {
			by = ", granted by " + tabular.Printable(s.GrantedBy[0].Name) + at(s.GrantedBy[0])
		}
		text := fmt.Sprintf("%d. %s on %s %s%s", i+1, s.Action, s.Type, s.Does, by)
		if s.Reading != "" {
			text += ", " + s.Reading
		}
		list = append(list, text)
		for _, fact := range s.Says {
			list = append(list, "    "+tabular.Printable(fact))
		}
	}
	return list
}

func example(e prove.Example) []string {
	if len(e.Steps) > 0 && e.Steps[len(e.Steps)-1].Does == escalate.Levers[0].Does {
		return append([]string{fmt.Sprintf("%s on %s, in %s:", e.Action, e.Type, render.Count(len(e.Steps), "step"))}, steps(e)...)
	}
	list := append(steps(e), fmt.Sprintf("%s on %s, %s:", e.Action, e.Type, from(e.Context)))
	for _, s := range e.Says {
		list = append(list, "    "+tabular.Printable(s))
	}
	for _, g := range e.GrantedBy {
		list = append(list, "granted by "+tabular.Printable(g.Name)+at(g)+clause(g))
	}
	if len(e.GrantedBy) == 0 {
		list = append(list, "granted by no rule")
	}
	var compact bytes.Buffer
	if json.Compact(&compact, e.Request) == nil {
		list = append(list, "request: "+compact.String())
	}
	return list
}

func from(context string) string {
	switch context {
	case "hub":
		return "from the hub"
	case "qmc":
		return "from the QMC"
	}
	return "from anywhere"
}

func at(g prove.Grant) string {
	if g.File == "" {
		return ""
	}
	return fmt.Sprintf(" (%s:%d:%d)", tabular.Printable(g.File), g.Line, g.Column)
}

func clause(g prove.Grant) string {
	if g.Clause == "" {
		return ", which has no condition"
	}
	text := []rune(strings.Join(strings.Fields(g.Clause), " "))
	if len(text) > maxClause {
		text = append(text[:maxClause], '…')
	}
	return ": " + tabular.Printable(string(text))
}

func others(list []prove.Right) string {
	var types []string
	actions := map[string][]string{}
	for _, r := range list {
		if actions[r.Type] == nil {
			types = append(types, r.Type)
		}
		actions[r.Type] = append(actions[r.Type], r.Action)
	}
	parts := make([]string, len(types))
	for i, t := range types {
		parts[i] = t + " (" + strings.Join(actions[t], ", ") + ")"
	}
	return strings.Join(parts, ", ")
}
