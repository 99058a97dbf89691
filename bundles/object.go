package bundles

import (
	"iter"
	"slices"
	"sync"
)

// An object of a document is a *row or, if it is large or its members change, a *table.

// row is a small object. Its values are in the order of its keys.
type row struct {
	keys   *keys
	values []any
}

type keys []string

func (r *row) get(key string) (any, bool) {
	for i, k := range *r.keys {
		if k == key {
			return r.values[i], true
		}
	}
	return nil, false
}

// member returns the value of a member of an object; there is none in other values.
func member(node any, name string) (any, bool) {
	switch n := node.(type) {
	case *row:
		return n.get(name)
	case *table:
		return n.get(name)
	}
	return nil, false
}

// members returns the members of an object.
func members(node any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		switch n := node.(type) {
		case *row:
			for i, name := range *n.keys {
				if !yield(name, n.values[i]) {
					return
				}
			}
		case *table:
			for b := range n.parts() {
				for _, m := range b.members {
					if !yield(m.name, m.value) {
						return
					}
				}
			}
		}
	}
}

func size(node any) int {
	switch n := node.(type) {
	case *row:
		return len(n.values)
	case *table:
		return n.n
	}
	return 0
}

// with returns an object with a member added or changed. A row whose members change becomes a
// table: a new list of keys would be shared with no other row.
func with(e *edit, node any, name string, value any) any {
	if r, ok := node.(*row); ok {
		if i := slices.Index(*r.keys, name); i >= 0 {
			values := slices.Clone(r.values)
			values[i] = value
			return &row{r.keys, values}
		}
	}
	return asTable(node).with(e, name, value)
}

// without returns an object without a member.
func without(e *edit, node any, name string) any {
	return asTable(node).without(e, name)
}

func asTable(node any) *table {
	switch n := node.(type) {
	case *row:
		t, _, _ := newTable(*n.keys, n.values) // the names of a row are distinct
		return t
	case *table:
		return n
	}
	return &table{}
}

func isObject(v any) bool {
	switch v.(type) {
	case *row, *table:
		return true
	}
	return false
}

func isNested(v any) bool {
	_, isArray := v.([]any)
	return isArray || isObject(v)
}

// plain returns a value with all objects converted to maps. A value without objects is returned
// without a copy.
func plain(node any) any {
	if isObject(node) {
		m := make(map[string]any, size(node))
		for name, value := range members(node) {
			m[name] = plain(value)
		}
		return m
	}
	list, ok := node.([]any)
	if !ok || !slices.ContainsFunc(list, isNested) {
		return node
	}
	l := make([]any, len(list))
	for i, v := range list {
		l[i] = plain(v)
	}
	return l
}

// shapes are the lists of keys that rows share. It is safe for concurrent use.
type shapes struct {
	mu   sync.Mutex
	seen map[string]*keys
}

// of returns the shared list of names, or nil if there are too many lists.
func (s *shapes) of(names []string) *keys {
	var buf [512]byte
	id := buf[:0]
	for _, n := range names {
		id = append(append(id, n...), 0xff) // 0xff does not occur in UTF-8
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.seen[string(id)]; k != nil || len(s.seen) >= shapesMax {
		return k
	}
	if s.seen == nil {
		s.seen = map[string]*keys{}
	}
	k := keys(slices.Clone(names))
	s.seen[string(id)] = &k
	return &k
}

// compact converts a value in the types of encoding/json to the representation of a document.
// Only the strings of the value are retained.
func (s *shapes) compact(v any) any {
	switch v := v.(type) {
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = s.compact(e)
		}
		return l
	case map[string]any:
		names, values := make([]string, 0, len(v)), make([]any, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for i, name := range names {
			values[i] = s.compact(v[name])
		}
		if len(names) <= rowMax {
			if shape := s.of(names); shape != nil {
				return &row{shape, values}
			}
		}
		t, _, _ := newTable(names, values) // the names of a map are distinct
		return t
	}
	return v
}
