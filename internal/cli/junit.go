package cli

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// suite is a JUnit test suite.
type suite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string    `xml:"classname,attr"`
	Name    string    `xml:"name,attr"`
	File    string    `xml:"file,attr,omitempty"`
	Failure *junitWhy `xml:"failure,omitempty"`
	Error   *junitWhy `xml:"error,omitempty"`
	Skipped *struct{} `xml:"skipped,omitempty"`
}

type junitWhy struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func (s *suite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func (s *suite) write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// testSuite has a case for each Rego test.
func testSuite(results []*tester.Result) *suite {
	s := &suite{Name: "qlik2rego test"}
	for _, r := range results {
		c := junitCase{Class: r.Package, Name: r.Name}
		if r.Location != nil {
			c.File = r.Location.File
		}
		switch {
		case r.Error != nil:
			c.Error = &junitWhy{Message: r.Error.Error()}
		case r.Fail:
			c.Failure = &junitWhy{Message: "the test is false"}
		case r.Skip:
			c.Skipped = &struct{}{}
		}
		s.add(c)
	}
	return s
}

// diffSuite has a case for each gate and, without one, a case that there is no
// difference.
func diffSuite(r *difference.Report) *suite {
	s := &suite{Name: "qlik2rego diff"}
	for _, g := range r.Gates {
		c := junitCase{Class: "gate", Name: g.Spec}
		if g.Hit {
			c.Failure = &junitWhy{Message: fmt.Sprintf("%s differ, at most %d pass", Count(int(g.Cells), "cell"), g.Limit)}
		}
		s.add(c)
	}
	if len(r.Gates) == 0 {
		c := junitCase{Class: "access", Name: "no change of access"}
		if r.Gain.Cells+r.Loss.Cells > 0 {
			kinds := []string{fmt.Sprintf("gain: %s", Count(int(r.Gain.Cells), "cell")), fmt.Sprintf("loss: %s", Count(int(r.Loss.Cells), "cell"))}
			c.Failure = &junitWhy{Message: strings.Join(slices.Compact(kinds), ", ")}
		}
		s.add(c)
	}
	return s
}

// junitReporter writes the results of Rego tests (tester.Reporter).
type junitReporter struct{ streams *Streams }

// Report implements tester.Reporter.
func (r junitReporter) Report(results chan *tester.Result) error {
	var all []*tester.Result
	for one := range results {
		all = append(all, one)
	}
	return testSuite(all).write(r.streams.Out)
}
