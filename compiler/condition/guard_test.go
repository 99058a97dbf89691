package condition_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/test/source"
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
	read := 0
	for _, f := range source.Go(t, source.Product) {
		inside := f.Dir() == "compiler/condition"
		if !inside && !bytes.Contains(f.Content, []byte("condition.")) {
			continue
		}
		read++
		for _, place := range comparisonsWithOne(f, inside) {
			t.Error(place)
		}
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
		f, err := source.Parse("x.go", []byte("package x\nfunc f() {\n"+statement+"\n}"))
		if err != nil {
			t.Fatal(err)
		}
		if found := comparisonsWithOne(f, false); len(found) != want {
			t.Errorf("%s: %d found, want %d", statement, len(found), want)
		}
	}
}

// comparisonsWithOne returns the locations in a file that compare with one operator or function.
func comparisonsWithOne(f *source.GoFile, inside bool) (found []string) {
	const one = "compares with one operator or function"
	note := func(what string, all ...ast.Expr) {
		for _, e := range all {
			if isConstant(e, inside) || isWord(e) {
				found = append(found, f.At(e)+" "+what)
			}
		}
	}
	f.Visit(func(n ast.Node) {
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
	})
	return found
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
