package compiled

import (
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// A value is any of OPA's ground values (ast.Value), a node of a document, or a list
// that a rule makes ([]any of values). So neither data nor results are converted
// before a built-in function of OPA needs them. Undefined is nil; null is ast.Null.

// fromNode returns a node as a value.
func fromNode(node any, ok bool) any {
	if !ok {
		return nil
	}
	if node == nil {
		return ast.Null{}
	}
	return node
}

// stringOf returns the text of a string.
func stringOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case ast.String:
		return string(v), true
	}
	return "", false
}

func isFalse(v any) bool {
	switch v := v.(type) {
	case ast.Boolean:
		return !bool(v)
	case bool:
		return !v
	}
	return false
}

// toAST returns a value as OPA's.
func toAST(v any) ast.Value {
	switch v := v.(type) {
	case ast.Value:
		return v
	case string:
		return ast.String(v)
	case bool:
		return ast.Boolean(v)
	case json.Number:
		return ast.Number(v)
	case []any:
		terms := make([]*ast.Term, len(v))
		for i, e := range v {
			terms[i] = toTerm(fromNode(e, true))
		}
		return ast.NewArray(terms...)
	}
	converted, err := ast.InterfaceToValue(bundles.Plain(v))
	if err != nil {
		panic(err) // a document holds JSON
	}
	return converted
}

func toTerm(v any) *ast.Term { return ast.NewTerm(toAST(v)) }

func equal(a, b any) bool {
	if s, ok := stringOf(a); ok {
		t, ok := stringOf(b)
		return ok && s == t
	}
	if _, ok := stringOf(b); ok {
		return false
	}
	return compare(a, b) == 0
}

// compare orders values as OPA does.
func compare(a, b any) int {
	if s, ok := stringOf(a); ok {
		if t, ok := stringOf(b); ok {
			switch {
			case s < t:
				return -1
			case s > t:
				return 1
			}
			return 0
		}
	}
	return toAST(a).Compare(toAST(b))
}

// listOf returns the length of an array, and how to read it.
func lengthOf(v any) (int, bool) {
	switch v := v.(type) {
	case []any:
		return len(v), true
	case *ast.Array:
		return v.Len(), true
	}
	return 0, false
}

func element(v any, i int) any {
	if list, ok := v.([]any); ok {
		return fromNode(list[i], true)
	}
	return v.(*ast.Array).Elem(i).Value
}

// key is the constant or computed key of a look-up.
type key struct {
	value any
	name  string // if isString
	// isString says that the value is a string.
	isString bool
	term     *ast.Term // nil if it was not made yet
}

func newKey(v any) key {
	name, ok := stringOf(v)
	return key{value: v, name: name, isString: ok}
}

func constantKey(v any) key {
	k := newKey(v)
	k.term = toTerm(v)
	return k
}

func (k *key) asTerm() *ast.Term {
	if k.term == nil {
		return toTerm(k.value)
	}
	return k.term
}

// index returns the key as the index of an array.
func (k *key) index(length int) (int, bool) {
	n, ok := k.asTerm().Value.(ast.Number)
	if !ok {
		return 0, false
	}
	i, ok := n.Int()
	return i, ok && i >= 0 && i < length
}

// get looks a key up in a value, as v[k] does in Rego.
func get(v any, k *key) any {
	switch v := v.(type) {
	case ast.Object:
		if t := v.Get(k.asTerm()); t != nil {
			return t.Value
		}
		return nil
	case ast.Set:
		if v.Contains(k.asTerm()) {
			return k.value
		}
		return nil
	case *ast.Array, []any:
		length, _ := lengthOf(v)
		if i, ok := k.index(length); ok {
			return element(v, i)
		}
		return nil
	case ast.Value, string:
		return nil
	}
	if !k.isString {
		return nil
	}
	return fromNode(bundles.Member(v, k.name))
}

// getPath looks a key up in a base document, as OPA's stores read paths: numbers are
// names as well, and names are indexes of arrays.
func getPath(v any, k *key) any {
	name := k.name
	if !k.isString {
		n, ok := toAST(k.value).(ast.Number)
		if !ok {
			return nil
		}
		name = string(n)
	}
	if list, ok := v.([]any); ok {
		i, ok := util.Atoi(name)
		if !ok || i < 0 || i >= len(list) {
			return nil
		}
		return fromNode(list[i], true)
	}
	return fromNode(bundles.Member(v, name))
}

// each calls yield for the keys and values of a collection, in OPA's order, until it
// returns true. It reports whether it did.
func each(v any, yield func(k, v any) bool) bool {
	switch v := v.(type) {
	case *ast.Array, []any:
		length, _ := lengthOf(v)
		for i := range length {
			if yield(number(i), element(v, i)) {
				return true
			}
		}
		return false
	case ast.Object:
		return v.Until(func(k, e *ast.Term) bool { return yield(k.Value, e.Value) })
	case ast.Set:
		for _, e := range v.Slice() {
			if yield(e.Value, e.Value) {
				return true
			}
		}
		return false
	case ast.Value, string:
		return false
	}
	if _, isObject := bundles.Size(v); !isObject {
		return false
	}
	for name, e := range bundles.Members(v) {
		if yield(name, fromNode(e, true)) {
			return true
		}
	}
	return false
}

func number(i int) any { return ast.InternedTerm(i).Value }

// isCollection says whether a value has elements.
func isCollection(v any) bool {
	switch v.(type) {
	case *ast.Array, []any, ast.Object, ast.Set:
		return true
	}
	_, isObject := bundles.Size(v)
	return isObject
}

// membersOf returns the number of members of an object.
func membersOf(v any) (int, bool) {
	if o, ok := v.(ast.Object); ok {
		return o.Len(), true
	}
	return bundles.Size(v)
}
