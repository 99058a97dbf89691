package compiled

import (
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"
)

// JSON returns a value in the types that encoding/json gives with UseNumber. A set is
// an array in OPA's order.
func JSON(v any) (any, error) {
	switch v := v.(type) {
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
		list := make([]any, len(v))
		for i, e := range v {
			var err error
			if list[i], err = JSON(fromNode(e, true)); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return ast.JSON(toAST(v))
}
