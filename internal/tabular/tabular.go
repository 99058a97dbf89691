package tabular

import (
	"io"

	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Kind is the type of a column's values.
type Kind int

// The kinds of columns, with the Go types of their values.
const (
	Text    Kind = iota + 1 // string
	Number                  // int64
	Truth                   // bool
	Strings                 // []string
	Numbers                 // []int64
)

// Column is a column of rows. Its name is in lower case, with words separated by _.
type Column struct {
	Name string
	Kind Kind
}

// Writer writes rows. A row has a value of its column's type for every column; nil is a missing value,
// or an empty list in a column of lists.
type Writer interface {
	Write(row []any) error
	// Close writes the remaining data. It does not close the underlying writer.
	Close() error
}

// Rows are a result: the columns, and a function Write that passes all rows to a writer.
type Rows struct {
	Columns []Column
	Write   func(Writer) error
}

// Formats are the formats of rows. The default is the text table.
func Formats() render.Formats[Rows] {
	return render.Formats[Rows]{}.
		With(render.Table, opener(newTable)).
		With(render.CSV, opener(newCSV)).
		With(render.JSON, opener(newJSON)).
		With(render.NDJSON, opener(newNDJSON)).
		With(render.Parquet, opener(newParquet))
}

// Spreadsheet renders rows as CSV for spreadsheets: with a byte-order mark, without which Excel reads
// a file in the 8-bit encoding of the system.
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
