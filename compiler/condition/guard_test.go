package condition_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
)

// constants maps the names of constants to the operators and functions.
var constants = map[string]fmt.Stringer{
	"Equal": condition.Equal, "ExactEqual": condition.ExactEqual, "NotEqual": condition.NotEqual,
	"ExactNotEqual": condition.ExactNotEqual, "Like": condition.Like, "Matches": condition.Matches,
	"HasPrivilege": condition.HasPrivilege, "IsAnonymous": condition.IsAnonymous,
	"Empty": condition.Empty, "IsOwned": condition.IsOwned,
}

// TestNothingComparesWithOneOperatorOrFunction finds comparisons with a single operator or function.
// Neither the compiler nor a linter reports such a line when the language gets a new one. Use a trait,
// or a switch without a default.
func TestNothingComparesWithOneOperatorOrFunction(t *testing.T) {
	if len(constants) != len(condition.Operators())+len(condition.Functions()) {
		t.Fatal("this test does not know every operator and function")
	}
	root := filepath.Join("..", "..")
	read := 0
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() && slices.Contains([]string{"node_modules", ".git", "testdata"}, entry.Name()) {
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
		read++
		found, err := comparisonsWithOne(path, source, inside)
		for _, place := range found {
			t.Error(place)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 50 {
		t.Fatalf("only %d files were read", read)
	}
}

// TestGuardNoticesComparisons checks that the guard reports every form of comparison.
func TestGuardNoticesComparisons(t *testing.T) {
	for statement, want := range map[string]int{
		`_ = op == condition.Like`:                                       1,
		`_ = call.Kind() != condition.Empty`:                             1,
		`_ = word == condition.Empty.String()`:                           1,
		`_ = call.Function == "IsOwned"`:                                 1,
		`_ = strings.EqualFold(name, "isowned")`:                         1,
		`_ = slices.Contains(ops, condition.Like)`:                       1,
		`_ = map[condition.Operator]int{condition.Like: 1}`:              1,
		`_ = table[condition.Like]`:                                      1,
		`switch name { case "IsOwned": }`:                                1,
		`switch o := op.String(); o { case "like": }`:                    1,
		`switch op { case condition.Like: default: }`:                    1,
		`switch { case op == condition.Like: default: }`:                 1,
		`switch op { case condition.Like, condition.Matches: }`:          0, // exhaustive names what is missing
		`_, _, _ = strings.Cut(setting, "=")`:                            0,
		`call(op.Wildcards(), &condition.Call{Function: "IsOwned"})`:     0,
		`switch name { case "owner": default: }; _ = name == "isowned "`: 0,
	} {
		found, err := comparisonsWithOne("x.go", []byte("package x\nfunc f() {\n"+statement+"\n}"), false)
		if err != nil || len(found) != want {
			t.Errorf("%s: %d found, want %d %v", statement, len(found), want, err)
		}
	}
}

// comparisonsWithOne returns the locations in a file that compare with one operator or function.
func comparisonsWithOne(path string, source []byte, inside bool) (found []string, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	const one = "compares with one operator or function"
	note := func(what string, all ...ast.Expr) {
		for _, e := range all {
			if isConstant(e, inside) || isWord(e) {
				found = append(found, fmt.Sprintf("%s %s", files.Position(e.Pos()), what))
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr: // op == condition.Like
			if n.Op == token.EQL || n.Op == token.NEQ {
				note(one, n.X, n.Y)
			}
		case *ast.CallExpr: // slices.Contains(ops, condition.Like), but not strings.Cut(text, "=")
			for _, e := range n.Args {
				if isConstant(e, inside) || isFunctionName(e) {
					note(one, e)
				}
			}
		case *ast.KeyValueExpr: // a table by operator
			note(one, n.Key)
		case *ast.IndexExpr:
			note(one, n.Index)
		case *ast.SwitchStmt:
			for _, e := range casesOf(n) {
				if isWord(e) {
					note(one, e)
				}
			}
			if cases := casesOf(n); hasDefault(n) && len(cases) > 0 {
				note("is in a switch with a default", cases[0])
			}
		}
		return true
	})
	return found, nil
}

func casesOf(s *ast.SwitchStmt) (all []ast.Expr) {
	for _, c := range s.Body.List {
		all = append(all, c.(*ast.CaseClause).List...)
	}
	return all
}

func hasDefault(s *ast.SwitchStmt) bool {
	return slices.ContainsFunc(s.Body.List, func(c ast.Stmt) bool { return c.(*ast.CaseClause).List == nil })
}

// isConstant reports whether an expression is an operator or a function, or the word for it.
func isConstant(e ast.Expr, inside bool) bool {
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 0 {
		method, ok := call.Fun.(*ast.SelectorExpr)
		return ok && method.Sel.Name == "String" && isConstant(method.X, inside)
	}
	if s, ok := e.(*ast.SelectorExpr); ok {
		x, isIdent := s.X.(*ast.Ident)
		return isIdent && x.Name == "condition" && constants[s.Sel.Name] != nil
	}
	name, ok := e.(*ast.Ident)
	return ok && inside && constants[name.Name] != nil
}

// isWord reports whether an expression is the word of an operator or function as a string.
func isWord(e ast.Expr) bool {
	text, ok := stringOf(e)
	_, operator := condition.OperatorNamed(text)
	return ok && operator || isFunctionName(e)
}

func isFunctionName(e ast.Expr) bool {
	text, ok := stringOf(e)
	_, function := condition.FunctionNamed(text)
	return ok && function
}

func stringOf(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}
