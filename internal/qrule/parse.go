package qrule

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Parse parses the header of a UTF-8 text and finds the condition. The document has every entry that
// could be parsed, even if there are errors.
func Parse(text []byte) *Document {
	p := &parser{text: text, doc: &Document{Body: -1}}
	first, _ := p.line()
	if !first.isFence() {
		p.problem(first.at(), "the file does not begin with the line ---",
			"A rule's file is a header between two lines ---, and the condition after it.")
		return p.doc
	}
	for {
		l, ok := p.line()
		if !ok { // the errors are only in lines of the condition
			p.doc.Problems = nil
			p.problem(diag.Range{Start: len(text), End: len(text)}, "the header has no end",
				"Write the line --- after the header. The condition follows it.")
			return p.doc
		}
		if l.isFence() {
			p.doc.Body = p.next
			return p.doc
		}
		p.entry(l)
	}
}

// line is a line of the header, without its line end and trailing spaces.
type line struct {
	text  string
	start int
}

func (l line) at() diag.Range { return diag.Range{Start: l.start, End: l.start + len(l.text)} }

func (l line) isFence() bool { return l.text == fence }

// indent returns the number of leading spaces.
func (l line) indent() int { return len(l.text) - len(strings.TrimLeft(l.text, " ")) }

type parser struct {
	text []byte
	next int // offset of the next line
	doc  *Document
}

func (p *parser) problem(at diag.Range, summary, detail string) {
	p.doc.Problems = append(p.doc.Problems, Problem{At: at, Summary: summary, Detail: detail})
}

// line returns the next line; false at the end of the text.
func (p *parser) line() (line, bool) {
	l, ok := p.raw()
	l.text = strings.TrimRight(l.text, " \t")
	return l, ok
}

// raw is line with trailing spaces.
func (p *parser) raw() (line, bool) {
	if p.next >= len(p.text) {
		return line{start: len(p.text)}, false
	}
	rest := p.text[p.next:]
	l := line{start: p.next}
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		end, p.next = len(rest), len(p.text)
	} else {
		p.next += end + 1
	}
	l.text = strings.TrimSuffix(string(rest[:end]), "\r")
	return l, true
}

// entry reads the entry that begins with a line.
func (p *parser) entry(l line) {
	key, _, colon := strings.Cut(l.text, ":")
	switch {
	case l.text == "":
		return
	case strings.HasPrefix(strings.TrimLeft(l.text, " "), "#"):
		p.problem(l.at(), "the header has a comment", "Write it as the value of the key comment.")
		return
	case l.indent() > 0 || strings.HasPrefix(l.text, "\t"):
		p.problem(l.at(), "this line of the header is indented and belongs to no key", "Begin each key at the beginning of its line.")
		return
	case !colon || !isKey(key):
		p.problem(l.at(), "this line of the header is not a key and a value", "Write it as `key: value`.")
		return
	}
	e := Entry{Key: key, At: diag.Range{Start: l.start, End: l.start + len(key)}}
	rest := line{text: l.text[len(key)+1:], start: l.start + len(key) + 1}
	if rest.text != "" && rest.text[0] != ' ' && rest.text[0] != '\t' {
		p.problem(diag.Range{Start: rest.start, End: rest.start}, fmt.Sprintf("a space is missing after %s:", key), "Write it as `key: value`.")
	}
	e.Value = p.value(trimmed(rest))
	p.doc.Entries = append(p.doc.Entries, e)
}

// trimmed returns a line without leading and trailing white space.
func trimmed(l line) line {
	text := strings.TrimLeft(l.text, " \t")
	return line{text: strings.TrimRight(text, " \t"), start: l.start + len(l.text) - len(text)}
}

func isKey(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
}

// value parses the value after a colon, including the following lines that belong to it.
func (p *parser) value(l line) Value {
	switch {
	case l.text == "":
		return p.items(l)
	case l.text[0] == '[':
		return p.flow(l)
	case l.text == "|", l.text == "|-", l.text == "|+":
		return Value{Scalar: p.block(l)}
	case l.text[0] == '|', l.text[0] == '>', l.text[0] == '{':
		p.problem(l.at(), "this kind of value is not supported in a header",
			"Use a string, a list in brackets, or `|` and an indented block of text.")
		return Value{Scalar: plain(l)}
	}
	s, rest := p.scalar(l, "")
	p.nothing(rest)
	return Value{Scalar: s}
}

// nothing reports text after a value.
func (p *parser) nothing(rest line) {
	if rest = trimmed(rest); rest.text != "" {
		p.problem(rest.at(), "text after the end of the value", "Put the whole value into the quotes, or remove the rest of the line.")
	}
}

// items parses the lines "- item" of a list; it returns an empty value if there are none.
func (p *parser) items(l line) Value {
	v := Value{Scalar: plain(l)}
	for {
		back := p.next
		item, ok := p.line()
		content := trimmed(item)
		if !ok || content.text != "-" && !strings.HasPrefix(content.text, "- ") {
			p.next = back
			return v
		}
		v.IsList = true
		s, rest := p.scalar(trimmed(line{content.text[1:], content.start + 1}), "")
		p.nothing(rest)
		v.List = append(v.List, s)
		v.At.End = s.At.End
	}
}

// flow parses a list in brackets.
func (p *parser) flow(l line) Value {
	v := Value{IsList: true, Scalar: Scalar{At: l.at()}}
	rest := trimmed(line{l.text[1:], l.start + 1})
	for {
		if rest.text == "" {
			p.problem(l.at(), "the list has no closing bracket", "Write the list on one line, as in [read, update].")
			return v
		}
		if rest.text[0] == ']' {
			p.nothing(line{rest.text[1:], rest.start + 1})
			return v
		}
		var s Scalar
		s, rest = p.scalar(rest, ",]")
		rest = trimmed(rest)
		if s.Text == "" && s.At.Start == s.At.End {
			p.problem(s.At, "an item of the list is empty", "Remove the comma that is too many.")
		} else {
			v.List = append(v.List, s)
		}
		if rest.text != "" && rest.text[0] == ',' {
			rest = trimmed(line{rest.text[1:], rest.start + 1})
		} else if rest.text != "" && rest.text[0] != ']' {
			p.problem(rest.at(), "a comma is missing between two items of the list", "Write the list as in [read, update].")
			return v
		}
	}
}

// scalar parses a string that ends before one of the characters in stops or, if stops is "", at the
// end of the line. Quoted strings may contain these characters. It also returns the rest of the line.
func (p *parser) scalar(l line, stops string) (Scalar, line) {
	if l.text != "" && l.text[0] == '"' {
		return p.doubleQuoted(l)
	}
	if l.text != "" && l.text[0] == '\'' {
		return p.singleQuoted(l)
	}
	end := len(l.text)
	if i := strings.IndexAny(l.text, stops); i >= 0 {
		end = i
	}
	s := trimmed(line{l.text[:end], l.start})
	if i := strings.Index(s.text, " #"); i >= 0 {
		p.problem(diag.Range{Start: s.start + i + 1, End: s.start + len(s.text)}, "the header has a comment",
			"Write it as the value of the key comment, or put the value in quotes if the # belongs to it.")
		s.text = strings.TrimRight(s.text[:i], " ")
	}
	return plain(s), line{l.text[end:], l.start + end}
}

func plain(l line) Scalar {
	return Scalar{Text: l.text, At: l.at(), Pieces: []jsonfile.Segment{{File: l.start}}}
}
