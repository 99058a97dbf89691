package condition_test

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
)

func TestPatternOperators(t *testing.T) {
	for _, o := range condition.Operators() {
		if want := o == condition.Like || o == condition.Matches; o.Pattern() != want {
			t.Errorf("%s compares with a pattern: %t, want %t", o, o.Pattern(), want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown operator compares")
		}
	}()
	condition.Operator(0).Pattern()
}
