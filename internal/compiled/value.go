package compiled

import (
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// A value is any of OPA's ground values (ast.Value), a node of a document, or a *list, *set or
// *object of values. So neither data nor results are converted before a built-in function of
// OPA needs them. Undefined is nil; null is ast.Null.

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

// stringOf returns the content of a string.
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

// toAST converts a value to OPA's form.
func toAST(v any) ast.Value {
	switch v := v.(type) {
	case *list:
		return v.toAST()
	case *set:
		return v.toAST()
	case *object:
		return v.toAST()
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
		panic(err) // a document contains only JSON
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
	if x, ok := a.(*set); ok {
		if y, ok := b.(*set); ok {
			return x.equal(y)
		}
	}
	if n, ok := lengthOf(a); ok {
		m, ok := lengthOf(b)
		return ok && n == m && equalElements(a, b, n)
	}
	return compare(a, b) == 0
}

func equalElements(a, b any, n int) bool {
	for i := range n {
		if !equal(element(a, i), element(b, i)) {
			return false
		}
	}
	return true
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
