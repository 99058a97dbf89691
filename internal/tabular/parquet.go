package tabular

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// The constants of the format (https://parquet.apache.org/docs/file-format/) that this package uses.
const (
	magic = "PAR1"

	optional, repeated = 1, 2
	encodingPlain      = 0
	encodingRLE        = 3
	codecGzip          = 2
	convertedUTF8      = 0
)

// physical are the physical types of values; lists have the type of their elements.
var physical = map[Kind]int64{Truth: 0, Number: 2, Numbers: 2, Text: 6, Strings: 6}

// The limits of a row group, whichever is reached first.
const (
	maxGroupRows  = 1 << 16
	maxGroupBytes = 8 << 20
)

// columnar writes Parquet, compressed with gzip, in row groups in which every column is one page. A
// missing value is null, and so is an empty list. Columns are flat, so this small part of the format
// is sufficient; a complete library would add four megabytes to the program.
type columnar struct {
	out     io.Writer
	zip     *gzip.Writer
	written int64
	columns []Column
	pages   []page
	rows    int // of the current group
	all     int64
	groups  []structure
}

// page collects the values of a column. Its levels contain for each value whether it continues the
// previous list, and whether it is not null.
type page struct {
	repeats, defined bits
	values           []byte
	truths           bits
}

// bits are packed from the lowest to the highest bit of a byte.
type bits struct {
	packed []byte
	n      int
}

func (b *bits) add(set bool) {
	if b.n%8 == 0 {
		b.packed = append(b.packed, 0)
	}
	if set {
		b.packed[b.n/8] |= 1 << (b.n % 8)
	}
	b.n++
}

// levels returns the hybrid encoding: a single bit-packed run with its length before it.
func (b *bits) levels() []byte {
	run := append(binary.AppendUvarint(nil, uint64(len(b.packed))<<1|1), b.packed...)
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(run))), run...)
}

func newParquet(w io.Writer, columns []Column) (Writer, error) {
	zip, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	c := &columnar{out: w, zip: zip, columns: columns, pages: make([]page, len(columns))}
	return c, c.emit([]byte(magic))
}

func (c *columnar) emit(b []byte) error {
	n, err := c.out.Write(b)
	c.written += int64(n)
	return err
}

// Write implements Writer.
func (c *columnar) Write(row []any) error {
	size := 0
	for i := range c.columns {
		p := &c.pages[i]
		switch v := row[i].(type) {
		case nil:
			p.level(false, false)
		case string:
			p.level(false, true)
			p.text(v)
		case int64:
			p.level(false, true)
			p.number(v)
		case bool:
			p.level(false, true)
			p.truths.add(v)
		case []string:
			addList(p, v, p.text)
		case []int64:
			addList(p, v, p.number)
		default:
			return fmt.Errorf("tabular: the column %s has a value of the type %T", c.columns[i].Name, v)
		}
		size += len(p.values)
	}
	c.all++
	if c.rows++; c.rows < maxGroupRows && size < maxGroupBytes {
		return nil
	}
	return c.flush()
}

func (p *page) level(repeats, defined bool) {
	p.repeats.add(repeats)
	p.defined.add(defined)
}

func (p *page) text(s string) {
	p.values = append(binary.LittleEndian.AppendUint32(p.values, uint32(len(s))), s...)
}

func (p *page) number(n int64) { p.values = binary.LittleEndian.AppendUint64(p.values, uint64(n)) }

// addList adds the elements of a list; the first one starts the list.
func addList[T any](p *page, list []T, add func(T)) {
	if len(list) == 0 {
		p.level(false, false)
	}
	for i, element := range list {
		p.level(i > 0, true)
		add(element)
	}
}

// flush writes the collected rows as a group.
func (c *columnar) flush() error {
	if c.rows == 0 {
		return nil
	}
	var chunks []any
	var total int64
	for i, column := range c.columns {
		chunk, size, err := c.chunk(column, &c.pages[i])
		if err != nil {
			return err
		}
		chunks, total = append(chunks, chunk), total+size
		c.pages[i] = page{}
	}
	c.groups = append(c.groups, structure{{1, chunks}, {2, total}, {3, int64(c.rows)}})
	c.rows = 0
	return nil
}

// chunk writes the page of a column. It returns its metadata for the footer, and its size before
// compression.
func (c *columnar) chunk(column Column, p *page) (structure, int64, error) {
	var plain []byte
	if column.list() {
		plain = p.repeats.levels()
	}
	plain = slices.Concat(plain, p.defined.levels(), p.values, p.truths.packed)
	var packed bytes.Buffer
	c.zip.Reset(&packed)
	if _, err := c.zip.Write(plain); err != nil {
		return nil, 0, err
	}
	if err := c.zip.Close(); err != nil {
		return nil, 0, err
	}
	count := int32(p.defined.n)
	header := structure{{1, int32(0)}, {2, int32(len(plain))}, {3, int32(packed.Len())}, {5, structure{
		{1, count}, {2, int32(encodingPlain)}, {3, int32(encodingRLE)}, {4, int32(encodingRLE)},
	}}}.encode(nil)
	at := c.written
	if err := c.emit(append(header, packed.Bytes()...)); err != nil {
		return nil, 0, err
	}
	size := int64(len(header) + len(plain))
	return structure{{2, at}, {3, structure{
		{1, int32(physical[column.Kind])}, {2, []any{int32(encodingPlain), int32(encodingRLE)}}, {3, []any{column.Name}}, {4, int32(codecGzip)},
		{5, int64(count)}, {6, size}, {7, c.written - at}, {9, at},
	}}}, size, nil
}

func (c Column) list() bool { return c.Kind == Strings || c.Kind == Numbers }

// Close implements Writer.
func (c *columnar) Close() error {
	if err := c.flush(); err != nil {
		return err
	}
	schema := []any{structure{{4, "rows"}, {5, int32(len(c.columns))}}}
	for _, column := range c.columns {
		schema = append(schema, column.element())
	}
	groups := make([]any, len(c.groups))
	for i, g := range c.groups {
		groups[i] = g
	}
	footer := structure{{1, int32(1)}, {2, schema}, {3, c.all}, {4, groups}, {6, "qlik2rego"}}.encode(nil)
	return c.emit(append(binary.LittleEndian.AppendUint32(footer, uint32(len(footer))), magic...))
}

// element returns the description of a column in the schema.
func (c Column) element() structure {
	repetition := int32(optional)
	if c.list() {
		repetition = repeated
	}
	s := structure{{1, int32(physical[c.Kind])}, {3, repetition}, {4, c.Name}}
	if c.Kind == Text || c.Kind == Strings {
		s = append(s, field{6, int32(convertedUTF8)}, field{10, structure{{1, structure{}}}}) // the logical type, too
	}
	return s
}
