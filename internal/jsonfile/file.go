package jsonfile

import (
	"bytes"
	"io"
	"sort"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// File is a file that is held whole, decoded. It is safe for concurrent use.
type File struct {
	// Name is the file's path as diagnostics show it.
	Name string
	// Text is the decoded text.
	Text []byte

	encoding Encoding
	// marks are the places of every so many bytes of the text, so that a place
	// in a file of one long line is found without counting from its beginning.
	marks []mark
}

type mark struct {
	at    int
	place diag.Position
}

const markDistance = 4096

// New decodes a file. Where that fails, the File holds the text up to there.
func New(name string, data []byte) (*File, *Error) {
	// Reading from memory fails in no way but by *Error.
	r, _ := NewReader(bytes.NewReader(data))
	text, err := io.ReadAll(r)
	f := &File{Name: name, Text: text, encoding: r.encoding}
	m := mark{place: r.start()}
	f.marks = []mark{m}
	for m.at+markDistance < len(text) {
		next := runeStart(text, m.at+markDistance)
		m = mark{next, f.encoding.advance(m.place, text[m.at:next])}
		f.marks = append(f.marks, m)
	}
	if broken, ok := err.(*Error); ok {
		return f, broken
	}
	return f, nil
}

// Position returns the place in the file of an offset in its text.
func (f *File) Position(offset int) diag.Position {
	offset = runeStart(f.Text, min(max(offset, 0), len(f.Text)))
	i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].at > offset }) - 1
	m := f.marks[i]
	return f.encoding.advance(m.place, f.Text[m.at:offset])
}

// Excerpt returns the lines around a range of the text, clipped where they are
// long, and the range within them: what a diagnostic shows.
func (f *File) Excerpt(start, end int) (*diag.Text, diag.Range) {
	from, to, shown := excerpt(f.Text, start, end)
	return &diag.Text{
		Label:   "file",
		Content: string(f.Text[from:to]),
		File:    f.Name,
		Locate:  func(offset int) diag.Position { return f.Position(from + min(max(offset, 0), to-from)) },
	}, shown
}

// At returns an empty text that stands at an offset of the file, for what the
// file leaves out.
func (f *File) At(label string, offset int) *diag.Text {
	return &diag.Text{
		Label:  label,
		File:   f.Name,
		Locate: func(int) diag.Position { return f.Position(offset) },
	}
}

// StringText returns the text of a JSON string, every byte of which leads back
// to the place in the file where it is written.
func (f *File) StringText(label string, v Value) *diag.Text {
	t := f.Located(label, string(v.Text()), v.Segments(), v.End()-1)
	t.Encode = encodeString
	return t
}

// Located returns a text with the way back to the file, given the segments that it was decoded
// from and the offset at which it ends in the file's text. Without segments it is empty, and
// stands at its end.
func (f *File) Located(label, content string, segments []Segment, end int) *diag.Text {
	if len(segments) == 0 {
		segments = []Segment{{File: end}}
	}
	return &diag.Text{
		Label:   label,
		Content: content,
		File:    f.Name,
		Locate: func(offset int) diag.Position {
			offset = max(offset, 0)
			i := sort.Search(len(segments), func(i int) bool { return segments[i].Text > offset }) - 1
			s := segments[i]
			at := s.File
			if !s.Escape {
				at += offset - s.Text
			}
			return f.Position(min(at, end))
		},
	}
}

// encodeString returns a piece of a string with the escapes of JSON.
func encodeString(content string) string {
	quoted, _ := jsontext.AppendQuote(nil, content) // replaces what is not UTF-8
	return string(quoted[1 : len(quoted)-1])
}

// Document returns the file's one JSON value. Names that an object has twice
// are left to whoever reads the object, who can say more about them. Text after
// the value is an error beside which the value stands nevertheless.
func (f *File) Document() (Value, *Error) {
	s := newStream(bytes.NewReader(f.Text), true)
	v, err := s.value()
	if err == nil && table.Match(s.head) {
		err = tableError(v.Offset)
	}
	if err != nil {
		return Value{}, err
	}
	return Value{f.Text[v.Offset:v.End()], v.Offset}, s.end()
}
