package jsonfile

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Stream reads the elements of a JSON array one after the other.
type Stream struct {
	dec *jsontext.Decoder
}

// NewStream returns a Stream of a file's text. A name that an object has twice
// is an error.
func NewStream(r *Reader) *Stream { return newStream(r, false) }

func newStream(r io.Reader, doubles bool) *Stream {
	return &Stream{jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(doubles))}
}

// Each calls visit with every element of the array that is the file's one
// value, until visit returns false. The element's memory is used again for the next.
func (s *Stream) Each(visit func(Value) bool) *Error {
	if kind := s.dec.PeekKind(); kind != '[' && kind != 0 {
		return &Error{
			Kind: NoJSON, Offset: s.next(),
			Summary: "the file is not a list",
			Detail:  `A collection is a JSON array of entities: [{"id": …}, …].`,
		}
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return s.broken(err)
	}
	for s.dec.PeekKind() != ']' {
		v, err := s.value()
		if err != nil {
			return err
		}
		if !visit(v) {
			return nil
		}
	}
	_, _ = s.dec.ReadToken() // the bracket that was peeked at
	return s.end()
}

// value reads the next value.
func (s *Stream) value() (Value, *Error) {
	raw, err := s.dec.ReadValue()
	if err != nil {
		return Value{}, s.broken(err)
	}
	return Value{raw, int(s.dec.InputOffset()) - len(raw)}, nil
}

// end returns an error unless nothing but blanks is left.
func (s *Stream) end() *Error {
	s.dec.PeekKind()
	at := s.next()
	switch _, err := s.dec.ReadToken(); {
	case err == io.EOF:
		return nil
	case errors.As(err, new(*Error)):
		return s.broken(err)
	}
	return &Error{
		Kind: NoJSON, Offset: at,
		Summary: "there is text after the end of the JSON document",
		Detail:  "A file holds one document. Remove what follows it, or put it into a file of its own.",
	}
}

// next returns the offset of the next token, which has been peeked at.
func (s *Stream) next() int {
	rest := s.dec.UnreadBuffer()
	return int(s.dec.InputOffset()) + len(rest) - len(strings.TrimLeft(string(rest[:min(len(rest), 1<<12)]), " \t\r\n,:"))
}

// broken says what the decoder found in our words.
func (s *Stream) broken(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	e := &Error{Kind: NoJSON, Offset: int(s.dec.InputOffset()), Detail: "Export the file again, or repair it here."}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
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
		e.Summary = fmt.Sprintf("the field %q is there twice", syntax.JSONPointer.LastToken())
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
