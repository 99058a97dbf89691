package evaluate

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// compareStrings implements the table of docs/language.md, section 4.2.
func (s scope) compareStrings(n *condition.Comparison, a, b []string) bool {
	equal := func(x, y string) bool { return x == y }
	equalFolded := func(x, y string) bool { return schema.Fold(x) == schema.Fold(y) }
	switch n.Op {
	case condition.Equal:
		return somePair(a, b, equalFolded)
	case condition.ExactEqual:
		return somePair(a, b, equal)
	case condition.NotEqual:
		return differ(s.evaluator.inequality, a, b, equalFolded)
	case condition.ExactNotEqual:
		return differ(s.evaluator.inequality, a, b, equal)
	case condition.Like:
		return somePair(a, b, func(value, pattern string) bool {
			return like(schema.Fold(pattern), schema.Fold(value))
		})
	case condition.Matches:
		pattern := s.evaluator.patterns[n]
		return somePair(a, b, func(value, _ string) bool { return pattern.MatchString(value) })
	}
	panic(fmt.Sprintf("evaluate: unknown operator %q", n.Op))
}

// compareEntities implements the same table with identity instead of case-folding. It has no
// like and matches, whose right side is a string.
func (s scope) compareEntities(op condition.Operator, a, b []*snapshot.Entity) bool {
	switch op {
	case condition.Equal, condition.ExactEqual:
		return somePair(a, b, same)
	case condition.NotEqual, condition.ExactNotEqual:
		return differ(s.evaluator.inequality, a, b, same)
	case condition.Like, condition.Matches:
	}
	panic(fmt.Sprintf("evaluate: entities are not compared by %q", op))
}

func somePair[T any](a, b []T, is func(x, y T) bool) bool {
	for _, x := range a {
		for _, y := range b {
			if is(x, y) {
				return true
			}
		}
	}
	return false
}

// differ is != with the option list-inequality.
func differ[T any](option ListInequality, a, b []T, equal func(x, y T) bool) bool {
	if option == All {
		return !somePair(a, b, equal)
	}
	return len(a) == 0 || len(b) == 0 || somePair(a, b, func(x, y T) bool { return !equal(x, y) })
}
