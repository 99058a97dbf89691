package bundles

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
)

// table is a large immutable object; a change creates a new one, which shares everything that
// is not changed. Members are ordered by a hash of their names and stored in buckets, which are
// selected by the first bits of the hash. So a change copies one bucket and the directory of
// buckets, 30 kB for a million members, and a full bucket is split (extendible hashing). The
// zero value is an empty object.
type table struct {
	// buckets has a power of two of entries. A bucket is at all indexes that begin with its
	// bits.
	buckets []*bucket
	n       int
	edit    *edit
}

// bucket holds the members whose hashes have the same first depth bits.
type bucket struct {
	depth   uint8
	edit    *edit
	hashes  []uint32 // sorted
	members []namedValue
}

type namedValue struct {
	name  string
	value any
}

// edit is one change of a document, in any number of steps. Objects that were created by it are
// not shared yet, and may be modified until it ends.
type edit struct{ _ byte } // not empty, so that every edit has its own address

const (
	// bucketMax is the maximum number of members of a bucket before it is split.
	bucketMax = 256
	// depthMax limits the size of the directory. It is reached at ten million members.
	depthMax = 16
)

var seed = maphash.MakeSeed()

func hashOf(name string) uint32 { return uint32(maphash.String(seed, name)) }

// newTable returns a table of members, or a name that occurs twice.
func newTable(names []string, values []any) (*table, string, bool) {
	order := make([]uint64, len(names))
	for i, name := range names {
		order[i] = uint64(hashOf(name))<<32 | uint64(i)
	}
	slices.Sort(order)
	depth := uint8(min(bits.Len(uint(len(names)/(bucketMax*3/4))), depthMax))
	t := &table{n: len(names), buckets: make([]*bucket, 1<<depth)}
	for i := range t.buckets {
		size := 0
		for size < len(order) && order[size]>>32>>(32-depth) == uint64(i) {
			size++
		}
		b := &bucket{depth: depth, hashes: make([]uint32, size), members: make([]namedValue, size)}
		for j, o := range order[:size] {
			b.hashes[j], b.members[j] = uint32(o>>32), namedValue{names[uint32(o)], values[uint32(o)]}
			for k := j - 1; k >= 0 && b.hashes[k] == b.hashes[j]; k-- {
				if b.members[k].name == b.members[j].name {
					return nil, b.members[j].name, false
				}
			}
		}
		t.buckets[i], order = b, order[size:]
	}
	return t, "", true
}

// at returns the index of a hash in the directory.
func (t *table) at(hash uint32) uint32 {
	return hash >> (32 - bits.TrailingZeros(uint(len(t.buckets))))
}

// find returns the index of a member, or the index at which to insert it.
func (b *bucket) find(hash uint32, name string) (int, bool) {
	i, _ := slices.BinarySearch(b.hashes, hash)
	for ; i < len(b.hashes) && b.hashes[i] == hash; i++ {
		if b.members[i].name == name {
			return i, true
		}
	}
	return i, false
}

func (t *table) get(name string) (any, bool) {
	if t.n == 0 {
		return nil, false
	}
	hash := hashOf(name)
	b := t.buckets[t.at(hash)]
	i, ok := b.find(hash, name)
	if !ok {
		return nil, false
	}
	return b.members[i].value, true
}

func (t *table) with(e *edit, name string, value any) *table {
	hash := hashOf(name)
	t = t.owned(e)
	b := t.bucket(e, hash)
	i, ok := b.find(hash, name)
	if ok {
		b.members[i].value = value
		return t
	}
	b.hashes = slices.Insert(b.hashes, i, hash)
	b.members = slices.Insert(b.members, i, namedValue{name, value})
	t.n++
	if len(b.members) > bucketMax && b.depth < depthMax {
		t.cut(b, hash)
	}
	return t
}

func (t *table) without(e *edit, name string) *table {
	hash := hashOf(name)
	t = t.owned(e)
	b := t.bucket(e, hash)
	if i, ok := b.find(hash, name); ok {
		b.hashes = slices.Delete(b.hashes, i, i+1)
		b.members = slices.Delete(b.members, i, i+1)
		t.n--
	}
	return t
}

// owned returns the table itself if the edit created it, else a copy that may be modified.
func (t *table) owned(e *edit) *table {
	if t.edit == e {
		return t
	}
	own := &table{buckets: slices.Clone(t.buckets), n: t.n, edit: e}
	if len(own.buckets) == 0 {
		own.buckets = []*bucket{{edit: e}}
	}
	return own
}

// bucket returns the bucket of a hash, which may be modified.
func (t *table) bucket(e *edit, hash uint32) *bucket {
	b := t.buckets[t.at(hash)]
	if b.edit == e {
		return b
	}
	n := len(b.members)
	own := &bucket{
		depth: b.depth, edit: e,
		hashes:  append(make([]uint32, 0, n+1), b.hashes...),
		members: append(make([]namedValue, 0, n+1), b.members...),
	}
	t.place(own, hash)
	return own
}

// place stores a bucket at all indexes that its members' hashes select.
func (t *table) place(b *bucket, hash uint32) {
	width := len(t.buckets) >> b.depth
	first := int(t.at(hash)) / width * width
	for i := first; i < first+width; i++ {
		t.buckets[i] = b
	}
}

// cut splits the bucket of a hash in two.
func (t *table) cut(b *bucket, hash uint32) {
	if len(t.buckets) == 1<<b.depth {
		double := make([]*bucket, 0, 2*len(t.buckets))
		for _, b := range t.buckets {
			double = append(double, b, b)
		}
		t.buckets = double
	}
	depth := b.depth + 1
	bit := uint32(1) << (32 - depth)
	right := hash&^(bit-1) | bit // the first hash of the upper half
	i, _ := slices.BinarySearch(b.hashes, right)
	t.place(&bucket{depth: depth, edit: b.edit, hashes: slices.Clone(b.hashes[:i]), members: slices.Clone(b.members[:i])}, right&^bit)
	t.place(&bucket{depth: depth, edit: b.edit, hashes: slices.Clone(b.hashes[i:]), members: slices.Clone(b.members[i:])}, right)
}

// parts returns each bucket once.
func (t *table) parts() iter.Seq[*bucket] {
	return func(yield func(*bucket) bool) {
		for i := 0; i < len(t.buckets); i += len(t.buckets) >> t.buckets[i].depth {
			if !yield(t.buckets[i]) {
				return
			}
		}
	}
}
