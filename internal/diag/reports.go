package diag

import (
	"encoding/xml"
	"io"
	"strings"
)

// JUnit renders diagnostics as test results, which build servers read: a diagnostic is
// a failed test case of the rule that it is about. Infos do not fail.
type JUnit struct{}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Render implements Renderer.
func (JUnit) Render(w io.Writer, list List) error {
	suite := junitSuite{Name: "qlik2rego check", Tests: len(list)}
	for _, d := range list {
		c := junitCase{Class: ruleTitle(d.Rule), Name: string(d.Code) + ": " + d.Summary}
		if at, ok := d.Position(); ok {
			c.File, c.Line = d.Text.File, at.Line
		}
		if d.Severity == Info {
			c.Output = d.Detail
		} else {
			suite.Failures++
			c.Failure = &junitFailure{Type: d.Severity.String(), Message: d.Summary, Text: d.Detail}
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// ruleTitle is the name of a rule where one is shown, "rules" for findings about none.
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

// Render implements Renderer.
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

// markdownCell writes a text so that it is one cell of a table and nothing else.
func markdownCell(text string) string { return markdownEscape.Replace(printable(text, longestMessage)) }
