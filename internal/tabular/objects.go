package tabular

import (
	"bytes"
	"encoding/json"
	"io"
)

// objects writes rows as JSON objects, their members in the order of the columns.
type objects struct {
	out     io.Writer
	columns []Column
	// open, between and end are written before the first row, between rows and after the last one;
	// they may be "".
	open, between, end, empty string
	rows                      int
	buf                       bytes.Buffer
}

func newJSON(w io.Writer, columns []Column) (Writer, error) {
	return &objects{out: w, columns: columns, open: "[\n  ", between: ",\n  ", end: "\n]\n", empty: "[]\n"}, nil
}

func newNDJSON(w io.Writer, columns []Column) (Writer, error) {
	return &objects{out: w, columns: columns, between: "\n", end: "\n"}, nil
}

// Write implements Writer.
func (o *objects) Write(row []any) error {
	o.buf.Reset()
	if o.rows == 0 {
		o.buf.WriteString(o.open)
	} else {
		o.buf.WriteString(o.between)
	}
	o.rows++
	separator := byte('{')
	enc := json.NewEncoder(&o.buf)
	enc.SetEscapeHTML(false)
	for i, c := range o.columns {
		o.buf.WriteByte(separator)
		separator = ','
		if err := enc.Encode(c.Name); err != nil {
			return err
		}
		o.chomp()
		o.buf.WriteByte(':')
		if err := enc.Encode(orEmpty(c, row[i])); err != nil {
			return err
		}
		o.chomp()
	}
	o.buf.WriteByte('}')
	_, err := o.out.Write(o.buf.Bytes())
	return err
}

// chomp removes the line feed that the encoder writes after a value.
func (o *objects) chomp() { o.buf.Truncate(o.buf.Len() - 1) }

// orEmpty replaces a nil list by an empty one.
func orEmpty(c Column, value any) any {
	switch {
	case c.Kind == Strings && (value == nil || value.([]string) == nil):
		return []string{}
	case c.Kind == Numbers && (value == nil || value.([]int64) == nil):
		return []int64{}
	}
	return value
}

// Close implements Writer.
func (o *objects) Close() error {
	end := o.end
	if o.rows == 0 {
		end = o.empty
	}
	_, err := io.WriteString(o.out, end)
	return err
}
