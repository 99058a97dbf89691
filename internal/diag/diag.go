package diag

import (
	"cmp"
	"slices"
)

// Severity says what a diagnostic means for the rule it is about. The zero
// value is invalid on purpose: a diagnostic without a severity is a bug.
type Severity int

const (
	// Error leaves the rule out: it grants nothing.
	Error Severity = iota + 1
	// Warning keeps the rule, which probably does not do what its author meant.
	Warning
	// Info states a fact that a reader of the generated policy wants to know.
	Info
)

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	return "invalid severity"
}

// Code is the stable name of a kind of diagnostic, such as "Q0101". Every code
// is registered in codes.go and has a page docs/rules/<code>.md.
type Code string

// Range is a half-open range of byte offsets in a Text.
type Range struct {
	Start, End int
}

// Position is a place in a file: a byte offset from 0, a line and a column in
// code points from 1.
type Position struct {
	Offset int `json:"offset"`
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Text is a piece of text that a diagnostic points into, such as a condition,
// and the way from there to the file it was read from.
type Text struct {
	// Label says what the text is: "condition", "resourceFilter", or "file" for a
	// piece of the file itself, whose lines count as the file's.
	Label string
	// Content is the text itself, decoded.
	Content string
	// File is the path the text was read from, or "" where there is none.
	File string
	// Locate maps a byte offset in Content, 0 to len(Content) inclusive, to the
	// place in File. It is nil where File is "".
	Locate func(offset int) Position
	// Encode returns a piece of Content as File has it, in UTF-8: in a JSON string, with
	// escapes. It is nil if File has it as it is.
	Encode func(content string) string
}

// Fix replaces Range of a text by Replacement.
type Fix struct {
	// Message says what the fix does, such as `write "and" in lower case`.
	Message     string
	Range       Range
	Replacement string
	// Text is the text that the fix changes, nil for the diagnostic's own.
	Text *Text
	// Safe says that the rule is proved to mean the same after the fix, so that it
	// can be applied without asking.
	Safe bool
}

// Of returns the text that the fix of a diagnostic changes.
func (f *Fix) Of(d Diagnostic) *Text {
	if f.Text != nil {
		return f.Text
	}
	return d.Text
}

// Related is another place that a reader needs in order to understand.
type Related struct {
	Message string
	Text    *Text
	Range   Range
}

// Rule names the Qlik rule that a diagnostic is about.
type Rule struct {
	ID, Name string
}

// Diagnostic is one finding: what is wrong, where, and what to do about it.
type Diagnostic struct {
	Code     Code
	Severity Severity
	// Summary is one line without a full stop.
	Summary string
	// Detail says what to do about it, in full sentences. It may be empty.
	Detail string
	// Rule is the zero value where no single rule is meant.
	Rule Rule
	// Text and Subject say where; Text is nil where there is no place.
	Text    *Text
	Subject Range
	Related []Related
	Fix     *Fix
}

// Position returns the place of the diagnostic's subject in its file and
// whether there is one.
func (d Diagnostic) Position() (Position, bool) {
	if d.Text == nil || d.Text.Locate == nil {
		return Position{}, false
	}
	return d.Text.Locate(d.Subject.Start), true
}

// List is a list of diagnostics in the order in which they were found.
type List []Diagnostic

// HasErrors reports whether a diagnostic of severity Error is in the list.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns the number of diagnostics of a severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Sort orders the list by file, place in the file and code; what has no place
// comes first.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		pa, _ := a.Position()
		pb, _ := b.Position()
		return cmp.Or(cmp.Compare(a.file(), b.file()), cmp.Compare(pa.Offset, pb.Offset), cmp.Compare(a.Code, b.Code))
	})
}

func (d Diagnostic) file() string {
	if d.Text == nil {
		return ""
	}
	return d.Text.File
}
