package difftest

import (
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
)

// reduce removes members and elements from a JSON value as long as try accepts the smaller value.
func reduce(v any, try func(any) bool) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			without := maps.Clone(v)
			delete(without, key)
			if try(without) {
				v = without
				continue
			}
			v = maps.Clone(v)
			v[key] = reduce(v[key], func(member any) bool {
				with := maps.Clone(v)
				with[key] = member
				return try(with)
			})
		}
		return v
	case []any:
		v = reduceList(v, func(list []any) bool { return try(list) })
		for i := range v {
			v = slices.Clone(v)
			v[i] = reduce(v[i], func(element any) bool {
				with := slices.Clone(v)
				with[i] = element
				return try(with)
			})
		}
		return v
	}
	return v
}

// reduceList removes elements from a list: first halves, then shorter parts, then single elements.
func reduceList[T any](list []T, try func([]T) bool) []T {
	for piece := (len(list) + 1) / 2; piece > 0; piece /= 2 {
		for at := 0; at < len(list); {
			without := slices.Delete(slices.Clone(list), at, min(at+piece, len(list)))
			if try(without) {
				list = without
			} else {
				at += piece
			}
		}
	}
	return list
}

// simpler returns the conditions that are one step simpler, the simplest first: a part is replaced by true
// or false or by one of its own parts.
func simpler(n condition.Node) []condition.Node {
	var out []condition.Node
	if _, constant := n.(*condition.Bool); !constant {
		out = append(out, &condition.Bool{Value: true}, &condition.Bool{Value: false})
	}
	switch n := n.(type) {
	case *condition.Not:
		out = append(out, n.Operand)
		for _, operand := range simpler(n.Operand) {
			out = append(out, &condition.Not{Operand: operand})
		}
	case *condition.And:
		out = append(out, simplerOperands(n.Operands, func(operands []condition.Node) condition.Node {
			return &condition.And{Operands: operands}
		})...)
	case *condition.Or:
		out = append(out, simplerOperands(n.Operands, func(operands []condition.Node) condition.Node {
			return &condition.Or{Operands: operands}
		})...)
	case *condition.Bool, *condition.Comparison, *condition.Call:
		// Only a constant is simpler.
	}
	return out
}

func simplerOperands(operands []condition.Node, join func([]condition.Node) condition.Node) []condition.Node {
	out := slices.Clone(operands)
	for i, operand := range operands {
		if len(operands) > 2 {
			out = append(out, join(slices.Delete(slices.Clone(operands), i, i+1)))
		}
		for _, simple := range simpler(operand) {
			with := slices.Clone(operands)
			with[i] = simple
			out = append(out, join(with))
		}
	}
	return out
}
