package condition

import "slices"

// Same reports whether two trees are the same condition in the same words. It ignores ranges
// and redundant parentheses.
func Same(a, b Node) bool {
	switch a := a.(type) {
	case *Or:
		b, ok := b.(*Or)
		return ok && slices.EqualFunc(a.Operands, b.Operands, Same)
	case *And:
		b, ok := b.(*And)
		return ok && slices.EqualFunc(a.Operands, b.Operands, Same)
	case *Not:
		b, ok := b.(*Not)
		return ok && Same(a.Operand, b.Operand)
	case *Bool:
		b, ok := b.(*Bool)
		return ok && a.Value == b.Value
	case *Comparison:
		b, ok := b.(*Comparison)
		return ok && a.Op == b.Op && equalOperands(a.Left, b.Left) && equalOperands(a.Right, b.Right)
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Function == b.Function && equalPaths(&a.Path, &b.Path) && equalArguments(a.Argument, b.Argument)
	}
	return false
}

func equalOperands(a, b Operand) bool {
	switch a := a.(type) {
	case *String:
		b, ok := b.(*String)
		return ok && a.Value == b.Value
	case *Path:
		b, ok := b.(*Path)
		return ok && equalPaths(a, b)
	}
	return false
}

func equalPaths(a, b *Path) bool {
	return a.Root == b.Root && slices.EqualFunc(a.Segments, b.Segments, func(a, b Segment) bool {
		return a.Name == b.Name && a.Custom == b.Custom
	})
}

func equalArguments(a, b *String) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Value == b.Value
}
