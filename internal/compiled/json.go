package compiled

import (
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"
)

// plainOf returns a value in the types that encoding/json gives with UseNumber. A set is
// an array in OPA's order.
func plainOf(v any) (any, error) {
	switch v := v.(type) {
	case *list:
		return listJSON(v.elems)
	case *set:
		return listJSON(v.inOrder())
	case *object:
		members := make(map[string]any, len(v.keys))
		for i, key := range v.keys {
			var err error
			if members[key], err = plainOf(v.values[i]); err != nil {
				return nil, err
			}
		}
		return members, nil
	case ast.String:
		return string(v), nil
	case ast.Boolean:
		return bool(v), nil
	case ast.Number:
		return json.Number(v), nil
	case ast.Null:
		return nil, nil
	case ast.Value:
		return ast.JSON(v)
	case string, bool, json.Number:
		return v, nil
	case []any:
		return listJSON(v)
	}
	return ast.JSON(toAST(v))
}

func listJSON(elems []any) (any, error) {
	list := make([]any, len(elems))
	for i, e := range elems {
		var err error
		if list[i], err = plainOf(fromNode(e, true)); err != nil {
			return nil, err
		}
	}
	return list, nil
}
