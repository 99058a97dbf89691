package qrule

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// doubleQuoted parses a string in double quotes with the escapes of JSON.
func (p *parser) doubleQuoted(l line) (Scalar, line) {
	end := closingQuote(l.text)
	if end < 0 {
		p.problem(l.at(), "the string has no closing quote", `Close it with ".`)
		return plain(line{l.text[1:], l.start + 1}), line{start: l.start + len(l.text)}
	}
	raw := l.text[:end]
	rest := line{l.text[end:], l.start + end}
	if !jsontext.Value(raw).IsValid() {
		p.problem(diag.Range{Start: l.start, End: l.start + end}, "the string has an escape that does not exist",
			`The escapes are those of JSON, such as \" \\ \n \t and \u00e9.`)
		return plain(line{raw[1 : end-1], l.start + 1}), rest
	}
	v := jsonfile.Value{Raw: []byte(raw), Offset: l.start}
	return Scalar{Text: string(v.Text()), At: diag.Range{Start: l.start, End: l.start + end}, Pieces: v.Segments()}, rest
}

// closingQuote returns the offset after the double quote that closes the one at 0, or -1.
func closingQuote(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// singleQuoted parses a string in single quotes, in which two single quotes are one.
func (p *parser) singleQuoted(l line) (Scalar, line) {
	var b strings.Builder
	pieces := []jsonfile.Segment{{File: l.start + 1}}
	for i := 1; i < len(l.text); i++ {
		if l.text[i] != '\'' {
			b.WriteByte(l.text[i])
			continue
		}
		if !strings.HasPrefix(l.text[i:], "''") {
			at := diag.Range{Start: l.start, End: l.start + i + 1}
			return Scalar{Text: b.String(), At: at, Pieces: pieces}, line{l.text[i+1:], at.End}
		}
		pieces = append(pieces, jsonfile.Segment{Text: b.Len(), File: l.start + i, Escape: true})
		b.WriteByte('\'')
		i++
		pieces = append(pieces, jsonfile.Segment{Text: b.Len(), File: l.start + i + 1})
	}
	p.problem(l.at(), "the string has no closing quote", "Close it with '.")
	return plain(line{l.text[1:], l.start + 1}), line{start: l.start + len(l.text)}
}

// block parses the indented lines after "|". As in YAML, the text ends with one line end after "|",
// with none after "|-", and with the written ones after "|+".
func (p *parser) block(head line) Scalar {
	s := Scalar{At: head.at()}
	var b strings.Builder
	indent := 0
	for {
		back := p.next
		l, ok := p.raw()
		space := strings.TrimLeft(l.text, " ") == ""
		if ok && indent == 0 && !space {
			indent = l.indent()
		}
		if !ok || !space && (l.indent() < indent || indent == 0) {
			p.next = back
			break
		}
		if space && l.isShort(indent) {
			s.Pieces = append(s.Pieces, jsonfile.Segment{Text: b.Len(), File: l.start + len(l.text)})
		} else {
			s.Pieces = append(s.Pieces, jsonfile.Segment{Text: b.Len(), File: l.start + indent})
			b.WriteString(l.text[indent:])
		}
		b.WriteByte('\n')
		s.At.End = l.start + len(l.text)
	}
	s.Text = b.String()
	switch strings.TrimPrefix(head.text, "|") {
	case "-":
		s.Text = strings.TrimRight(s.Text, "\n")
	case "":
		if text := strings.TrimRight(s.Text, "\n"); text != "" {
			s.Text = text + "\n"
		} else {
			s.Text = ""
		}
	}
	return s
}

// isShort reports whether a line of spaces contributes only its line end to a block. Before the
// indentation is known, this is true of every such line.
func (l line) isShort(indent int) bool { return indent == 0 || len(l.text) <= indent }
