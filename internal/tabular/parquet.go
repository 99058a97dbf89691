package tabular

import (
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// columnar writes Parquet, compressed by Snappy. Its columns stand in the order of
// their names; a value that is missing is null.
type columnar struct {
	out *parquet.GenericWriter[any]
	// order are indices of the columns, in the order of their names.
	order   []int
	columns []Column
	rows    []parquet.Row
}

// batchSize is the number of rows that are handed on together.
const batchSize = 1024

func newParquet(w io.Writer, columns []Column) (Writer, error) {
	group := parquet.Group{}
	c := &columnar{columns: columns}
	for i, column := range columns {
		var node parquet.Node
		switch column.Kind {
		case Text:
			node = parquet.Optional(parquet.String())
		case Number:
			node = parquet.Optional(parquet.Int(64))
		case Truth:
			node = parquet.Optional(parquet.Leaf(parquet.BooleanType))
		case Texts:
			node = parquet.Repeated(parquet.String())
		case Numbers:
			node = parquet.Repeated(parquet.Int(64))
		}
		group[column.Name] = node
		c.order = append(c.order, i)
	}
	slices.SortFunc(c.order, func(a, b int) int { return strings.Compare(columns[a].Name, columns[b].Name) })
	c.out = parquet.NewGenericWriter[any](w, parquet.NewSchema("rows", group), parquet.Compression(&parquet.Snappy))
	return c, nil
}

// Write implements Writer.
func (c *columnar) Write(row []any) error {
	var values parquet.Row
	for at, i := range c.order {
		switch v := row[i].(type) {
		case nil:
			values = append(values, parquet.NullValue().Level(0, 0, at))
		case string:
			values = append(values, parquet.ByteArrayValue([]byte(v)).Level(0, 1, at))
		case int64:
			values = append(values, parquet.Int64Value(v).Level(0, 1, at))
		case bool:
			values = append(values, parquet.BooleanValue(v).Level(0, 1, at))
		case []string:
			values = appendList(values, at, v, func(s string) parquet.Value { return parquet.ByteArrayValue([]byte(s)) })
		case []int64:
			values = appendList(values, at, v, parquet.Int64Value)
		}
	}
	c.rows = append(c.rows, values)
	if len(c.rows) < batchSize {
		return nil
	}
	return c.flush()
}

// appendList appends the elements of a repeated column: the first begins the row's
// list, and an empty list is a null.
func appendList[T any](values parquet.Row, at int, list []T, value func(T) parquet.Value) parquet.Row {
	if len(list) == 0 {
		return append(values, parquet.NullValue().Level(0, 0, at))
	}
	for n, element := range list {
		values = append(values, value(element).Level(min(n, 1), 1, at))
	}
	return values
}

func (c *columnar) flush() error {
	_, err := c.out.WriteRows(c.rows)
	c.rows = c.rows[:0]
	return err
}

// Close implements Writer.
func (c *columnar) Close() error {
	if err := c.flush(); err != nil {
		return err
	}
	return c.out.Close()
}
