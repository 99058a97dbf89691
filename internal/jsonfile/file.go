package jsonfile

import (
	"bytes"
	"io"
	"sort"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// File is a decoded file in memory. It is safe for concurrent use.
type File struct {
	// Name is the path of the file in diagnostics.
	Name string
	// Text is the decoded text.
	Text []byte

	encoding Encoding
	// marks are positions at regular offsets of the text, so that positions in a file of one long
	// line are found without counting from the beginning.
	marks []mark
}

type mark struct {
	at    int
	place diag.Position
}

const markDistance = 4096

// New decodes a file. On an error, the File has the text before the error.
func New(name string, data []byte) (*File, *Error) {
	// Reading from memory can only fail with an *Error.
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

// Position returns the position in the file of an offset in its text.
func (f *File) Position(offset int) diag.Position {
	offset = runeStart(f.Text, min(max(offset, 0), len(f.Text)))
	i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].at > offset }) - 1
	m := f.marks[i]
	return f.encoding.advance(m.place, f.Text[m.at:offset])
}

// Excerpt returns the lines around a range of the text, with long lines truncated, and the range
// within them.
func (f *File) Excerpt(start, end int) (*diag.Text, diag.Range) {
	from, to, shown := excerpt(f.Text, start, end)
	return &diag.Text{
		Label:   "file",
		Content: string(f.Text[from:to]),
		File:    f.Name,
		Locate:  func(offset int) diag.Position { return f.Position(from + min(max(offset, 0), to-from)) },
	}, shown
}

// At returns an empty text at an offset of the file, for diagnostics about something missing.
func (f *File) At(label string, offset int) *diag.Text {
	return &diag.Text{
		Label:  label,
		File:   f.Name,
		Locate: func(int) diag.Position { return f.Position(offset) },
	}
}

// StringText returns the content of a JSON string as a text that maps every byte to its position in
// the file.
func (f *File) StringText(label string, v Value) *diag.Text {
	t := f.Located(label, string(v.Text()), v.Segments(), v.End()-1)
	t.Encode = encodeString
	return t
}

// Located returns a text that maps to positions in the file. It was decoded from the segments and
// ends at the given offset in the file's text. Without segments the text is empty and located at
// that offset.
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

// encodeString returns a string with JSON escapes, without quotation marks.
func encodeString(content string) string {
	quoted, _ := jsontext.AppendQuote(nil, content) // replaces what is not UTF-8
	return string(quoted[1 : len(quoted)-1])
}

// Document returns the one JSON value of the file. It does not check objects for duplicate names: the
// caller can report them in more detail. For text after the value it returns an error and the value.
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
