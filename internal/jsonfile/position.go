package jsonfile

import (
	"bytes"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// start returns the place in the file where its text begins.
func (r *Reader) start() diag.Position {
	return diag.Position{Offset: r.mark, Line: 1, Column: 1}
}

// advance returns the place in the file after text, which begins at p. A text
// may be cut anywhere, even inside a character: the pieces add up.
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

// size returns how many bytes text takes in the encoding.
func (e Encoding) size(text []byte) int {
	if e == UTF8 {
		return len(text)
	}
	units := characters(text)
	for _, b := range text {
		if b >= 0xf0 { // begins a character that takes two units
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

// runeStart moves offset back to the beginning of the character it stands in.
func runeStart(text []byte, offset int) int {
	for offset > 0 && offset < len(text) && !utf8.RuneStart(text[offset]) {
		offset--
	}
	return offset
}

// excerptMargin is how much of a line an excerpt shows on either side of its
// subject: minified files have lines of megabytes.
const excerptMargin = 80

// excerpt returns the limits of what of text to show around [start, end): the
// lines it touches, clipped to a margin; and the range within that. A subject
// that is itself long is shown by its beginning.
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
