package condition_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// TestTraitsOfOperators repeats the table of operators, because the whole product depends on it.
func TestTraitsOfOperators(t *testing.T) {
	type row struct {
		equality, inequality, exact, wildcards, expression bool
		opposite                                           condition.Operator
	}
	want := map[condition.Operator]row{
		condition.Equal:         {equality: true, opposite: condition.NotEqual},
		condition.ExactEqual:    {equality: true, exact: true, opposite: condition.ExactNotEqual},
		condition.NotEqual:      {inequality: true, opposite: condition.Equal},
		condition.ExactNotEqual: {inequality: true, exact: true, opposite: condition.ExactEqual},
		condition.Like:          {wildcards: true},
		condition.Matches:       {expression: true},
	}
	for _, o := range condition.Operators() {
		w, ok := want[o]
		if !ok {
			t.Errorf("this test does not know %s", o)
		}
		if got := (row{o.Equality(), o.Inequality(), o.Exact(), o.Wildcards(), o.Expression(), o.Opposite()}); got != w {
			t.Errorf("%s is %+v, want %+v", o, got, w)
		}
		if o.Pattern() == o.Compares() {
			t.Errorf("%s compares with a pattern: %t, and with values: %[2]t", o, o.Pattern())
		}
		if named, ok := condition.OperatorNamed(o.String()); !ok || named != o {
			t.Errorf("%s is read as %s", o, named)
		}
	}
	if o, ok := condition.OperatorNamed("<>"); ok {
		t.Errorf("<> is read as %s", o)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown operator has traits")
		}
	}()
	condition.Operator(0).Equality()
}

// TestTraitsOfFunctions repeats the table of functions.
func TestTraitsOfFunctions(t *testing.T) {
	type row struct {
		privilege, login, absence bool
		root, relation            string
	}
	want := map[condition.Function]row{
		condition.HasPrivilege: {privilege: true},
		condition.IsAnonymous:  {login: true, root: "user"},
		condition.Empty:        {absence: true},
		condition.IsOwned:      {root: "resource", relation: "owner"},
	}
	for _, f := range condition.Functions() {
		w, ok := want[f]
		if !ok {
			t.Errorf("this test does not know %s", f)
		}
		if got := (row{f.Privilege(), f.Login(), f.Absence(), f.Root(), f.Relation()}); got != w {
			t.Errorf("%s is %+v, want %+v", f, got, w)
		}
		if named, ok := condition.FunctionNamed(strings.ToUpper(f.String())); !ok || named != f {
			t.Errorf("%s is read as %s", f, named)
		}
	}
	if f, ok := condition.FunctionNamed("Length"); ok {
		t.Errorf("Length is read as %s", f)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown function has traits")
		}
	}()
	condition.Function(0).Privilege()
}

// TestPathThatACallReads checks that the call is not changed.
func TestPathThatACallReads(t *testing.T) {
	for text, want := range map[string]string{
		`resource.IsOwned()`:                      "resource.owner",
		`resource.stream.Empty()`:                 "resource.stream",
		`user.IsAnonymous()`:                      "user",
		`resource.stream.HasPrivilege("publish")`: "resource.stream",
	} {
		tree, list := condition.Parse(&diag.Text{Content: text}, diag.Rule{})
		if len(list) > 0 {
			t.Fatal(list)
		}
		call := tree.(*condition.Call)
		if p := call.Read(); p.String() != want {
			t.Errorf("%s reads %s, want %s", text, &p, want)
		}
		if got := condition.Print(tree); got != text {
			t.Errorf("%s has become %s", text, got)
		}
	}
}

// TestVocabularyHasEveryOperatorAndFunction compares the table for editors and documentation with the
// language.
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
