package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/bench/measure"
)

// style is the format of a table.
type style interface {
	title(string) string
	table(header []string, rows [][]string) string
	list([]string) string
}

func (r *Report) tables(w io.Writer, s style) error {
	var b strings.Builder
	var notes []string
	for _, t := range r.Tables {
		columns := r.columns(t)
		header := []string{"rules", "apps", "resource", "from", "outcome", "µs", "growth"}
		for _, c := range columns {
			header = append(header, c.Name)
		}
		var rows [][]string
		for _, row := range t.Rows {
			line := []string{row.Rules, fmt.Sprint(row.Apps), row.Type, row.Origin, row.Outcome, fmt.Sprintf("%.1f", row.Baseline.Median/1000), ""}
			if row.Growth != nil {
				line[6] = ratio(*row.Growth)
			}
			for _, c := range columns {
				cell, ok := row.Cells[c.Name]
				switch {
				case cell.Ratio != nil:
					line = append(line, ratio(*cell.Ratio))
				case ok:
					var mark string
					notes, mark = note(notes, cell.LeftOut)
					line = append(line, mark)
				default:
					line = append(line, "")
				}
			}
			rows = append(rows, line)
		}
		b.WriteString(s.title(t.Title))
		b.WriteString(s.table(header, rows))
	}
	for i, n := range notes {
		notes[i] = fmt.Sprintf("–%d left out: %s", i+1, n)
	}
	legend := []string{
		"µs: a decision by " + r.Contenders[0].Name + ", median. growth: the same in units of the first row with such requests, measured in turns.",
		"All other columns: time in units of " + r.Contenders[0].Name + "'s, median over rounds, with quartiles.",
	}
	for _, c := range r.Contenders {
		legend = append(legend, c.Name+": "+c.About)
	}
	legend = append(legend, notes...)
	legend = append(legend, fmt.Sprintf("Before timing, all contenders agreed on %d requests, and the reference on the %d that it was asked.", r.Agreed, r.Reference))
	b.WriteString(s.list(legend))
	_, err := io.WriteString(w, b.String())
	return err
}

// columns returns the contenders of a table, without the baseline.
func (r *Report) columns(t Table) []Column {
	var list []Column
	for _, c := range r.Contenders[1:] {
		for _, row := range t.Rows {
			if _, ok := row.Cells[c.Name]; ok {
				list = append(list, c)
				break
			}
		}
	}
	return list
}

// note returns the mark of a reason, which is explained once.
func note(notes []string, reason string) ([]string, string) {
	for i, n := range notes {
		if n == reason {
			return notes, fmt.Sprintf("–%d", i+1)
		}
	}
	notes = append(notes, reason)
	return notes, fmt.Sprintf("–%d", len(notes))
}

func ratio(s measure.Spread) string {
	return fmt.Sprintf("%s (%s–%s)", figure(s.Median), figure(s.Low), figure(s.High))
}

// figure formats a number with two significant digits, or all digits before the decimal point.
func figure(v float64) string {
	switch {
	case v < 0.0095:
		return fmt.Sprintf("%.4f", v)
	case v < 0.095:
		return fmt.Sprintf("%.3f", v)
	case v < 9.95:
		return fmt.Sprintf("%.2f", v)
	case v < 99.5:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

type text struct{}

func (text) title(t string) string { return t + "\n\n" }

func (text) table(header []string, rows [][]string) string {
	width := make([]int, len(header))
	all := append([][]string{header}, rows...)
	for _, row := range all {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String() + "\n"
}

func (text) list(items []string) string { return strings.Join(items, "\n") + "\n" }

type markdown struct{}

func (markdown) title(t string) string { return "### " + t + "\n\n" }

func (markdown) table(header []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(header)
	b.WriteString(strings.Repeat("| --- ", len(header)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String() + "\n"
}

func (markdown) list(items []string) string { return "- " + strings.Join(items, "\n- ") + "\n" }
