package bundles

import (
	"iter"
	"slices"
)

// Root returns the document itself as a node. A node is a value inside a document, without the
// copy that Lookup makes of an object: either an object, to be read with Member and Members, or
// a value of encoding/json, whose arrays contain nodes.
func (d *Document) Root() any {
	if d.root == nil {
		return noMembers
	}
	return d.root
}

// noMembers is the root of an empty document.
var noMembers any = &table{}

// Member returns the value of a member of a node. There is none if the node is not an object.
func Member(node any, name string) (any, bool) { return member(node, name) }

// Size returns the number of members of an object, and false for any other node.
func Size(node any) (int, bool) { return size(node), isObject(node) }

// Members returns the members of an object, sorted by name.
func Members(node any) iter.Seq2[string, any] {
	if r, ok := node.(*row); ok && slices.IsSorted(*r.keys) {
		return members(node)
	}
	list := make([]namedValue, 0, size(node))
	for name, value := range members(node) {
		list = append(list, namedValue{name, value})
	}
	slices.SortFunc(list, func(a, b namedValue) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return func(yield func(string, any) bool) {
		for _, m := range list {
			if !yield(m.name, m.value) {
				return
			}
		}
	}
}

// Plain converts a node to the types of encoding/json.
func Plain(node any) any { return plain(node) }
