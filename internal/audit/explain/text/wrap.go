package text

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
)

// line writes a line.
func (p *printer) line(parts ...string) {
	p.out.WriteString(strings.TrimRight(strings.Join(parts, ""), " ") + "\n")
}

func (p *printer) mark(holds bool) string {
	if holds {
		return p.how.Paint(Good, "✓")
	}
	return p.how.Paint(Bad, "✗")
}

// faint writes a remark.
func (p *printer) faint(indent int, text string) {
	for i, line := range wrapped(text, p.how.Columns-indent-2) {
		if i > 0 {
			line = "  " + line
		}
		p.line(strings.Repeat(" ", indent), p.how.Paint(Faint, line))
	}
}

// wrap writes text after a beginning, and continues below it.
func (p *printer) wrap(indent int, first, text string) {
	margin := strings.Repeat(" ", indent)
	hang := strings.Repeat(" ", columns(first))
	for i, line := range wrapped(text, p.how.Columns-indent-columns(first)) {
		if i > 0 {
			first = hang
		}
		p.line(margin, first, line)
	}
}

// narrowest is the minimum width of a line, however deep the tree.
const narrowest = 30

// wrapped breaks text at spaces into lines of at most width columns. A longer word gets a line
// of its own.
func wrapped(text string, width int) []string {
	width = max(width, narrowest)
	var lines []string
	line := ""
	for _, word := range strings.SplitAfter(text, " ") {
		if line != "" && columns(line)+columns(strings.TrimRight(word, " ")) > width {
			lines = append(lines, line)
			line = ""
		}
		line += word
	}
	return append(lines, line)
}

var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// columns returns the number of columns of a text.
func columns(text string) int { return runewidth.StringWidth(colour.ReplaceAllString(text, "")) }

// printable returns text for a terminal: line breaks and tabs as spaces, and other unprintable
// characters by their code points.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}
