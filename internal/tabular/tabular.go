package tabular

import (
	"fmt"
	"io"
)

// Kind is what a column holds.
type Kind int

// The kinds of columns, with the Go types of their values.
const (
	Text    Kind = iota + 1 // string
	Number                  // int64
	Truth                   // bool
	Texts                   // []string
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

// The formats of New.
const (
	Table   = "table"
	CSV     = "csv"
	JSON    = "json"
	NDJSON  = "ndjson"
	Parquet = "parquet"
)

// Formats are the names of all formats, the one for people first.
func Formats() []string { return []string{Table, CSV, JSON, NDJSON, Parquet} }

// New returns a writer of a format to w.
func New(format string, w io.Writer, columns []Column) (Writer, error) {
	switch format {
	case Table:
		return newTable(w, columns), nil
	case CSV:
		return newCSV(w, columns)
	case JSON:
		return newObjects(w, columns, "[\n  ", ",\n  ", "\n]\n", "[]\n"), nil
	case NDJSON:
		return newObjects(w, columns, "", "\n", "\n", ""), nil
	case Parquet:
		return newParquet(w, columns)
	}
	return nil, fmt.Errorf("there is no format %q", format)
}
