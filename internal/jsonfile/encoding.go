package jsonfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Encoding is the character encoding of a file.
type Encoding int

// The encodings that Windows PowerShell, Qlik-Cli and editors write.
const (
	UTF8 Encoding = iota
	UTF16LE
	UTF16BE
)

// Kind is the kind of an Error.
type Kind int

// The kinds of an Error.
const (
	Unreadable Kind = iota + 1 // the bytes cannot be read
	NoText                     // the bytes are in no supported encoding
	NoJSON                     // the text is not well-formed JSON
)

// Error is a file that cannot be read, or is not text or JSON, with the position of the error.
type Error struct {
	Kind Kind
	// Offset is the position in the decoded text.
	Offset int
	// Summary is one line without a full stop; Detail says what to do.
	Summary, Detail string
}

// Error returns the summary.
func (e *Error) Error() string { return e.Summary }

// Reader reads the text of a file as UTF-8 without its byte-order mark. It does not validate
// UTF-8, because JSON parsers do.
type Reader struct {
	src      *bufio.Reader
	encoding Encoding
	mark     int
	offset   int // of the next byte to return
	pending  []byte
	err      error
}

// NewReader returns a Reader of a file's bytes. It only fails if reading does.
func NewReader(src io.Reader) (*Reader, error) {
	r := &Reader{src: bufio.NewReaderSize(src, 1<<16)}
	head, err := r.src.Peek(3)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		r.mark = 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		r.encoding, r.mark = UTF16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		r.encoding, r.mark = UTF16BE, 2
	}
	_, err = r.src.Discard(r.mark)
	return r, err
}

// Read implements io.Reader. Its errors are those of the source, and *Error for invalid UTF-16.
func (r *Reader) Read(p []byte) (int, error) {
	if r.encoding == UTF8 {
		return r.src.Read(p)
	}
	for len(r.pending) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	r.offset += n
	return n, nil
}

// fill decodes the buffered bytes of the source into pending.
func (r *Reader) fill() {
	if _, err := r.src.Peek(4); err == nil || r.src.Buffered() > 0 {
		raw, _ := r.src.Peek(r.src.Buffered())
		used := r.decode(raw)
		_, _ = r.src.Discard(used) // no more than was peeked at
		return
	} else if r.err == nil {
		r.err = err
	}
}

// decode decodes complete characters of raw and returns how many bytes it used. An unpaired
// surrogate at the very end of raw is only an error at the end of the file.
func (r *Reader) decode(raw []byte) int {
	unit := func(i int) rune {
		if r.encoding == UTF16LE {
			return rune(raw[i]) | rune(raw[i+1])<<8
		}
		return rune(raw[i])<<8 | rune(raw[i+1])
	}
	out := r.pending[:0]
	i := 0
	for ; i+2 <= len(raw); i += 2 {
		c := unit(i)
		if utf16.IsSurrogate(c) {
			if i+4 > len(raw) && len(raw) > 3 {
				break // its other half has not been read yet
			}
			pair := rune(utf8.RuneError)
			if i+4 <= len(raw) {
				pair = utf16.DecodeRune(c, unit(i+2))
			}
			if pair == utf8.RuneError {
				r.err = &Error{
					Kind: NoText, Offset: r.offset + len(out),
					Summary: fmt.Sprintf("the file is broken UTF-16: unpaired surrogate 0x%04X", c),
					Detail:  "Save the file as UTF-8, or export it again.",
				}
				break
			}
			c, i = pair, i+2
		}
		out = utf8.AppendRune(out, c)
	}
	if r.err == nil && len(raw) == 1 {
		i = 1
		r.err = &Error{
			Kind: NoText, Offset: r.offset + len(out),
			Summary: "the file is broken UTF-16: it has an odd number of bytes",
			Detail:  "The file was probably cut off. Export it again.",
		}
	}
	r.pending = out
	return i
}
