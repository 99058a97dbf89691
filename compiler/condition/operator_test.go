package condition_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
)

// TestTraitsOfOperators writes the table of operators a second time: what is asked about
// an operator in the whole product follows from it.
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
		if got := (row{o.Equality(), o.Inequality(), o.Exact(), o.Wildcards(), o.Expression(), o.Opposite()}); got != want[o] {
			t.Errorf("%s is %+v, want %+v", o, got, want[o])
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

// TestNothingComparesWithOneOperator: neither the compiler nor a linter notices such a
// place when the language gets an operator. Ask for a trait of the operator, or write a
// switch without a default.
func TestNothingComparesWithOneOperator(t *testing.T) {
	operators := map[string]bool{"Equal": true, "ExactEqual": true, "NotEqual": true, "ExactNotEqual": true, "Like": true, "Matches": true}
	if len(operators) != len(condition.Operators()) {
		t.Fatal("this test does not know every operator")
	}
	isOperator := func(e ast.Expr, inside bool) bool {
		if s, ok := e.(*ast.SelectorExpr); ok {
			x, isName := s.X.(*ast.Ident)
			return isName && x.Name == "condition" && operators[s.Sel.Name]
		}
		name, ok := e.(*ast.Ident)
		return ok && inside && operators[name.Name]
	}
	root := filepath.Join("..", "..")
	files := token.NewFileSet()
	read := 0
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git" || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		inside := filepath.Dir(path) == filepath.Join(root, "compiler", "condition")
		source, err := os.ReadFile(path)
		if err != nil || !inside && !bytes.Contains(source, []byte("condition.")) {
			return err
		}
		file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		read++
		ast.Inspect(file, func(n ast.Node) bool {
			var compared []ast.Expr
			switch n := n.(type) {
			case *ast.BinaryExpr: // op == condition.Like
				compared = []ast.Expr{n.X, n.Y}
			case *ast.CallExpr: // slices.Contains(ops, condition.Like)
				compared = n.Args
			case *ast.KeyValueExpr: // a table by operator
				compared = []ast.Expr{n.Key}
			case *ast.IndexExpr:
				compared = []ast.Expr{n.Index}
			}
			for _, e := range compared {
				if isOperator(e, inside) {
					t.Errorf("%s compares with one operator", files.Position(e.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 50 {
		t.Fatalf("only %d files were read", read)
	}
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
