// Package show renders escalations as text, DOT and SVG.
package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// maxTypes is the maximum number of types of a gain that are listed.
const maxTypes = 3

// Text renders a report for people.
type Text struct{}

// Render writes the report. Personas that cannot escalate are combined in one line.
func (Text) Render(w io.Writer, r *escalate.Report) error {
	var b strings.Builder
	var none []string
	for _, p := range r.Personas {
		if len(p.Steps) == 0 {
			none = append(none, tabular.Printable(p.Persona))
			continue
		}
		fmt.Fprintf(&b, "%s%s: %s\n", tabular.Printable(p.Persona), users(p), outcome(p))
		for _, s := range p.Steps {
			fmt.Fprintf(&b, "  %d. %s on %s%s %s\n", s.Level, s.Action, s.Type, by(s.By), s.Does)
			if s.Reading != "" {
				fmt.Fprintf(&b, "     %s\n", s.Reading)
			}
			switch {
			case s.Change != nil && len(s.Gains) > 0:
				fmt.Fprintf(&b, "     gains %s on it: %s; then %s\n", strings.Join(s.Gains[0].Actions, ", "), facts(s.Change.Before), facts(s.Change.After))
			case len(s.Gains) > 0:
				fmt.Fprintf(&b, "     gains %s\n", gains(s.Gains))
			}
		}
	}
	if len(none) > 0 {
		fmt.Fprintf(&b, "no escalation: %s\n", strings.Join(none, "; "))
	}
	for _, u := range r.Unknown {
		fmt.Fprintf(&b, "not decided: %s\n", u)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// facts describes an example in one line.
func facts(list []string) string {
	if len(list) == 0 {
		return "any"
	}
	return tabular.Printable(strings.Join(list, ", "))
}

func users(p escalate.Result) string {
	switch len(p.Users) {
	case 0:
		return ""
	case 1:
		return " (" + tabular.Printable(p.Users[0]) + ")"
	}
	return fmt.Sprintf(" (%d users, such as %s)", len(p.Users), tabular.Printable(p.Users[0]))
}

func outcome(p escalate.Result) string {
	switch {
	case p.Narrow:
		return fmt.Sprintf("%d rights, and everything if the product evaluates a rule before it is edited", p.Rights)
	case p.Everything:
		return fmt.Sprintf("%d rights, and everything in %s", p.Rights, steps(p))
	}
	return fmt.Sprintf("%d rights, and %d in the end", p.Rights, p.Reached)
}

func steps(p escalate.Result) string {
	for _, s := range p.Steps {
		if s.Type == "SystemRule" {
			if s.Level == 1 {
				return "one step"
			}
			return fmt.Sprintf("%d steps", s.Level)
		}
	}
	return "the end"
}

func by(rules []escalate.Rule) string {
	if len(rules) == 0 {
		return ""
	}
	r := rules[0]
	text := " (" + tabular.Printable(r.Name)
	if r.File != "" {
		text += fmt.Sprintf(", %s:%d:%d", tabular.Printable(r.File), r.Line, r.Column)
	}
	return text + ")"
}

func gains(list []escalate.Gain) string {
	var parts []string
	for _, g := range list[:min(len(list), maxTypes)] {
		actions := strings.Join(g.Actions, ", ")
		if len(g.Actions) == len(ruleset.AllActions) {
			actions = "all actions"
		}
		parts = append(parts, tabular.Printable(g.Type)+" ("+actions+")")
	}
	if more := len(list) - maxTypes; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d types more", more))
	}
	return strings.Join(parts, ", ")
}
