package bundles

import (
	"fmt"
	"io"
	"slices"
)

// Document is a JSON object in memory, read-only and compact: small objects are
// rows of values that share the list of their keys, and texts that repeat are
// stored once. The zero value is an empty object. It is safe for concurrent use
// once it is built.
type Document struct {
	root map[string]any
}

// row is a small object. Its values stand in the order of its keys.
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

// Lookup returns the value at a path of object keys, in the types that
// encoding/json gives with UseNumber, and whether there is one. Arrays are
// leaves: no path leads into them.
func (d *Document) Lookup(path ...string) (any, bool) {
	node, ok := d.find(path)
	if !ok {
		return nil, false
	}
	return plain(node), true
}

// Has reports whether there is a value at a path of object keys.
func (d *Document) Has(path ...string) bool {
	_, ok := d.find(path)
	return ok
}

func (d *Document) find(path []string) (any, bool) {
	var node any = d.root
	for _, key := range path {
		var ok bool
		switch n := node.(type) {
		case map[string]any:
			node, ok = n[key]
		case *row:
			node, ok = n.get(key)
		}
		if !ok {
			return nil, false
		}
	}
	return node, true
}

// plain returns a value with all rows in it as maps. What holds no row is
// returned as it is, without a copy.
func plain(node any) any {
	switch n := node.(type) {
	case *row:
		m := make(map[string]any, len(n.values))
		for i, k := range *n.keys {
			m[k] = plain(n.values[i])
		}
		return m
	case map[string]any:
		m := make(map[string]any, len(n))
		for k, v := range n {
			m[k] = plain(v)
		}
		return m
	case []any:
		if !slices.ContainsFunc(n, isNested) {
			return n
		}
		l := make([]any, len(n))
		for i, v := range n {
			l[i] = plain(v)
		}
		return l
	}
	return node
}

func isObject(v any) bool {
	switch v.(type) {
	case *row, map[string]any:
		return true
	}
	return false
}

func isNested(v any) bool {
	_, isArray := v.([]any)
	return isArray || isObject(v)
}

// Put adds a value at a path, which must be free: no value stands there, above
// it or below it. An object put at the empty path is added member by member.
func (d *Document) Put(value any, path ...string) error {
	if d.root == nil {
		d.root = map[string]any{}
	}
	return put(d.root, path, nil, value)
}

// PutJSON adds a JSON document at a path.
func (d *Document) PutJSON(r io.Reader, path ...string) error {
	v, err := newDecoder().decode(r)
	if err != nil {
		return err
	}
	return d.Put(v, path...)
}

func put(into map[string]any, path, done []string, value any) error {
	if len(path) == 0 {
		members, ok := open(value)
		if !ok {
			return fmt.Errorf("%s must be an object", pathText(done))
		}
		for k, v := range members {
			if err := put(into, []string{k}, done, v); err != nil {
				return err
			}
		}
		return nil
	}
	key, done := path[0], append(slices.Clip(done), path[0])
	old, taken := into[key]
	if !taken && len(path) == 1 {
		into[key] = value
		return nil
	}
	below := map[string]any{}
	if taken {
		var ok bool
		if below, ok = open(old); !ok || len(path) == 1 && !isObject(value) {
			return fmt.Errorf("there is data at %s already", pathText(done))
		}
	}
	into[key] = below
	return put(below, path[1:], done, value)
}

// open returns an object as a map that may be added to.
func open(node any) (map[string]any, bool) {
	switch n := node.(type) {
	case map[string]any:
		return n, true
	case *row:
		m := make(map[string]any, len(n.values))
		for i, k := range *n.keys {
			m[k] = n.values[i]
		}
		return m, true
	}
	return nil, false
}

func pathText(path []string) string {
	text := "data"
	for _, p := range path {
		text += "." + p
	}
	return text
}
