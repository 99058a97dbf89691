package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// excerpt is the line of a text in which a range begins, prepared for a terminal.
type excerpt struct {
	// line and column count from 1; the column counts code points.
	line, column int
	// source is the displayed part of the line.
	source string
	// indent and underline are the numbers of columns of source before the range and within it.
	indent, underline int
}

// excerptOf cuts the line to a window of the given width around the beginning of the range.
// Only the window is processed: the line may be a hostile megabyte.
func excerptOf(content string, where Range, columns int) excerpt {
	start := min(max(where.Start, 0), len(content))
	first := strings.LastIndexByte(content[:start], '\n') + 1
	last := len(content)
	if i := strings.IndexByte(content[start:], '\n'); i >= 0 {
		last = start + i
	}
	if last > start && content[last-1] == '\r' {
		last--
	}
	last = max(last, start)
	end := min(max(where.End, start), last)

	// The text before the range gets half of the window, or what the rest leaves.
	marked := firstCells(content[start:end], columns)
	after := firstCells(content[end:last], columns-marked.columns)
	before := lastCells(content[first:start], max(columns/2, columns-marked.columns-after.columns))
	marked = firstCells(content[start:end], columns-before.columns)
	after = firstCells(content[end:last], columns-before.columns-marked.columns)
	e := excerpt{
		line:      1 + strings.Count(content[:first], "\n"),
		column:    1 + utf8.RuneCountInString(content[first:start]),
		source:    before.text + marked.text,
		indent:    before.columns,
		underline: marked.columns,
	}
	if before.cut {
		e.source = "…" + e.source
		e.indent++
	}
	if !marked.cut {
		e.source += after.text
	}
	if marked.cut || after.cut {
		e.source += "…"
	}
	return e
}

// cells is displayed text.
type cells struct {
	text    string
	columns int
	cut     bool
}

func firstCells(s string, columns int) cells {
	var b strings.Builder
	used := 0
	for len(s) > 0 {
		text, w, size := cell(s)
		if used+w > columns {
			return cells{b.String(), used, true}
		}
		b.WriteString(text)
		used += w
		s = s[size:]
	}
	return cells{b.String(), used, false}
}

func lastCells(s string, columns int) cells {
	var kept []string
	used := 0
	for len(s) > 0 {
		_, size := utf8.DecodeLastRuneInString(s)
		text, w, _ := cell(s[len(s)-size:])
		if used+w > columns {
			return cells{reversed(kept), used, true}
		}
		kept = append(kept, text)
		used += w
		s = s[:len(s)-size]
	}
	return cells{reversed(kept), used, false}
}

func reversed(parts []string) string {
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
	}
	return b.String()
}

// cell returns how the first character of s is displayed, its width in columns and its length
// in bytes. Control characters, unusual spaces, and marks that change the direction of the text
// are displayed by their code points.
func cell(s string) (text string, columns, size int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1:
		text = fmt.Sprintf("<0x%02X>", s[0])
	case r == '\t':
		text = "    "
	case !unicode.IsPrint(r):
		text = fmt.Sprintf("<U+%04X>", r)
	case unicode.In(r, unicode.Mn, unicode.Me):
		return string(r), 0, size
	case isWide(r):
		return string(r), 2, size
	default:
		return string(r), 1, size
	}
	return text, len(text), size
}

func isWide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}

// printable converts text to one printable line of at most the given number of columns.
func printable(s string, columns int) string {
	shown := firstCells(s, columns)
	if shown.cut {
		return shown.text + "…"
	}
	return shown.text
}
