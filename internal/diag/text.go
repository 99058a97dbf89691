package diag

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Terminal renders diagnostics for people: summary, position, the line of the text with the
// subject underlined, advice, and the line after the fix. Unprintable characters never reach
// the terminal.
type Terminal struct {
	// Color allows ANSI escape sequences for colours.
	Color bool
	// Columns is the displayed width of a long line; 0 means 100.
	Columns int
	// Help is the command that shows the page of a code, which is appended; "" shows the page's
	// path in the repository instead.
	Help string
}

// longestName is the maximum displayed width of a rule's or a file's name in columns, and
// longestMessage that of a summary or a line of advice.
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

// Render implements render.Renderer.
func (t Terminal) Render(w io.Writer, list List) error {
	p := &textPrinter{out: bufio.NewWriter(w), how: t}
	if p.how.Columns == 0 {
		p.how.Columns = 100
	}
	for i, d := range list {
		if i > 0 {
			p.line("")
		}
		p.diagnostic(d)
	}
	return p.out.Flush()
}

type textPrinter struct {
	out *bufio.Writer
	how Terminal
	// margin is spaces, as wide as the longest line number of the diagnostic.
	margin string
}

// line writes a line. The writer keeps the first error until Flush returns it.
func (p *textPrinter) line(parts ...string) {
	_, _ = p.out.WriteString(strings.Join(parts, "") + "\n")
}

func (p *textPrinter) paint(color, s string) string {
	if !p.how.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

func (p *textPrinter) diagnostic(d Diagnostic) {
	color := map[Severity]string{Error: red, Warning: yellow, Info: cyan}[d.Severity]
	p.line(p.paint(color, d.Severity.String()+"["+string(d.Code)+"]"), p.paint(bold, ": "+printable(d.Summary, longestMessage)))
	p.margin = strings.Repeat(" ", d.marginWidth())
	if place := place(d.Rule, d.Text, d.Subject); place != "" {
		p.line(p.margin, p.paint(blue, "--> "), place)
	}
	p.excerpt(d.Text, d.Subject, "^", color)
	if d.Detail != "" {
		for line := range strings.Lines(d.Detail) {
			p.note(printable(strings.TrimRight(line, "\r\n"), longestMessage))
		}
	}
	for _, r := range d.Related {
		p.note(printable(r.Message, longestMessage))
		if place := place(Rule{}, r.Text, r.Range); place != "" {
			p.line(p.margin, p.paint(blue, "--> "), place)
		}
		p.excerpt(r.Text, r.Range, "-", blue)
	}
	if d.Fix != nil {
		p.note(p.paint(green, "fix: "), printable(d.Fix.Message, longestMessage))
		p.excerpt(d.fixed(), d.Fix.replaced(), "+", green)
	}
	if p.how.Help != "" {
		p.note("more: ", p.how.Help, string(d.Code))
		return
	}
	p.note("see ", d.Code.Page())
}

func (p *textPrinter) note(parts ...string) {
	p.line(p.margin, p.paint(blue, " = "), strings.Join(parts, ""))
}

// excerpt writes the line of a text in which a range begins, underlined with a mark. An empty
// range is marked too, except for a removal.
func (p *textPrinter) excerpt(text *Text, where Range, mark, color string) {
	if text == nil {
		return
	}
	e := excerptOf(text.Content, where, p.how.Columns)
	number := fmt.Sprintf("%*d", len(p.margin), text.lineOf(where))
	gutter := p.margin + " |"
	p.line(p.paint(blue, gutter))
	p.line(p.paint(blue, number+" |"), strings.TrimRight(" "+e.source, " "))
	if where.Start < where.End || mark == "^" {
		p.line(p.paint(blue, gutter), " ", strings.Repeat(" ", e.indent), p.paint(color, strings.Repeat(mark, max(e.underline, 1))))
	}
}

// marginWidth returns the number of digits of the longest displayed line number, 0 if no line
// is displayed.
func (d Diagnostic) marginWidth() int {
	width := 0
	note := func(text *Text, where Range) {
		if text != nil {
			width = max(width, len(strconv.Itoa(text.lineOf(where))))
		}
	}
	note(d.Text, d.Subject)
	for _, r := range d.Related {
		note(r.Text, r.Range)
	}
	if d.Fix != nil {
		note(d.fixed(), d.Fix.replaced())
	}
	return width
}

// lineOf returns the number of the line in which a range begins: of the file if the text is an
// unchanged piece of it, else of the text itself.
func (t *Text) lineOf(where Range) int {
	line := excerptOf(t.Content, where, 0).line
	if t.Label == "file" && t.Locate != nil {
		line += t.Locate(0).Line - 1
	}
	return line
}

// fixed returns the diagnostic's text after its fix.
func (d Diagnostic) fixed() *Text {
	text := d.Fix.Of(d)
	if text == nil {
		return nil
	}
	content := text.Content
	return &Text{Content: content[:d.Fix.Range.Start] + d.Fix.Replacement + content[d.Fix.Range.End:]}
}

// replaced returns the range of the replacement in the fixed text.
func (f *Fix) replaced() Range {
	return Range{f.Range.Start, f.Range.Start + len(f.Replacement)}
}

// place describes the position of a diagnostic: the file, the text and the rule.
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
