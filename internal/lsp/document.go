package lsp

import (
	"fmt"
	"net/url"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// document is a file with rules, open in the editor or not. It is immutable: an edit creates a
// new one.
type document struct {
	uri, path string
	version   int
	text      string
	lines     []int // offsets of the lines
	utf8      bool  // whether positions count bytes instead of UTF-16 units

	rules  []ruleset.Rule
	found  diag.List
	memory *ruleset.Cache // avoids parsing unchanged rules again after an edit
	// header is that of a .qrule file, nil for an export.
	header *qrule.Document
}

func newDocument(uri, text string, version int, bytes bool) *document {
	return (&document{uri: uri, path: pathOf(uri), version: version, utf8: bytes, memory: &ruleset.Cache{}}).read(text)
}

// read parses the text of a document.
func (d *document) read(text string) *document {
	d.text, d.lines = text, lineStarts(text)
	d.rules, d.found = d.memory.Decode(d.path, []byte(text))
	if strings.EqualFold(filepath.Ext(d.path), qrule.Extension) {
		d.header = qrule.Parse([]byte(text))
	}
	return d
}

// lineStarts returns the offsets of the lines.
func lineStarts(text string) []int {
	lines := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// change returns the document after edits, in their order.
func (d *document) change(p changeParams) (*document, error) {
	now := d
	text := d.text
	for i, c := range p.ContentChanges {
		if i > 0 {
			now = &document{text: text, utf8: d.utf8, lines: lineStarts(text)}
		}
		if c.Range == nil {
			text = c.Text
		} else {
			start, end := now.offset(c.Range.Start), now.offset(c.Range.End)
			if start > end {
				return nil, fmt.Errorf("an edit of %s ends before it begins", d.uri)
			}
			text = text[:start] + c.Text + text[end:]
		}
	}
	edited := &document{uri: d.uri, path: d.path, version: p.TextDocument.Version, utf8: d.utf8, memory: d.memory}
	return edited.read(text), nil
}

// offset returns the byte offset of a position; positions outside the text are moved to its
// nearest end.
func (d *document) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(d.lines) {
		return len(d.text)
	}
	at, end := d.lines[p.Line], d.lineEnd(p.Line)
	for units := 0; at < end && units < p.Character; {
		r, size := utf8.DecodeRuneInString(d.text[at:])
		units += d.units(r, size)
		at += size
	}
	return at
}

// position returns the position of a byte offset.
func (d *document) position(offset int) position {
	offset = min(max(offset, 0), len(d.text))
	line := sort.SearchInts(d.lines, offset+1) - 1
	p := position{Line: line}
	for at := d.lines[line]; at < offset; {
		r, size := utf8.DecodeRuneInString(d.text[at:])
		p.Character += d.units(r, size)
		at += size
	}
	return p
}

// units returns the length of a character in a position.
func (d *document) units(r rune, size int) int {
	switch {
	case d.utf8:
		return size
	case r > 0xffff:
		return 2
	}
	return 1
}

// lineEnd returns the offset of the end of a line's text.
func (d *document) lineEnd(line int) int {
	if line+1 == len(d.lines) {
		return len(d.text)
	}
	return len(strings.TrimRight(d.text[:d.lines[line+1]], "\r\n"))
}

func (d *document) span(start, end int) span {
	return span{d.position(start), d.position(max(start, end))}
}

// spanOf returns the span of a range of a text of this document.
func (d *document) spanOf(text *diag.Text, at diag.Range) span {
	if text == nil || text.Locate == nil {
		return d.span(0, 0)
	}
	return d.span(text.Locate(at.Start).Offset, text.Locate(at.End).Offset)
}

// offsetIn converts an offset in the document to one in a text, and reports whether it is in
// the text.
func offsetIn(text *diag.Text, offset int) (int, bool) {
	n := len(text.Content)
	if offset < text.Locate(0).Offset || offset > text.Locate(n).Offset {
		return 0, false
	}
	return sort.Search(n, func(i int) bool { return text.Locate(i).Offset >= offset }), true
}

// written returns how a string is written at a position of a text: with escapes in a JSON
// string or in double quotes, otherwise unchanged.
func (d *document) written(text *diag.Text, s string) string {
	start := text.Locate(0).Offset
	if d.header != nil && text.Label == "condition" || start == 0 || d.text[start-1] != '"' {
		return s
	}
	quoted := jsonQuote(s)
	return quoted[1 : len(quoted)-1]
}

// file returns the document as a file, to find lines in.
func (d *document) file() *jsonfile.File {
	f, _ := jsonfile.New(d.path, []byte(d.text))
	return f
}

// pathOf returns the path of a file's URI.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return uri
	}
	path := u.Path
	if len(path) > 2 && path[0] == '/' && path[2] == ':' {
		path = path[1:] // a drive of Windows
	}
	return filepath.FromSlash(path)
}

// uriOf returns the URI of a file.
func uriOf(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
