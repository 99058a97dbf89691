package bundles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// rowMax is the maximum number of members of an object that is stored as a row: up to about
	// that size a linear search through its keys is as fast as a table, and the entities of a
	// site are smaller.
	rowMax = 24
	// shapesMax limits the number of key lists that rows share. A document with more of them
	// has objects whose names are data, for which rows save nothing.
	shapesMax = 1 << 14
	// internSlots is the size of the table of recent strings, 8 MB while loading.
	internSlots = 1 << 19
	// slabSize is the number of values that are allocated together.
	slabSize = 1 << 10
)

// decoder decodes JSON into the representation of a Document. One decoder is used for all files
// of a bundle, so that they share strings.
type decoder struct {
	recent []any // strings by hash, boxed once so that a value needs no allocation
	shapes *shapes
	slab   []any // never nil, so that an empty list is not null
	stack  []any
	names  []string
	// unquoted is the last string with escapes.
	unquoted []byte
}

func newDecoder() *decoder {
	return &decoder{recent: make([]any, internSlots), shapes: &shapes{}, slab: []any{}}
}

// decode decodes a single JSON value and rejects anything after it. Errors give the offset.
func (d *decoder) decode(r io.Reader) (any, error) {
	// Duplicate names are detected here, without jsontext's own table of the names of an
	// object, which doubles the memory for a million of them.
	in := jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true))
	v, err := d.value(in)
	if err != nil {
		return nil, err
	}
	if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = fmt.Errorf("text after the document at offset %d", in.InputOffset())
		}
		return nil, err
	}
	return v, nil
}

func (d *decoder) value(in *jsontext.Decoder) (any, error) {
	switch in.PeekKind() {
	case '{':
		return d.object(in)
	case '[':
		return d.array(in)
	case '"':
		return d.text(in)
	}
	tok, err := in.ReadToken()
	if err != nil {
		return nil, unexpectedEOF(err)
	}
	switch tok.Kind() {
	case 't', 'f':
		return tok.Bool(), nil
	case '0':
		return json.Number(tok.String()), nil
	}
	return nil, nil
}

func (d *decoder) text(in *jsontext.Decoder) (any, error) {
	raw, err := d.raw(in)
	if err != nil {
		return nil, err
	}
	return d.intern(raw), nil
}

// raw returns the bytes of a string, valid until the next call.
func (d *decoder) raw(in *jsontext.Decoder) ([]byte, error) {
	quoted, err := in.ReadValue()
	if err != nil {
		return nil, unexpectedEOF(err)
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], nil
	}
	d.unquoted, err = jsontext.AppendUnquote(d.unquoted[:0], quoted)
	return d.unquoted, err
}

// intern returns a string as a value; the same value if the string was used recently.
func (d *decoder) intern(b []byte) any {
	slot := &d.recent[maphash.Bytes(seed, b)&(internSlots-1)]
	if s, ok := (*slot).(string); !ok || s != string(b) {
		*slot = string(b)
	}
	return *slot
}

func (d *decoder) array(in *jsontext.Decoder) (any, error) {
	if _, err := in.ReadToken(); err != nil {
		return nil, err
	}
	base := len(d.stack)
	for in.PeekKind() != ']' {
		v, err := d.value(in)
		if err != nil {
			return nil, err
		}
		d.stack = append(d.stack, v)
	}
	_, err := in.ReadToken()
	return d.pop(base), err
}

// object decodes an object as a row or, if it is too large for one, as a table.
func (d *decoder) object(in *jsontext.Decoder) (any, error) {
	if _, err := in.ReadToken(); err != nil {
		return nil, err
	}
	base, nameBase := len(d.stack), len(d.names)
	for in.PeekKind() != '}' {
		small := len(d.names)-nameBase <= rowMax
		name, v, err := d.member(in, small)
		if err != nil {
			return nil, err
		}
		if small && slices.Contains(d.names[nameBase:], name) {
			return nil, twice(name, in)
		}
		d.names, d.stack = append(d.names, name), append(d.stack, v)
	}
	if _, err := in.ReadToken(); err != nil {
		return nil, err
	}
	names := d.names[nameBase:]
	d.names = d.names[:nameBase]
	if len(names) <= rowMax {
		if shape := d.shapes.of(names); shape != nil {
			return &row{keys: shape, values: d.pop(base)}, nil
		}
	}
	t, double, ok := newTable(names, d.stack[base:])
	if !ok {
		return nil, twice(double, in)
	}
	clear(names)
	clear(d.stack[base:])
	d.stack = d.stack[:base]
	return t, nil
}

// member decodes a name and its value. repeats says whether names repeat, as in small objects;
// the names of a large object are ids, all different.
func (d *decoder) member(in *jsontext.Decoder, repeats bool) (string, any, error) {
	raw, err := d.raw(in)
	if err != nil {
		return "", nil, err
	}
	var name string
	if repeats {
		name = d.intern(raw).(string)
	} else {
		name = string(raw)
	}
	v, err := d.value(in)
	return name, v, err
}

func twice(name string, in *jsontext.Decoder) error {
	return fmt.Errorf("the name %q is there twice, before offset %d", name, in.InputOffset())
}

// pop copies the values above base off the stack into a slice of their own.
func (d *decoder) pop(base int) []any {
	n := len(d.stack) - base
	if n > slabSize {
		own := slices.Clone(d.stack[base:])
		clear(d.stack[base:])
		d.stack = d.stack[:base]
		return own
	}
	if len(d.slab) < n {
		d.slab = make([]any, slabSize)
	}
	own := d.slab[:n:n]
	d.slab = d.slab[n:]
	copy(own, d.stack[base:])
	clear(d.stack[base:])
	d.stack = d.stack[:base]
	return own
}

// unexpectedEOF converts io.EOF inside a value to io.ErrUnexpectedEOF, because io.EOF would mean that
// there is no value.
func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
