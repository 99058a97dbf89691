package bundles

import (
	"fmt"
	"io"
	"slices"

	"github.com/open-policy-agent/opa/v1/util"
)

// Document is a compact JSON object in memory: small objects are rows of values that share the
// list of their keys, and repeated strings are stored once. The zero value is an empty object.
// After it has been built (Put), a document is immutable, and safe for concurrent use; Patch
// returns a changed copy.
type Document struct {
	root any // an object
	// shapes are shared with the documents derived from this one.
	shapes *shapes
}

// Lookup returns the value at a path of object keys and, as in OPA's store, array indexes, in
// the types of encoding/json with UseNumber, and whether there is one.
func (d *Document) Lookup(path ...string) (any, bool) {
	node, ok := d.find(path)
	if !ok {
		return nil, false
	}
	return plain(node), true
}

// Has reports whether there is a value at a path, as for Lookup.
func (d *Document) Has(path ...string) bool {
	_, ok := d.find(path)
	return ok
}

func (d *Document) find(path []string) (any, bool) {
	node := d.root
	if node == nil {
		node = &table{}
	}
	for _, key := range path {
		var ok bool
		if node, ok = step(node, key); !ok {
			return nil, false
		}
	}
	return node, true
}

// step returns the member of an object or the element of an array.
func step(node any, key string) (any, bool) {
	list, ok := node.([]any)
	if !ok {
		return member(node, key)
	}
	if i, ok := util.Atoi(key); ok && i >= 0 && i < len(list) {
		return list[i], true
	}
	return nil, false
}

// Put adds a value, in the types of encoding/json, at a path where there is no value yet,
// neither above nor below it. An object at the empty path is added member by member.
func (d *Document) Put(value any, path ...string) error {
	return d.put(d.form().compact(value), path)
}

// Share adds a member of another document without copying it. d must not have a member of that
// name.
func (d *Document) Share(from *Document, name string) error {
	value, ok := from.find([]string{name})
	if !ok {
		return nil
	}
	return d.put(value, []string{name})
}

// PutJSON adds a JSON document at a path.
func (d *Document) PutJSON(r io.Reader, path ...string) error {
	v, err := newDecoder().decode(r)
	if err != nil {
		return err
	}
	return d.put(v, path)
}

func (d *Document) form() *shapes {
	if d.shapes == nil {
		d.shapes = &shapes{}
	}
	return d.shapes
}

// put adds a value that is already in the representation of a document.
func (d *Document) put(value any, path []string) error {
	root, err := put(&edit{}, d.root, path, nil, value)
	if err == nil {
		d.root = root
	}
	return err
}

func put(e *edit, into any, path, done []string, value any) (_ any, err error) {
	if len(path) == 0 {
		if !isObject(value) {
			return nil, fmt.Errorf("%s must be an object", pathText(done))
		}
		for name, v := range members(value) {
			if into, err = put(e, into, []string{name}, done, v); err != nil {
				return nil, err
			}
		}
		return into, nil
	}
	name, done := path[0], append(slices.Clip(done), path[0])
	old, taken := member(into, name)
	if !taken && len(path) == 1 {
		return with(e, into, name, value), nil
	}
	if taken && (!isObject(old) || len(path) == 1 && !isObject(value)) {
		return nil, fmt.Errorf("there is data at %s already", pathText(done))
	}
	below, err := put(e, old, path[1:], done, value)
	if err != nil {
		return nil, err
	}
	return with(e, into, name, below), nil
}

func pathText(path []string) string {
	text := "data"
	for _, p := range path {
		text += "." + p
	}
	return text
}
