package jsonfile

import (
	"bytes"
	"slices"
	"sort"
	"unicode/utf16"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Edit replaces a range of a file's text.
type Edit struct {
	diag.Range
	Text string
}

// Apply returns the bytes of the file after edits, in the file's own encoding and with its
// byte-order mark. Edits must not overlap; their ranges are offsets in Text.
func (f *File) Apply(edits []Edit) []byte {
	edits = slices.SortedFunc(slices.Values(edits), func(a, b Edit) int { return a.Start - b.Start })
	var text bytes.Buffer
	at := 0
	for _, e := range edits {
		text.Write(f.Text[at:e.Start])
		text.WriteString(e.Text)
		at = e.End
	}
	text.Write(f.Text[at:])
	return f.encode(text.Bytes())
}

// encode writes a text in the encoding of the file.
func (f *File) encode(text []byte) []byte {
	if f.encoding == UTF8 {
		if f.marks[0].place.Offset > 0 {
			return append([]byte("\xef\xbb\xbf"), text...)
		}
		return text
	}
	var out []byte
	for _, unit := range append([]uint16{0xfeff}, utf16.Encode([]rune(string(text)))...) {
		if f.encoding == UTF16LE {
			out = append(out, byte(unit), byte(unit>>8))
		} else {
			out = append(out, byte(unit>>8), byte(unit))
		}
	}
	return out
}

// OffsetOf returns the offset in Text of a position in the file; it is the inverse of Position.
func (f *File) OffsetOf(place diag.Position) int {
	return sort.Search(len(f.Text), func(i int) bool { return f.Position(i).Offset >= place.Offset })
}

// String returns the JSON string whose content begins at an offset, after the quotation mark,
// and whether there is one.
func (f *File) String(offset int) (Value, bool) {
	start := offset - 1
	if start < 0 || offset > len(f.Text) || f.Text[start] != '"' {
		return Value{}, false
	}
	return Value{Raw: f.Text[start:skipString(f.Text, start)], Offset: start}, true
}
