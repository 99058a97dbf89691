package diag

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Terminal renders diagnostics for people: summary, place, the line of the text with the
// subject underlined, advice, and the line as it would be after the fix. Nothing of a
// text reaches the terminal that is not printable.
type Terminal struct {
	// Color allows ANSI escape sequences for colours.
	Color bool
	// Columns is how much of a long line is shown; 0 means 100.
	Columns int
}

// longestName is how many columns of a rule's or a file's name are shown, and
// longestMessage how many of a summary or a line of advice.
const (
	longestName    = 120
	longestMessage = 400
)

// The colours of the terminal's own palette.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
	blue   = "1;34"
	green  = "1;32"
)

// Render implements Renderer.
func (t Terminal) Render(w io.Writer, list List) error {
	p := &textPrinter{Writer: bufio.NewWriter(w), Terminal: t}
	if p.Columns == 0 {
		p.Columns = 100
	}
	for i, d := range list {
		if i > 0 {
			p.line("")
		}
		p.diagnostic(d)
	}
	return p.Flush()
}

type textPrinter struct {
	*bufio.Writer
	Terminal
}

// line writes a line. The writer keeps the first error until Flush returns it.
func (p *textPrinter) line(parts ...string) {
	_, _ = p.WriteString(strings.Join(parts, "") + "\n")
}

func (p *textPrinter) paint(color, s string) string {
	if !p.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

func (p *textPrinter) diagnostic(d Diagnostic) {
	color := map[Severity]string{Error: red, Warning: yellow, Info: cyan}[d.Severity]
	p.line(p.paint(color, d.Severity.String()+"["+string(d.Code)+"]"), p.paint(bold, ": "+printable(d.Summary, longestMessage)))
	indent := ""
	if d.Text != nil {
		indent = strings.Repeat(" ", len(strconv.Itoa(excerptOf(d.Text.Content, d.Subject, p.Columns).line)))
	}
	if place := place(d.Rule, d.Text, d.Subject); place != "" {
		p.line(indent, p.paint(blue, "--> "), place)
	}
	p.excerpt(d.Text, d.Subject, "^", color)
	if d.Detail != "" {
		for line := range strings.Lines(d.Detail) {
			p.note(indent, printable(strings.TrimRight(line, "\r\n"), longestMessage))
		}
	}
	for _, r := range d.Related {
		p.note(indent, printable(r.Message, longestMessage))
		if place := place(Rule{}, r.Text, r.Range); place != "" {
			p.line(indent, p.paint(blue, "--> "), place)
		}
		p.excerpt(r.Text, r.Range, "-", blue)
	}
	if d.Fix != nil {
		p.note(indent, p.paint(green, "fix: "), printable(d.Fix.Message, longestMessage))
		p.excerpt(d.fixed(), Range{d.Fix.Range.Start, d.Fix.Range.Start + len(d.Fix.Replacement)}, "+", green)
	}
	p.note(indent, "see ", d.Code.Page())
}

func (p *textPrinter) note(indent string, parts ...string) {
	p.line(indent, p.paint(blue, " = "), strings.Join(parts, ""))
}

// excerpt writes the line of a text that a range begins in, underlined with a mark.
// An empty range is marked where it is, but for the place of a removal.
func (p *textPrinter) excerpt(text *Text, where Range, mark, color string) {
	if text == nil {
		return
	}
	e := excerptOf(text.Content, where, p.Columns)
	number := strconv.Itoa(e.line)
	gutter := strings.Repeat(" ", len(number)) + " |"
	p.line(p.paint(blue, gutter))
	p.line(p.paint(blue, number+" |"), strings.TrimRight(" "+e.source, " "))
	if where.Start < where.End || mark == "^" {
		p.line(p.paint(blue, gutter), " ", strings.Repeat(" ", e.indent), p.paint(color, strings.Repeat(mark, max(e.underline, 1))))
	}
}

// fixed returns the diagnostic's text after its fix.
func (d Diagnostic) fixed() *Text {
	if d.Text == nil {
		return nil
	}
	content := d.Text.Content
	return &Text{Content: content[:d.Fix.Range.Start] + d.Fix.Replacement + content[d.Fix.Range.End:]}
}

// place says where a diagnostic is: in the file, in the text and in which rule.
func place(rule Rule, text *Text, where Range) string {
	var parts []string
	inFile := false
	if text != nil && text.File != "" {
		file := printable(text.File, longestName)
		if text.Locate != nil {
			at := text.Locate(where.Start)
			file = fmt.Sprintf("%s:%d:%d", file, at.Line, at.Column)
			inFile = true
		}
		parts = append(parts, file)
	}
	if text != nil && text.Label != "" && (!inFile || text.Label != "file") {
		e := excerptOf(text.Content, where, 0)
		parts = append(parts, fmt.Sprintf("%s %d:%d", text.Label, e.line, e.column))
	}
	switch {
	case rule.Name != "" && rule.ID != "":
		parts = append(parts, fmt.Sprintf(`rule "%s" (%s)`, printable(rule.Name, longestName), printable(rule.ID, longestName)))
	case rule.Name != "" || rule.ID != "":
		parts = append(parts, fmt.Sprintf(`rule "%s"`, printable(rule.Name+rule.ID, longestName)))
	}
	return strings.Join(parts, ", ")
}
