package studio

import (
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// finding is a diagnostic in the form of the page.
type finding struct {
	Code     diag.Code `json:"code"`
	Severity string    `json:"severity"`
	Category string    `json:"category,omitempty"`
	Summary  string    `json:"summary"`
	Detail   string    `json:"detail,omitempty"`
	RuleID   string    `json:"rule,omitempty"`
	RuleName string    `json:"ruleName,omitempty"`
	File     string    `json:"file,omitempty"`
	// Field is condition or filter if From and To, in UTF-16 units, are in one of them.
	Field string `json:"field,omitempty"`
	From  int    `json:"from"`
	To    int    `json:"to"`
	Fix   *fix   `json:"fix,omitempty"`
	Doc   string `json:"doc"`
}

// fix replaces a part of a field.
type fix struct {
	Message string `json:"message"`
	Field   string `json:"field"`
	From    int    `json:"from"`
	To      int    `json:"to"`
	Text    string `json:"text"`
	// Safe reports whether it is proved that the rule grants the same after the fix.
	Safe bool `json:"safe"`
}

// fields maps the labels of a rule's texts to the names of fields on the page.
var fields = map[string]string{"condition": "condition", "resourceFilter": "filter"}

// findingOf converts a diagnostic for the page. Rule is the rule that it refers to, nil if there is
// none.
func findingOf(d diag.Diagnostic, rule *ruleset.Rule) finding {
	f := finding{
		Code: d.Code, Severity: d.Severity.String(), Summary: d.Summary, Detail: d.Detail,
		RuleID: d.Rule.ID, RuleName: d.Rule.Name, Doc: d.Code.URL(),
	}
	if l := lint.Find(d.Code); l != nil {
		f.Category = string(l.Category)
	}
	if d.Text != nil {
		f.File = d.Text.File
	}
	f.Field, f.From, f.To = span(d.Text, d.Subject, rule)
	if d.Fix != nil {
		field, from, to := span(d.Fix.Of(d), d.Fix.Range, rule)
		if field != "" {
			f.Fix = &fix{d.Fix.Message, field, from, to, d.Fix.Replacement, d.Fix.Safe}
		}
	}
	return f
}

// span returns the field of a rule that contains a range, and the offsets; "" if there is none.
func span(t *diag.Text, at diag.Range, rule *ruleset.Rule) (field string, from, to int) {
	if t == nil || rule == nil {
		return "", 0, 0
	}
	for _, own := range []*diag.Text{rule.Condition, rule.Filter} {
		if t.Label == own.Label && t.Content == own.Content {
			return fields[t.Label], unitOffset(t.Content, at.Start), unitOffset(t.Content, at.End)
		}
	}
	return "", 0, 0
}

// about returns the findings about one rule, the most severe first.
func about(list diag.List, rule *ruleset.Rule) []finding {
	all := []finding{}
	for _, severity := range []diag.Severity{diag.Error, diag.Warning, diag.Info} {
		for _, d := range list {
			if d.Severity == severity && d.Rule.ID == rule.ID {
				all = append(all, findingOf(d, rule))
			}
		}
	}
	return all
}
