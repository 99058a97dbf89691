package snapshot

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// table holds JSON values by key, compactly: a site has millions of entities, and a pointer to each
// would take more memory than the entity. An entry in a chunk has its lengths and place as varints,
// its key and its value.
type table struct {
	chunks [][]byte
	rows   []row
}

// row refers to an entry.
type row struct {
	// prefix is the first bytes of the key, which are enough to order most rows.
	prefix uint64
	// at is the number of the chunk, and the offset in it.
	at uint64
}

const (
	chunkBits = 20
	chunkSize = 1 << chunkBits
)

// entry is the content of an entry.
type entry struct {
	key, value []byte
	// file and where are the place of its source, for findings about duplicate keys.
	file  int
	where diag.Range
}

// add adds an entry.
func (t *table) add(e entry) {
	var head [5 * binary.MaxVarintLen64]byte
	h := head[:0]
	for _, n := range []int{len(e.key), len(e.value), e.file, e.where.Start, e.where.End - e.where.Start} {
		h = binary.AppendUvarint(h, uint64(n))
	}
	size := len(h) + len(e.key) + len(e.value)
	last := len(t.chunks) - 1
	if last < 0 || cap(t.chunks[last])-len(t.chunks[last]) < size {
		t.chunks = append(t.chunks, make([]byte, 0, max(chunkSize, size)))
		last++
	}
	chunk := t.chunks[last]
	var prefix [8]byte
	copy(prefix[:], e.key)
	t.rows = append(t.rows, row{binary.BigEndian.Uint64(prefix[:]), uint64(last)<<chunkBits | uint64(len(chunk))})
	t.chunks[last] = append(append(append(chunk, h...), e.key...), e.value...)
}

// entry returns the entry of a row.
func (t *table) entry(r row) entry {
	b := t.chunks[r.at>>chunkBits][r.at&(chunkSize-1):]
	var numbers [5]int
	for i := range numbers {
		n, width := binary.Uvarint(b)
		numbers[i], b = int(n), b[width:]
	}
	key, value, start := numbers[0], numbers[1], numbers[3]
	return entry{b[:key], b[key : key+value], numbers[2], diag.Range{Start: start, End: start + numbers[4]}}
}

// sort orders the rows by key, and rows of equal keys by place.
func (t *table) sort() {
	slices.SortFunc(t.rows, func(a, b row) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		x, y := t.entry(a), t.entry(b)
		return cmp.Or(bytes.Compare(x.key, y.key), cmp.Compare(x.file, y.file), cmp.Compare(x.where.Start, y.where.Start))
	})
}

// doubles calls report with every entry with a duplicate key, and the first entry with that key.
func (t *table) doubles(report func(first, second entry)) {
	first := 0
	for i := 1; i < len(t.rows); i++ {
		if t.rows[i].prefix == t.rows[first].prefix {
			if a, b := t.entry(t.rows[first]), t.entry(t.rows[i]); bytes.Equal(a.key, b.key) {
				report(a, b)
				continue
			}
		}
		first = i
	}
}
