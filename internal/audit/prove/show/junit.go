package show

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
)

// JUnit renders a report as test results: an assertion is a test case, and an unknown
// verdict is an error.
type JUnit struct{}

type suite struct {
	XMLName  xml.Name   `xml:"testsuite"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Cases    []testCase `xml:"testcase"`
}

type testCase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	File    string   `xml:"file,attr"`
	Line    int      `xml:"line,attr"`
	Failure *outcome `xml:"failure,omitempty"`
	Error   *outcome `xml:"error,omitempty"`
}

type outcome struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Render writes the report.
func (JUnit) Render(w io.Writer, r *prove.Report) error {
	s := suite{Name: "qlik2rego prove", Tests: len(r.Results), Failures: r.Counterexamples, Errors: r.Unknown}
	for _, result := range r.Results {
		c := testCase{Class: result.Kind, Name: result.Name, File: result.File, Line: result.Line}
		o := &outcome{Message: result.Verdict, Text: strings.Join(lines(result), "\n")}
		switch result.Verdict {
		case prove.Counterexample:
			c.Failure = o
		case prove.Unknown:
			c.Error = o
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
