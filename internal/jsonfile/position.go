package jsonfile

import (
	"bytes"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// start returns the position in the file where its text begins.
func (r *Reader) start() diag.Position {
	return diag.Position{Offset: r.mark, Line: 1, Column: 1}
}

// advance returns the position after text, which begins at p. Text may be split anywhere, even
// inside a character.
func (e Encoding) advance(p diag.Position, text []byte) diag.Position {
	p.Offset += e.size(text)
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		p.Line += bytes.Count(text[:i+1], []byte{'\n'})
		p.Column = 1
		text = text[i+1:]
	}
	p.Column += characters(text)
	return p
}

// size returns the size of text in bytes in the encoding.
func (e Encoding) size(text []byte) int {
	if e == UTF8 {
		return len(text)
	}
	units := characters(text)
	for _, b := range text {
		if b >= 0xf0 { // the first byte of a character of two units
			units++
		}
	}
	return 2 * units
}

// characters counts the characters that begin in text.
func characters(text []byte) int {
	n := 0
	for _, b := range text {
		if utf8.RuneStart(b) {
			n++
		}
	}
	return n
}

// runeStart moves an offset back to the beginning of the character that contains it.
func runeStart(text []byte, offset int) int {
	for offset > 0 && offset < len(text) && !utf8.RuneStart(text[offset]) {
		offset--
	}
	return offset
}

// excerptMargin is the number of bytes of a line that an excerpt shows on either side of the range:
// minified files have lines of megabytes.
const excerptMargin = 80

// excerpt returns the limits of the text to show around [start, end): the lines of the range,
// truncated to a margin; and the range within them. Of a long range it shows the beginning.
func excerpt(text []byte, start, end int) (from, to int, shown diag.Range) {
	start = runeStart(text, start)
	end = max(start, runeStart(text, min(end, start+2*excerptMargin)))
	from = max(0, start-excerptMargin)
	if i := bytes.LastIndexByte(text[from:start], '\n'); i >= 0 {
		from += i + 1
	}
	to = min(len(text), end+excerptMargin)
	if i := bytes.IndexByte(text[end:to], '\n'); i >= 0 {
		to = end + i
	}
	to = max(end, from+len(bytes.TrimRight(text[from:to], "\r")))
	from, to = runeStart(text, from), runeStart(text, to)
	return from, to, diag.Range{Start: start - from, End: end - from}
}
