package tabular

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// textOf formats a value; separator separates the elements of a list.
func textOf(value any, separator string) string {
	switch v := value.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []string:
		return strings.Join(v, separator)
	case []int64:
		texts := make([]string, len(v))
		for i, n := range v {
			texts[i] = strconv.FormatInt(n, 10)
		}
		return strings.Join(texts, separator)
	}
	return ""
}

// commas writes CSV (RFC 4180). "; " separates the elements of lists.
type commas struct {
	*csv.Writer
	cells []string
}

func newCSV(w io.Writer, columns []Column) (Writer, error) {
	c := &commas{Writer: csv.NewWriter(w)}
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	return c, c.Writer.Write(names)
}

// Write implements Writer. Spreadsheets would evaluate a text that looks like a formula, and any user
// who can name an app could enter one: an apostrophe in front prevents that.
func (c *commas) Write(row []any) error {
	c.cells = c.cells[:0]
	for _, value := range row {
		text := textOf(value, "; ")
		if _, isNumber := value.(int64); !isNumber && text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
			text = "'" + text
		}
		c.cells = append(c.cells, text)
	}
	return c.Writer.Write(c.cells)
}

// Close implements Writer.
func (c *commas) Close() error {
	c.Flush()
	return c.Error()
}

const (
	// measured is the number of rows that determine the widths of a table.
	measured = 500
	// widest is the maximum width of a column; a longer text shifts the following columns.
	widest = 60
	// listed is the maximum number of elements of a list in a table.
	listed = 5
)

// table writes aligned columns.
type table struct {
	out     io.Writer
	columns []Column
	waiting [][]string
	widths  []int
}

func newTable(w io.Writer, columns []Column) (Writer, error) {
	t := &table{out: w, columns: columns}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = strings.ToUpper(strings.ReplaceAll(c.Name, "_", " "))
	}
	t.waiting = [][]string{names}
	return t, nil
}

// Write implements Writer.
func (t *table) Write(row []any) error {
	cells := make([]string, len(row))
	for i, value := range row {
		cells[i] = Printable(brief(value))
	}
	if t.widths != nil {
		return t.line(cells)
	}
	t.waiting = append(t.waiting, cells)
	if len(t.waiting) <= measured {
		return nil
	}
	return t.flush()
}

// brief formats the beginning of a list.
func brief(value any) string {
	switch v := value.(type) {
	case []string:
		if len(v) > listed {
			return textOf(v[:listed], ", ") + ", … " + strconv.Itoa(len(v)-listed) + " more"
		}
	case []int64:
		if len(v) > listed {
			return textOf(v[:listed], ", ") + ", … " + strconv.Itoa(len(v)-listed) + " more"
		}
	}
	return textOf(value, ", ")
}

// Printable returns text for a terminal or a log. It quotes and escapes text that is not printable or
// that GitHub Actions would execute as a command.
func Printable(text string) string {
	unprintable := strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) })
	if unprintable || strings.HasPrefix(strings.TrimLeft(text, " "), "::") {
		return strconv.Quote(text)
	}
	return text
}

func (t *table) flush() error {
	t.widths = make([]int, len(t.columns))
	for _, cells := range t.waiting {
		for i, cell := range cells {
			t.widths[i] = min(max(t.widths[i], utf8.RuneCountInString(cell)), widest)
		}
	}
	for _, cells := range t.waiting {
		if err := t.line(cells); err != nil {
			return err
		}
	}
	t.waiting = nil
	return nil
}

func (t *table) line(cells []string) error {
	var b strings.Builder
	for i, cell := range cells {
		padding := strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(cell)))
		if t.columns[i].Kind == Number {
			b.WriteString(padding + cell)
		} else {
			b.WriteString(cell + padding)
		}
		if i+1 < len(cells) {
			b.WriteString("  ")
		}
	}
	_, err := io.WriteString(t.out, strings.TrimRight(b.String(), " ")+"\n")
	return err
}

// Close implements Writer.
func (t *table) Close() error {
	if t.widths != nil {
		return nil
	}
	return t.flush()
}
