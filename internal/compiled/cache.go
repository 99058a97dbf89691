package compiled

import (
	"encoding/json"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Some members of the input, such as the subject of a request, are the same in many queries
// (Program.stable). A result that depends on them and on the data only is cached for later
// queries with the same members. The dependencies of a result are what its evaluation has read:
// machine.varies is set as soon as it reads anything else of the input.
//
// A call with a number among its arguments varies too: OPA answers f(1.0) with its cached
// result of f(1), so that the result depends on earlier calls.
//
// Calls are only cached if the policy itself contains their arguments. Other arguments come
// from the request, and no result about them may outlive the request.

// stableMax is the maximum number of stable members of a program.
const stableMax = 4

// members are the values of the stable members; nil for missing ones.
type members [stableMax]any

// resultCache caches results of earlier queries of one machine on one document.
type resultCache struct {
	root  any
	slots [cacheSets][cacheWays]*results
	// once holds the hashes of members that have occurred once. Only results for members that
	// occur again are cached.
	once [cacheOnce]uint32
	next uint
}

const (
	cacheSets = 256
	cacheWays = 4
	cacheOnce = 4096
)

// results are those of queries with the same stable members.
type results struct {
	hash     uint64
	members  members
	outlines members
	rules    ruleTable
	calls    callMemo
}

const (
	cachedRulesMax = 512
	cachedCallsMax = 32
	// cachedGen is the gen of all calls of a cache.
	cachedGen = 1
)

// ruleTable holds values by the id of their rule, and *remaining by that of their choice. It is
// a hash table with open addressing.
type ruleTable struct {
	entries []ruleEntry
	used    int
}

// ruleEntry is a slot of a table. Its id is that of the rule plus one, so that 0 is a free
// slot.
type ruleEntry struct {
	id    int32
	value any
}

func (t *ruleTable) get(id int32) (any, bool) {
	if t.used == 0 {
		return nil, false
	}
	e := t.find(id)
	return e.value, e.id != 0
}

// find returns the slot of an id, or the free one where it belongs.
func (t *ruleTable) find(id int32) *ruleEntry {
	mask := uint32(len(t.entries) - 1)
	for i := uint32(id) * 0x9e3779b1 >> 8 & mask; ; i = (i + 1) & mask {
		if e := &t.entries[i]; e.id == id+1 || e.id == 0 {
			return e
		}
	}
}

func (t *ruleTable) put(id int32, value any) {
	if 2*t.used >= len(t.entries) {
		old := t.entries
		t.entries = make([]ruleEntry, max(8, 2*len(old)))
		for _, e := range old {
			if e.id != 0 {
				*t.find(e.id - 1) = e
			}
		}
	}
	e := t.find(id)
	if e.id == 0 {
		t.used++
	}
	*e = ruleEntry{id + 1, value}
}

// find returns the results for the members of the input, or nil.
func (c *resultCache) find(hash uint64, of members) *results {
	for _, r := range c.slots[hash%cacheSets] {
		if r != nil && r.hash == hash && r.match(of) {
			return r
		}
	}
	return nil
}

func (c *resultCache) add(r *results) {
	c.next++
	c.slots[r.hash%cacheSets][c.next%cacheWays] = r
}

// metBefore reports whether the members have occurred before, as far as the cache knows.
func (c *resultCache) metBefore(hash uint64) bool {
	last := &c.once[hash%cacheOnce]
	met := *last == uint32(hash>>32)
	*last = uint32(hash >> 32)
	return met
}

// recall begins a query with the cached results, and decides whether to cache more.
func (m *machine) recall(stable []*ast.Term) {
	m.current, m.caching, m.varies = nil, false, false
	if len(stable) == 0 {
		return
	}
	if m.cache == nil {
		m.cache = &resultCache{}
	}
	if m.cache.root != m.root {
		*m.cache = resultCache{root: m.root}
	}
	hash := uint64(1)
	for i, key := range stable {
		m.members[i] = get(m.input, key.Value, key)
		hash *= 0x9e3779b97f4a7c15
		if v := m.members[i]; v != nil {
			hash ^= uint64(toAST(v).Hash())
		}
	}
	m.hash = hash ^ hash>>32
	if m.current = m.cache.find(m.hash, m.members); m.current == nil {
		m.caching = m.cache.metBefore(m.hash) && m.members.small()
		return
	}
	m.caching = true
}

// cachedRule returns the value of a rule in an earlier query with the same members.
func (m *machine) cachedRule(id int32) (any, bool) {
	if m.current == nil {
		return nil, false
	}
	v, ok := m.current.rules.get(id)
	if ok {
		memo := &m.rules[id]
		memo.gen, memo.varies, memo.value = m.gen, false, v
	}
	return v, ok
}

// cachedCall returns the result of a call in an earlier query with the same members.
func (m *machine) cachedCall(of int32, hash uint64, args []any) (any, bool) {
	if m.current == nil || m.current.calls.used == 0 {
		return nil, false
	}
	e := m.current.calls.find(cachedGen, of, hash, args)
	return e.value, e.gen == cachedGen
}

// retain caches the recorded results. It must be called before the machine reuses its values.
func (m *machine) retain() {
	if len(m.notedRules)+len(m.notedCalls)+len(m.notedSequences) > 0 {
		if m.current == nil {
			m.current = &results{hash: m.hash, members: m.members}
			for i, v := range m.members {
				m.current.outlines[i] = outlined(v)
			}
			m.cache.add(m.current)
		}
		for _, id := range m.notedRules {
			if v, ok := frozen(m.rules[id].value); ok && m.current.rules.used < cachedRulesMax {
				m.current.rules.put(id, v)
			} else {
				m.rules[id].uncached = true
			}
		}
		for _, id := range m.notedSequences {
			if m.current.rules.used < cachedRulesMax {
				m.current.rules.put(id, m.rules[id].value)
			}
		}
		for i := range m.notedCalls {
			e := &m.notedCalls[i]
			if m.current.calls.used == cachedCallsMax {
				break
			}
			if v, ok := frozen(e.value); ok {
				m.current.calls.put(cachedGen, e.of, e.hash, e.args[:], v, false)
			}
		}
		clear(m.notedCalls)
		m.notedRules, m.notedCalls, m.notedSequences = m.notedRules[:0], m.notedCalls[:0], m.notedSequences[:0]
	}
	m.current, m.members = nil, members{}
}

// frozen returns a copy of a value that may outlive the query; false if the value is large.
func frozen(v any) (any, bool) {
	f := freezer{left: 256}
	v = f.freeze(v)
	return v, f.left >= 0
}

type freezer struct{ left int }

func (f *freezer) freeze(v any) any {
	switch v := v.(type) {
	case *list:
		if v.whole != nil {
			return v
		}
		return &list{elems: f.all(v.elems)}
	case *set:
		if v.whole != nil {
			return v
		}
		frozen := &set{}
		for _, e := range f.all(v.inOrder()) {
			frozen.add(e)
		}
		frozen.sorted = true
		return frozen
	case *object:
		if v.whole != nil {
			return v
		}
		return &object{shape: v.shape, values: f.all(v.values)}
	}
	return v
}

func (f *freezer) all(elems []any) []any {
	if f.left -= len(elems); f.left < 0 {
		return nil
	}
	frozen := make([]any, len(elems))
	for i, e := range elems {
		frozen[i] = f.freeze(e)
	}
	return frozen
}

// outline is an object in a form that can be compared without an iterator.
type outline struct {
	keys   []*ast.Term
	values []any
}

// outlined returns JSON with each object replaced by an outline.
func outlined(v any) any {
	switch v := v.(type) {
	case *ast.Array:
		elems := make([]any, v.Len())
		for i := range elems {
			elems[i] = outlined(v.Elem(i).Value)
		}
		return elems
	case ast.Object:
		o := &outline{}
		v.Foreach(func(k, e *ast.Term) {
			o.keys, o.values = append(o.keys, k), append(o.values, outlined(e.Value))
		})
		return o
	}
	return v
}

// match reports whether members are literally the same: 1 and 1.0 are not.
func (r *results) match(of members) bool {
	for i, v := range of {
		if o, ok := v.(ast.Object); ok && o == r.members[i] {
			continue // usually the same object as before
		}
		if !identical(r.outlines[i], v) {
			return false
		}
	}
	return true
}

// identical compares an outlined value with JSON.
func identical(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.(*ast.Array)
		if !ok || len(a) != b.Len() {
			return false
		}
		for i, e := range a {
			if !identical(e, b.Elem(i).Value) {
				return false
			}
		}
		return true
	case *outline:
		b, ok := b.(ast.Object)
		if !ok || len(a.keys) != b.Len() {
			return false
		}
		for i, k := range a.keys {
			if v := b.Get(k); v == nil || !identical(a.values[i], v.Value) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case *ast.Array, ast.Object:
		return false
	}
	return a == b // strings, numbers by their digits, booleans, null, and missing members
}

// small reports whether members are JSON that is small enough to store and compare.
func (m members) small() bool {
	left := 4096
	for _, v := range m {
		left = weigh(v, left)
	}
	return left > 0
}

// weigh subtracts the approximate size of a value in bytes.
func weigh(v any, left int) int {
	left -= 16
	if left < 0 {
		return left
	}
	switch v := v.(type) {
	case nil, ast.Null, ast.Boolean:
		return left
	case ast.Number:
		return left - len(v)
	case ast.String:
		return left - len(v)
	case *ast.Array:
		v.Until(func(e *ast.Term) bool {
			left = weigh(e.Value, left)
			return left < 0
		})
		return left
	case ast.Object:
		v.Until(func(k, e *ast.Term) bool {
			if _, isName := k.Value.(ast.String); !isName {
				left = -1 // not JSON
				return true
			}
			left = weigh(e.Value, weigh(k.Value, left))
			return left < 0
		})
		return left
	}
	return -1
}

// numberless reports whether a value contains no numbers. It may return false for a large one.
func numberless(v any) bool {
	switch v.(type) {
	case string, ast.String, bool, ast.Boolean, ast.Null:
		return true
	case json.Number, ast.Number:
		return false
	}
	n, ok := lengthOf(v)
	if !ok || n > 64 {
		return false
	}
	for i := range n {
		if !numberless(element(v, i)) {
			return false
		}
	}
	return true
}

// unnamedMax is the number of consecutive calls after which a function is assumed never to be
// called with arguments from the policy.
const unnamedMax = 64

// named reports whether the policy contains the arguments of a call.
func (m *machine) named(of int32, args []any) bool {
	memo := &m.rules[of]
	if memo.unnamed == unnamedMax {
		return false
	}
	if m.names.have(args) {
		memo.unnamed = 0
		return true
	}
	memo.unnamed++
	return false
}

// names are the strings in a policy's expressions. It is safe for concurrent use.
type names struct {
	mu   sync.RWMutex
	seen map[string]struct{}
}

func (n *names) add(list ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[string]struct{}{}
	}
	for _, s := range list {
		n.seen[s] = struct{}{}
	}
}

// have reports whether all arguments are among the names.
func (n *names) have(args []any) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, a := range slices.Backward(args) { // ids, which policies do not contain, are often the last
		s, ok := stringOf(a)
		if !ok {
			return false
		}
		if _, ok := n.seen[s]; !ok {
			return false
		}
	}
	return true
}
