package bundles

import (
	"encoding/binary"
	"encoding/json"
)

// AppendContent appends an encoding of the value at a path, and reports whether
// it could: there is such a value, and no large object in it. Equal encodings
// stand for equal values; the reverse does not hold, because the order in which
// a file has the members of an object counts.
func (d *Document) AppendContent(b []byte, path ...string) ([]byte, bool) {
	node, ok := d.find(path)
	if !ok {
		return b, false
	}
	return appendContent(b, node)
}

func appendContent(b []byte, node any) ([]byte, bool) {
	switch n := node.(type) {
	case string:
		return appendText(append(b, 's'), n), true
	case json.Number:
		return appendText(append(b, 'n'), string(n)), true
	case bool:
		if n {
			return append(b, 't'), true
		}
		return append(b, 'f'), true
	case nil:
		return append(b, '0'), true
	case []any:
		b = binary.AppendUvarint(append(b, 'a'), uint64(len(n)))
		for _, v := range n {
			var ok bool
			if b, ok = appendContent(b, v); !ok {
				return b, false
			}
		}
		return b, true
	case *row:
		b = binary.AppendUvarint(append(b, 'o'), uint64(len(n.values)))
		for i, k := range *n.keys {
			var ok bool
			if b, ok = appendContent(appendText(b, k), n.values[i]); !ok {
				return b, false
			}
		}
		return b, true
	}
	return b, false
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}
