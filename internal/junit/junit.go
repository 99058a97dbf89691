// Package junit writes test results in the XML format of JUnit, which build servers read.
package junit

import (
	"encoding/xml"
	"io"
)

// Suite is a list of test cases. Add updates the counts.
type Suite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Cases    []Case   `xml:"testcase"`
}

// Case is a test case. It has passed if it has no failure, has no error and is not skipped; at most
// one of the three is set.
type Case struct {
	// Class groups the cases, for example by rule.
	Class string `xml:"classname,attr"`
	Name  string `xml:"name,attr"`
	// File and Line, counted from 1, are the source of the case; both are optional.
	File    string    `xml:"file,attr,omitempty"`
	Line    int       `xml:"line,attr,omitempty"`
	Failure *Outcome  `xml:"failure,omitempty"`
	Error   *Outcome  `xml:"error,omitempty"`
	Skipped *struct{} `xml:"skipped,omitempty"`
	// Output is the output of a case that has passed.
	Output string `xml:"system-out,omitempty"`
}

// Outcome is the reason why a case has not passed.
type Outcome struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Add adds a case and counts it.
func (s *Suite) Add(c Case) {
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

// Write writes the suite as an XML document.
func (s *Suite) Write(w io.Writer) error {
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
