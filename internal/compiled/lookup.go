package compiled

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// look is the lookup of a key in a value: get, or getPath in base documents. The key is also
// passed as a term, if there is one already.
type look func(v, key any, term *ast.Term) any

func asTerm(key any, term *ast.Term) *ast.Term {
	if term == nil {
		return toTerm(key)
	}
	return term
}

// get looks a key up in a value, as v[key] does in Rego.
func get(v, key any, term *ast.Term) any {
	switch v := v.(type) {
	case *object:
		if name, ok := stringOf(key); ok {
			return v.get(name)
		}
		return nil
	case *set:
		if v.has(key) {
			return key
		}
		return nil
	case *list, *ast.Array, []any:
		length, _ := lengthOf(v)
		if i, ok := indexOf(key, length); ok {
			return element(v, i)
		}
		return nil
	}
	if _, isObject := bundles.Size(v); isObject {
		if name, ok := stringOf(key); ok {
			return fromNode(bundles.Member(v, name))
		}
		return nil
	}
	switch v := v.(type) {
	case ast.Object:
		if t := v.Get(asTerm(key, term)); t != nil {
			return t.Value
		}
	case ast.Set:
		if v.Contains(asTerm(key, term)) {
			return key
		}
	}
	return nil
}

// indexOf returns a key as the index of an array.
func indexOf(key any, length int) (int, bool) {
	if _, isText := stringOf(key); isText {
		return 0, false
	}
	n, ok := toAST(key).(ast.Number)
	if !ok {
		return 0, false
	}
	i, ok := n.Int()
	return i, ok && i >= 0 && i < length
}

// getPath looks up a key in a base document, as OPA's stores do: numbers can be names, and
// names can be indexes of arrays.
func getPath(v, key any, _ *ast.Term) any {
	name, isText := stringOf(key)
	if !isText {
		n, ok := toAST(key).(ast.Number)
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

// lengthOf returns the length of an array.
func lengthOf(v any) (int, bool) {
	switch v := v.(type) {
	case *list:
		return len(v.elems), true
	case []any:
		return len(v), true
	case *ast.Array:
		return v.Len(), true
	}
	return 0, false
}

// element returns an element of an array.
func element(v any, i int) any {
	switch v := v.(type) {
	case *list:
		return v.elems[i]
	case []any:
		return fromNode(v[i], true)
	}
	return v.(*ast.Array).Elem(i).Value
}

// counted returns the number of elements of a collection whose elements can be accessed by
// number, with entry.
func counted(v any) (int, bool) {
	switch v := v.(type) {
	case *set:
		return len(v.inOrder()), true
	case *object:
		return len(v.values), true
	}
	return lengthOf(v)
}

// entry returns a key and its value in a counted collection, in OPA's order.
func entry(v any, i int) (key, value any) {
	switch v := v.(type) {
	case *set:
		return v.elems[i], v.elems[i]
	case *object:
		return v.names[i], v.values[i]
	}
	return number(i), element(v, i)
}

// each calls yield for the keys and values of a collection, in OPA's order, until it
// returns true. It reports whether it did.
func each(v any, yield func(k, v any) bool) bool {
	if n, ok := counted(v); ok {
		for i := range n {
			if yield(entry(v, i)) {
				return true
			}
		}
		return false
	}
	switch v := v.(type) {
	case ast.Object:
		return v.Until(func(k, e *ast.Term) bool { return yield(k.Value, e.Value) })
	case ast.Set:
		return v.Until(func(e *ast.Term) bool { return yield(e.Value, e.Value) })
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

// isCollection reports whether a value has elements.
func isCollection(v any) bool {
	switch v.(type) {
	case *list, *set, *object, *ast.Array, []any, ast.Object, ast.Set:
		return true
	}
	_, isObject := bundles.Size(v)
	return isObject
}

// membersOf returns the number of members of an object.
func membersOf(v any) (int, bool) {
	switch v := v.(type) {
	case *object:
		return len(v.values), true
	case ast.Object:
		return v.Len(), true
	}
	return bundles.Size(v)
}

// elementsOf returns the elements of a set in OPA's order.
func elementsOf(v any) ([]any, bool) {
	switch v := v.(type) {
	case *set:
		return v.inOrder(), true
	case ast.Set:
		elems := make([]any, 0, v.Len())
		v.Foreach(func(t *ast.Term) { elems = append(elems, t.Value) })
		return elems, true
	}
	return nil, false
}
