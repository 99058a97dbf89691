package show

import (
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/junit"
)

// JUnit renders a report as test results: an assertion is a test case, and an unknown
// verdict is an error.
type JUnit struct{}

// Render writes the report.
func (JUnit) Render(w io.Writer, r *prove.Report) error {
	s := junit.Suite{Name: "qlik2rego prove"}
	for _, result := range r.Results {
		c := junit.Case{Class: result.Kind, Name: result.Name, File: result.File, Line: result.Line}
		o := &junit.Outcome{Message: result.Verdict, Text: strings.Join(Lines(result), "\n")}
		switch result.Verdict {
		case prove.Counterexample:
			c.Failure = o
		case prove.Unknown:
			c.Error = o
		}
		s.Add(c)
	}
	return s.Write(w)
}
