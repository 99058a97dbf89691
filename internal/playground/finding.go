package playground

import (
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Finding is a diagnostic in the form of the page.
type Finding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail,omitempty"`
	Rule     string `json:"rule,omitempty"`
	// Where is null if the finding has no position.
	Where *Where `json:"where"`
	Fix   *Fix   `json:"fix,omitempty"`
}

// Where is a range in one of the texts that the page sent. Start and End count UTF-16
// units, as a browser does.
type Where struct {
	// Text is the index in Question.Rules, -1 for the site.
	Text   int `json:"text"`
	Start  int `json:"start"`
	End    int `json:"end"`
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Fix is an edit of the text of a finding.
type Fix struct {
	Message     string `json:"message"`
	Start       int    `json:"start"`
	End         int    `json:"end"`
	Replacement string `json:"replacement"`
	// Safe says that the fix is proved not to change the meaning of the rule.
	Safe bool `json:"safe"`
}

// findings converts diagnostics to the form of the page.
func findings(q Question, list diag.List) []Finding {
	shown := []Finding{}
	for _, d := range list {
		f := Finding{
			Code: string(d.Code), Severity: d.Severity.String(), Summary: d.Summary, Detail: d.Detail, Rule: d.Rule.Name,
			Where: q.where(d.Text, d.Subject),
		}
		if d.Fix != nil && f.Where != nil {
			if at := q.where(d.Fix.Of(d), d.Fix.Range); at != nil && at.Text == f.Where.Text {
				f.Fix = &Fix{d.Fix.Message, at.Start, at.End, encoded(d.Fix.Of(d), d.Fix.Replacement), d.Fix.Safe}
			}
		}
		shown = append(shown, f)
	}
	return shown
}

// encoded writes the replacement of a fix as its file has it.
func encoded(text *diag.Text, replacement string) string {
	if text.Encode == nil {
		return replacement
	}
	return text.Encode(replacement)
}

// where returns a range in the texts of the page.
func (q Question) where(text *diag.Text, at diag.Range) *Where {
	switch {
	case text == nil:
		return nil
	case text.Label == "site":
		line := strings.Count(text.Content[:at.Start], "\n") + 1
		return &Where{-1, units(q.Site[:at.Start]), units(q.Site[:at.End]), line, at.Start - strings.LastIndex(text.Content[:at.Start], "\n")}
	case text.Locate == nil:
		return nil
	}
	number, found := strings.CutSuffix(text.File, extension)
	i, err := strconv.Atoi(number)
	if !found || err != nil || i < 0 || i >= len(q.Rules) {
		return nil // a collection of the site
	}
	start, end := text.Locate(at.Start), text.Locate(at.End)
	whole := q.Rules[i]
	return &Where{i, units(whole[:min(start.Offset, len(whole))]), units(whole[:min(end.Offset, len(whole))]), start.Line, start.Column}
}

// extension is the extension of the names of rules in diagnostics: NUMBER.qrule.
const extension = ".qrule"

// units counts the UTF-16 units of a text.
func units(text string) int {
	n := 0
	for _, r := range text {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}
