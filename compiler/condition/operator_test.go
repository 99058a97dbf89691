package condition_test

import (
	"slices"
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

// TestVocabularyHasEveryOperatorAndFunction holds the table that editors and documentation
// are made of against the language.
func TestVocabularyHasEveryOperatorAndFunction(t *testing.T) {
	var operators, functions []string
	for _, o := range condition.Operators() {
		operators = append(operators, o.String())
	}
	for _, f := range condition.Functions() {
		functions = append(functions, f.String())
	}
	words := func(entries []condition.Entry) (list []string) {
		for _, e := range entries {
			list = append(list, e.Word)
		}
		return list
	}
	if got := words(condition.Language().Operators); !slices.Equal(got, operators) {
		t.Errorf("operators %v, want %v", got, operators)
	}
	if got := words(condition.Language().Functions); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(functions))) {
		t.Errorf("functions %v, want %v", got, functions)
	}
}
