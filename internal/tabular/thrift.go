package tabular

import (
	"encoding/binary"
	"fmt"
)

// structure is a struct of Thrift's compact protocol, in which Parquet stores its metadata: fields in
// the order of their ids.
type structure []field

// field is a field of a struct. Its value is an int32, int64, string, structure, or a list of one of
// these.
type field struct {
	id    int16
	value any
}

// The types of the compact protocol.
const (
	typeI32    = 5
	typeI64    = 6
	typeBinary = 8
	typeList   = 9
	typeStruct = 12
)

func typeOf(value any) byte {
	switch value.(type) {
	case int32:
		return typeI32
	case int64:
		return typeI64
	case string:
		return typeBinary
	case []any:
		return typeList
	case structure:
		return typeStruct
	}
	panic(fmt.Sprintf("tabular: metadata of the type %T", value))
}

// encode appends the structure to b.
func (s structure) encode(b []byte) []byte {
	last := int16(0)
	for _, f := range s {
		b = append(b, byte(f.id-last)<<4|typeOf(f.value))
		b, last = encodeValue(b, f.value), f.id
	}
	return append(b, 0)
}

func encodeValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case int32:
		return binary.AppendVarint(b, int64(v))
	case int64:
		return binary.AppendVarint(b, v)
	case string:
		return append(binary.AppendUvarint(b, uint64(len(v))), v...)
	case structure:
		return v.encode(b)
	case []any:
		element := byte(typeStruct)
		if len(v) > 0 {
			element = typeOf(v[0])
		}
		if len(v) < 15 {
			b = append(b, byte(len(v))<<4|element)
		} else {
			b = binary.AppendUvarint(append(b, 0xf0|element), uint64(len(v)))
		}
		for _, e := range v {
			b = encodeValue(b, e)
		}
		return b
	}
	panic(fmt.Sprintf("tabular: metadata of the type %T", value))
}
