package prove

import (
	"encoding/json"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The verdicts of an assertion.
const (
	Proved         = "proved"
	Counterexample = "counterexample"
	Unknown        = "unknown"
)

// Report is the result of all assertions. It is deterministic.
type Report struct {
	Proved          int      `json:"proved"`
	Counterexamples int      `json:"counterexamples"`
	Unknown         int      `json:"unknown"`
	Results         []Result `json:"results"`
	// Axioms are those that were assumed, with their meaning, including the user's own
	// assumptions.
	Axioms []AxiomInfo `json:"axioms"`
	// LeftOut are rules with errors, which grant nothing.
	LeftOut []RuleRef `json:"left_out,omitempty"`
}

// AxiomInfo is an axiom.
type AxiomInfo struct {
	Name string `json:"name"`
	Says string `json:"says"`
}

// RuleRef names a rule.
type RuleRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Result is the result of an assertion.
type Result struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Verdict string `json:"verdict"`
	// Reason says why the verdict is unknown.
	Reason string `json:"reason,omitempty"`
	// Axioms and Rules are what a proof is based on. For never and only, Rules are those that
	// grant the actions, each of which the proof excludes.
	Axioms []string  `json:"axioms,omitempty"`
	Rules  []RuleRef `json:"rules,omitempty"`
	// Examples are counterexamples, one per type, and Others the types and actions for which
	// there are more.
	Examples []Example `json:"examples,omitempty"`
	Others   []Right   `json:"others,omitempty"`
}

// Right is an action on a type.
type Right struct {
	Type   string `json:"type"`
	Action string `json:"action"`
}

// Example is a counterexample.
type Example struct {
	Right
	// Says describes the user, the resource and the request in the words of conditions.
	Says []string `json:"says"`
	// Context is hub, qmc, or none for a request without a context.
	Context string          `json:"context"`
	Request json.RawMessage `json:"request"`
	// Steps are the changes that users make first to gain the right, for never-reaches.
	Steps []Step `json:"steps,omitempty"`
	// GrantedBy are the rules that grant; it is empty if the right is missing.
	GrantedBy []Grant `json:"granted_by"`
}

// Grant is a rule that grants, with the part of its condition that is true.
type Grant struct {
	RuleRef
	Clause string `json:"clause,omitempty"`
	File   string `json:"rule_file,omitempty"`
	Line   int    `json:"rule_line,omitempty"`
	Column int    `json:"rule_column,omitempty"`

	text *diag.Text
	at   diag.Range
}

// count counts the verdicts.
func (r *Report) count() {
	for _, result := range r.Results {
		switch result.Verdict {
		case Proved:
			r.Proved++
		case Counterexample:
			r.Counterexamples++
		default:
			r.Unknown++
		}
	}
}

// The diagnostics of prove.
var (
	codeFails   = diag.Register("Q0820", diag.Error, "an assertion has a counterexample")
	codeUnknown = diag.Register("Q0821", diag.Warning, "an assertion is not decided")
)

// Diagnostics returns the report as findings about the rules that grant.
func (r *Report) Diagnostics() diag.List {
	list := diag.List{}
	for _, result := range r.Results {
		at := place(result)
		switch result.Verdict {
		case Unknown:
			list = append(list, diag.Diagnostic{Code: codeUnknown, Severity: diag.Warning, Summary: "not decided: " + result.Name, Detail: result.Reason, Text: at})
		case Counterexample:
			for _, e := range result.Examples {
				list = append(list, e.diagnostic(result, at))
			}
		}
	}
	return list
}

func place(r Result) *diag.Text {
	return &diag.Text{Label: "file", File: r.File, Locate: func(int) diag.Position { return diag.Position{Line: r.Line, Column: 1} }}
}

func (e Example) diagnostic(r Result, at *diag.Text) diag.Diagnostic {
	d := diag.Diagnostic{Code: codeFails, Severity: diag.Error, Summary: "does not hold: " + r.Name, Detail: e.Action + " on " + e.Type + ":", Text: at}
	for _, s := range e.Says {
		d.Detail += "\n  " + s
	}
	if len(e.GrantedBy) > 0 {
		g := e.GrantedBy[0]
		d.Rule, d.Text, d.Subject = diag.Rule{ID: g.ID, Name: g.Name}, g.text, g.at
	}
	return d
}
