package jsonfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Stream reads the items of a list one by one.
type Stream struct {
	dec *jsontext.Decoder
	// head is the beginning of the text, enough to detect its form.
	head []byte
}

const headSize = 1 << 10

// NewStream returns a Stream of a file's text. Duplicate names in an object are an error.
func NewStream(r *Reader) *Stream { return newStream(r, false) }

func newStream(r io.Reader, doubles bool) *Stream {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		r = failing{err}
	}
	return &Stream{jsontext.NewDecoder(io.MultiReader(bytes.NewReader(head), r), jsontext.AllowDuplicateNames(doubles)), head}
}

// failing is a reader that always returns an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Each calls visit with every item of the list that is the file's one value, until visit returns
// false. It accepts all forms of a list that Value.List accepts. The item's memory is reused for the
// next item.
func (s *Stream) Each(visit func(Value) bool) *Error {
	var more bool
	var failed *Error
	switch {
	case table.Match(s.head):
		return tableError(s.next())
	case wrapper.Match(s.head):
		more, failed = s.wrapped(visit)
	default:
		more, failed = s.list(visit)
	}
	if failed != nil || !more {
		return failed
	}
	return s.end()
}

// list reads a list that is not wrapped, and returns the last result of visit.
func (s *Stream) list(visit func(Value) bool) (more bool, failed *Error) {
	switch s.dec.PeekKind() {
	case '[', 0:
	case 'n':
		_, failed = s.value()
		return true, failed
	case '{':
		v, failed := s.value()
		return failed == nil && visit(v), failed
	default:
		if known := foreign(s.head); known != nil {
			return false, known
		}
		return false, &Error{
			Kind: NoJSON, Offset: s.next(),
			Summary: "the file is not a list",
			Detail:  `A collection is a JSON array of entities: [{"id": …}, …].`,
		}
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return false, s.broken(err)
	}
	for s.dec.PeekKind() != ']' {
		v, err := s.value()
		if err != nil || !visit(v) {
			return false, err
		}
	}
	_, _ = s.dec.ReadToken() // the bracket, which was peeked at
	return true, nil
}

// wrapped reads the object that PowerShell makes of a list.
func (s *Stream) wrapped(visit func(Value) bool) (more bool, failed *Error) {
	_, _ = s.dec.ReadToken() // the brace that the head begins with
	for s.dec.PeekKind() != '}' {
		name, err := s.dec.ReadToken()
		if err != nil {
			return false, s.broken(err)
		}
		if isValueField([]byte(name.String())) {
			more, failed = s.list(visit)
		} else {
			_, failed = s.value()
			more = true
		}
		if failed != nil || !more {
			return false, failed
		}
	}
	_, _ = s.dec.ReadToken() // the brace, which was peeked at
	return true, nil
}

// value reads the next value.
func (s *Stream) value() (Value, *Error) {
	raw, err := s.dec.ReadValue()
	if err != nil {
		return Value{}, s.broken(err)
	}
	return Value{raw, int(s.dec.InputOffset()) - len(raw)}, nil
}

// end returns an error unless only white space is left.
func (s *Stream) end() *Error {
	kind := s.dec.PeekKind()
	at := s.next()
	switch _, err := s.dec.ReadToken(); {
	case err == io.EOF:
		return nil
	case errors.As(err, new(*Error)):
		return s.broken(err)
	}
	if kind == '{' && bytes.HasPrefix(bytes.TrimLeft(s.head, " \t\r\n"), []byte("{")) {
		return &Error{
			Kind: NoJSON, Offset: at,
			Summary: "the file contains several JSON documents, one after the other",
			Detail:  "Lines of JSON are not a list. Make one of them, such as by jq -s . FILE.",
		}
	}
	if known := foreign(s.head); known != nil {
		return known
	}
	return &Error{
		Kind: NoJSON, Offset: at,
		Summary: "there is text after the end of the JSON document",
		Detail:  "A file contains one document. Remove the rest, or move it to another file.",
	}
}

// next returns the offset of the next token. PeekKind must have been called.
func (s *Stream) next() int {
	rest := s.dec.UnreadBuffer()
	return int(s.dec.InputOffset()) + len(rest) - len(strings.TrimLeft(string(rest[:min(len(rest), 1<<12)]), " \t\r\n,:"))
}

// broken converts an error of the decoder.
func (s *Stream) broken(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	e := &Error{Kind: NoJSON, Offset: int(s.dec.InputOffset()), Detail: "Export the file again, or repair it here."}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		if known := foreign(s.head); known != nil {
			return known
		}
		e.Offset = int(syntax.ByteOffset)
		e.Summary = "the file is not valid JSON: " + strings.TrimPrefix(syntax.Err.Error(), "jsontext: ")
	}
	switch {
	case err == io.EOF:
		e.Summary = "the file is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Offset = int(s.dec.InputOffset()) + len(s.dec.UnreadBuffer())
		e.Summary = "the file ends in the middle of the JSON document"
		e.Detail = "The file was probably cut off. Export it again."
	case errors.Is(err, jsontext.ErrDuplicateName):
		e.Summary = fmt.Sprintf("the field %q is given twice", syntax.JSONPointer.LastToken())
		e.Detail = "Remove one of the two."
	case syntax == nil:
		e.Kind = Unreadable
		e.Summary = err.Error()
		e.Detail = "Check that the file exists and may be read."
	case strings.Contains(e.Summary, "invalid UTF-8"):
		e.Kind = NoText
		e.Summary = "the file is not valid UTF-8"
		e.Detail = "Save it as UTF-8, or as UTF-16 with a byte-order mark."
	case strings.Contains(e.Summary, `'\x00'`):
		e.Kind = NoText
		e.Summary = "the file is UTF-16 without a byte-order mark, or no text at all"
		e.Detail = "Save it as UTF-8, or as UTF-16 with a byte-order mark."
	case strings.Contains(e.Summary, "max depth"):
		e.Summary = "the file is not JSON that Qlik writes: it is nested more than 10,000 deep"
	}
	return e
}
