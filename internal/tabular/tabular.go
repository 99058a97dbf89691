package tabular

import (
	"io"

	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Kind is what a column holds.
type Kind int

// The kinds of columns, with the Go types of their values.
const (
	Text    Kind = iota + 1 // string
	Number                  // int64
	Truth                   // bool
	Strings                 // []string
	Numbers                 // []int64
)

// Column is a column of rows. Its name is one word in lower case, with _ between.
type Column struct {
	Name string
	Kind Kind
}

// Writer takes rows. A row has a value of its column's type for every column; a nil
// stands for no value, and is an empty list where the column has lists.
type Writer interface {
	Write(row []any) error
	// Close writes what is left. It does not close what it writes to.
	Close() error
}

// Rows are a result: rows of these columns, which Write hands to a writer one after the other.
type Rows struct {
	Columns []Column
	Write   func(Writer) error
}

// Formats are the formats of rows, the one for people first.
func Formats() render.Formats[Rows] {
	return render.Formats[Rows]{}.
		With(render.Table, opener(newTable)).
		With(render.CSV, opener(newCSV)).
		With(render.JSON, opener(newJSON)).
		With(render.NDJSON, opener(newNDJSON)).
		With(render.Parquet, opener(newParquet))
}

// Spreadsheet renders rows as a CSV file that spreadsheets read as UTF-8: it begins with a
// byte order mark, without which Excel reads a file in the 8-bit encoding of the system.
func Spreadsheet() render.Renderer[Rows] {
	return opener(func(w io.Writer, columns []Column) (Writer, error) {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil, err
		}
		return newCSV(w, columns)
	})
}

// opener returns a writer of one format to w.
type opener func(w io.Writer, columns []Column) (Writer, error)

// Render implements render.Renderer.
func (open opener) Render(w io.Writer, rows Rows) error {
	t, err := open(w, rows.Columns)
	if err != nil {
		return err
	}
	if err := rows.Write(t); err != nil {
		return err
	}
	return t.Close()
}
