// Package qrule reads and writes .qrule files: one security rule per file, with a header between
// two lines ---, followed by the condition as typed into the QMC.
//
//	---
//	name: Sheet exceptions
//	filter: App*
//	actions: [read]
//	---
//	resource.owner = user
//
// [Parse] splits a text into the entries of the header and the condition. It continues after an
// error and keeps what it has parsed, which an editor needs. [Format] writes a rule so that Parse
// reads the same rule.
//
// The header is a subset of YAML: a key and a value on each line, where the value is a plain or
// quoted string, a list in brackets or of lines "- item", or a block of text after "|". There are
// no YAML comments; use the key comment.
//
// The package does not know what a key means or which values it accepts; compiler/ruleset does.
package qrule

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Extension is the file name extension of rules.
const Extension = ".qrule"

// Keys are the keys of a header in the order in which Format writes them.
var Keys = []string{"name", "id", "filter", "actions", "context", "type", "category", "disabled", "tags", "only", "eol", "comment"}

// IsText reports whether text is a rule in this format, for text without a file name: its first line is
// ---.
func IsText(text []byte) bool {
	line, _, _ := strings.Cut(string(text[:min(len(text), 64)]), "\n")
	return strings.TrimRight(line, " \t\r") == fence
}

const fence = "---"

// Document is the result of Parse. All ranges are byte offsets in the text.
type Document struct {
	Entries  []Entry
	Problems []Problem
	// Body is the offset of the text after the header, or -1 if the header does not end.
	Body int
}

// Entry is a key and its value.
type Entry struct {
	Key   string
	At    diag.Range
	Value Value
}

// Value is the value of a key: a string, or a list of strings.
type Value struct {
	Scalar
	IsList bool
	List   []Scalar
}

// Scalar is a string of the header.
type Scalar struct {
	Text string
	// At is the location of the string, including quotes. It is empty if a value is missing.
	At diag.Range
	// Pieces map Text to locations in the file.
	Pieces []jsonfile.Segment
}

// Problem is a line or value that is not well-formed.
type Problem struct {
	At              diag.Range
	Summary, Detail string
}

// Find returns the first entry with a key.
func (d *Document) Find(key string) (Entry, bool) {
	for _, e := range d.Entries {
		if e.Key == key {
			return e, true
		}
	}
	return Entry{}, false
}
