package diag

import (
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/junit"
)

// JUnit renders diagnostics as test results for build servers: a diagnostic is a failed test
// case of its rule. Infos do not fail.
type JUnit struct{}

// Render implements render.Renderer.
func (JUnit) Render(w io.Writer, list List) error {
	suite := junit.Suite{Name: "qlik2rego check"}
	for _, d := range list {
		c := junit.Case{Class: ruleTitle(d.Rule), Name: string(d.Code) + ": " + d.Summary}
		if at, ok := d.Position(); ok {
			c.File, c.Line = d.Text.File, at.Line
		}
		if d.Severity == Info {
			c.Output = d.Detail
		} else {
			c.Failure = &junit.Outcome{Type: d.Severity.String(), Message: d.Summary, Text: d.Detail}
		}
		suite.Add(c)
	}
	return suite.Write(w)
}

// ruleTitle is the displayed name of a rule, "rules" for findings without one.
func ruleTitle(r Rule) string {
	switch {
	case r.Name != "":
		return r.Name
	case r.ID != "":
		return r.ID
	}
	return "rules"
}

// Markdown renders diagnostics as a table, for a comment on a pull request.
type Markdown struct{}

// Render implements render.Renderer.
func (Markdown) Render(w io.Writer, list List) error {
	var b strings.Builder
	b.WriteString("| level | code | rule | finding |\n| --- | --- | --- | --- |\n")
	for _, d := range list {
		where := markdownCell(ruleTitle(d.Rule))
		text := "**" + markdownCell(d.Summary) + "**"
		if d.Detail != "" {
			text += "<br>" + markdownCell(d.Detail)
		}
		b.WriteString("| " + d.Severity.String() + " | [" + string(d.Code) + "](" + d.Code.URL() + ") | " + where + " | " + text + " |\n")
	}
	if len(list) == 0 {
		b.Reset()
		b.WriteString("No findings.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var markdownEscape = strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "\r", " ", "\n", " ", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`)

// markdownCell escapes text so that it is exactly one cell of a table.
func markdownCell(text string) string { return markdownEscape.Replace(printable(text, longestMessage)) }
