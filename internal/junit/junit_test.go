package junit

import (
	"encoding/xml"
	"strings"
	"testing"
)

// Each case is counted once, as what it is, and markup in names stays text.
func TestWrite(t *testing.T) {
	s := &Suite{Name: "a <suite>"}
	for _, c := range []Case{
		{Class: "c", Name: "passed", Output: "said & done"},
		{Class: "c", Name: `"failed"`, File: "rules.json", Line: 3, Failure: &Outcome{Type: "warning", Message: "m", Text: "a\nb"}},
		{Class: "c", Name: "broken", Error: &Outcome{Message: "e"}},
		{Class: "c", Name: "skipped", Skipped: &struct{}{}},
		{Class: "c", Name: "failed too", Failure: &Outcome{Message: "m"}},
	} {
		s.Add(c)
	}
	var b strings.Builder
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	var read Suite
	if err := xml.Unmarshal([]byte(b.String()), &read); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if read.Name != "a <suite>" || read.Tests != 5 || read.Failures != 2 || read.Errors != 1 || read.Skipped != 1 || len(read.Cases) != 5 {
		t.Errorf("read %+v", read)
	}
	if c := read.Cases[1]; c.Name != `"failed"` || c.File != "rules.json" || c.Line != 3 || *c.Failure != (Outcome{"warning", "m", "a\nb"}) {
		t.Errorf("read %+v", c)
	}
	if read.Cases[0].Output != "said & done" {
		t.Errorf("read %+v", read.Cases[0])
	}
}
