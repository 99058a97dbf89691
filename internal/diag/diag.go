package diag

import (
	"cmp"
	"slices"
)

// Severity is the effect of a diagnostic on its rule. The zero value is intentionally invalid:
// a diagnostic without a severity is a bug.
type Severity int

const (
	// Error leaves the rule out: it grants nothing.
	Error Severity = iota + 1
	// Warning keeps the rule, which probably does not do what its author intended.
	Warning
	// Info states a fact that is useful to a reader of the generated policy.
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

// Position is a position in a file: a byte offset counted from 0, a line and a column in code
// points counted from 1.
type Position struct {
	Offset int `json:"offset"`
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Text is source text that a diagnostic points into, such as a condition, with its position in
// the file that it was read from.
type Text struct {
	// Label is the kind of text: "condition", "resourceFilter", or "file" for a piece of the
	// file itself, whose lines count as the file's.
	Label string
	// Content is the decoded text.
	Content string
	// File is the path that the text was read from, or "" if there is none.
	File string
	// Locate maps a byte offset in Content, 0 to len(Content) inclusive, to the position in
	// File. It is nil if File is "".
	Locate func(offset int) Position
	// Encode returns a piece of Content as encoded in File, in UTF-8: in a JSON string, with
	// escapes. It is nil if both are the same.
	Encode func(content string) string
}

// Fix replaces Range of a text by Replacement.
type Fix struct {
	// Message describes the fix, such as `write "and" in lower case`.
	Message     string
	Range       Range
	Replacement string
	// Text is the text that the fix changes, nil for the diagnostic's own.
	Text *Text
	// Safe says that the fix is proved not to change the meaning of the rule, so that it can be
	// applied without asking.
	Safe bool
}

// Of returns the text that the fix of a diagnostic changes.
func (f *Fix) Of(d Diagnostic) *Text {
	if f.Text != nil {
		return f.Text
	}
	return d.Text
}

// Related is another position that helps to understand the diagnostic.
type Related struct {
	Message string
	Text    *Text
	Range   Range
}

// Rule identifies the Qlik rule that a diagnostic is about.
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
	// Rule is the zero value if the diagnostic is not about a single rule.
	Rule Rule
	// Text and Subject are the position; Text is nil if there is none.
	Text    *Text
	Subject Range
	Related []Related
	Fix     *Fix
}

// Position returns the position of the diagnostic's subject in its file and whether there is
// one.
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

// Sort orders the list by file, position and code; diagnostics without a position come first.
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
