package engine

import (
	"hash/maphash"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// memory remembers the values of rules and function calls within one query, for
// OPA, whose own cache keeps a map for each part of a name. It is where OPA
// would look before it evaluates a rule, and so also where the values are put that
// are known beforehand (foreknown).
type memory struct {
	known *foreknown // nil where nothing is
	data  *bundles.Document
	user  *ast.Term // the subject's handle, a text, of one on record; nil where it is not known
	// typ and resource are what a valid request for something on record is about,
	// texts in lower case; nil for any other.
	typ, resource *ast.Term

	outer  frame
	frames []frame // of the policy's "with", the innermost last
}

var _ topdown.VirtualCache = (*memory)(nil)

// frame holds what is remembered while input and data are the same: a "with" in
// a policy begins a frame of its own, in which nothing is known beforehand.
type frame struct {
	slots []slot // by hash, open addressing; a power of two
	used  int
	keys  []*ast.Term // the keys of all slots, one after the other
}

// slot is a name with its value, nil for what is undefined.
type slot struct {
	hash     uint64
	from, to int // in frame.keys; to is 0 in an empty slot
	value    *ast.Term
}

const slotsAtFirst = 64

// memories are used again: a decision would otherwise begin with some kilobytes
// of garbage to be.
var memories = sync.Pool{New: func() any { return &memory{} }}

// slotsMost is the size up to which a memory is kept for another query.
const slotsMost = 1024

// newMemory returns the memory of a query for an input over data.
func newMemory(known *foreknown, data *bundles.Document, input ast.Value) *memory {
	m := memories.Get().(*memory)
	m.known, m.data = known, data
	if known != nil {
		known.request(m, input)
	}
	return m
}

// forget ends the use of a memory, after its query.
func (m *memory) forget() {
	if len(m.outer.slots) > slotsMost {
		return
	}
	clear(m.outer.slots)
	clear(m.outer.keys)
	*m = memory{outer: frame{slots: m.outer.slots, keys: m.outer.keys[:0]}}
	memories.Put(m)
}

// Push implements topdown.VirtualCache.
func (m *memory) Push() { m.frames = append(m.frames, frame{}) }

// Pop implements topdown.VirtualCache.
func (m *memory) Pop() { m.frames = m.frames[:len(m.frames)-1] }

func (m *memory) top() *frame {
	if n := len(m.frames); n > 0 {
		return &m.frames[n-1]
	}
	return &m.outer
}

// Get implements topdown.VirtualCache: a value, or whether the name is known to
// be undefined.
func (m *memory) Get(name ast.Ref) (value *ast.Term, undefined bool) {
	h := hashOf(name)
	if s := m.top().find(h, name); s != nil {
		return s.value, s.value == nil
	}
	if len(m.frames) > 0 || m.known == nil {
		return nil, false
	}
	if value := m.known.constant(h, name); value != nil {
		return value, false
	}
	if value, known := m.known.fact(m, h, name); known {
		return value, value == nil
	}
	if value := m.known.call(m.data, m.user, name); value != nil {
		m.top().put(h, name, value)
		return value, false
	}
	return nil, false
}

// Put implements topdown.VirtualCache. It copies the name, which OPA uses again.
func (m *memory) Put(name ast.Ref, value *ast.Term) { m.top().put(hashOf(name), name, value) }

// Keys implements topdown.VirtualCache.
func (m *memory) Keys() []ast.Ref {
	var keys []ast.Ref
	f := m.top()
	for _, s := range f.slots {
		if s.to > 0 && s.value != nil {
			keys = append(keys, f.keys[s.from:s.to])
		}
	}
	return keys
}

func (f *frame) find(h uint64, name ast.Ref) *slot {
	if f.slots == nil {
		return nil
	}
	for i := h; ; i++ {
		s := &f.slots[i&uint64(len(f.slots)-1)]
		if s.to == 0 {
			return nil
		}
		if s.hash == h && sameName(f.keys[s.from:s.to], name) {
			return s
		}
	}
}

func (f *frame) put(h uint64, name ast.Ref, value *ast.Term) {
	if s := f.find(h, name); s != nil {
		s.value = value
		return
	}
	switch {
	case f.slots == nil:
		f.slots, f.keys = make([]slot, slotsAtFirst), make([]*ast.Term, 0, 4*slotsAtFirst)
	case 4*f.used > 3*len(f.slots):
		f.grow()
	}
	from := len(f.keys)
	f.keys = append(f.keys, name...)
	f.insert(slot{h, from, len(f.keys), value})
	f.used++
}

func (f *frame) insert(s slot) {
	i := s.hash
	for ; f.slots[i&uint64(len(f.slots)-1)].to > 0; i++ {
	}
	f.slots[i&uint64(len(f.slots)-1)] = s
}

func (f *frame) grow() {
	old := f.slots
	f.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.to > 0 {
			f.insert(s)
		}
	}
}

var seed = maphash.MakeSeed()

// hashOf hashes a name: terms of text by their text, a reference to a function
// by its own parts.
func hashOf(name []*ast.Term) uint64 {
	h := uint64(len(name))
	for _, t := range name {
		switch v := t.Value.(type) {
		case ast.String:
			h = h*0x9e3779b97f4a7c15 ^ maphash.String(seed, string(v))
		case ast.Var:
			h = h*0x9e3779b97f4a7c15 ^ maphash.String(seed, string(v))
		case ast.Ref:
			h = h*0x9e3779b97f4a7c15 ^ hashOf(v)
		default:
			h = h*0x9e3779b97f4a7c15 ^ uint64(v.Hash())
		}
	}
	return h ^ h>>32
}

func sameName(a, b []*ast.Term) bool {
	if len(a) != len(b) {
		return false
	}
	for i := len(a) - 1; i >= 0; i-- {
		if a[i] != b[i] && !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}
