package condition

import (
	"strings"
	"testing"
	"unicode"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

var ruleless diag.Rule

// seed adds the conditions of all tables, valid and invalid ones.
func seed(f *testing.F) {
	for _, c := range errorCases(f) {
		f.Add(c.condition)
	}
	for _, condition := range []string{
		"", " ", "true", `user.a="x\\y\"z\w"`, `USER.Like.and.@true-1 = Resource.@1.x_2`, `!user = "x" and (true or false)&&true||!true`,
		`!resource.@a.empty ( )`, `resource.HasPrivilege("read")`, "\ufefftrue", "user.a\u00a0=\u00a0\"x\"", "user = \"\xff\"",
		strings.Repeat("(", 300), strings.Repeat("!", 300), strings.Repeat("'x' ", 30),
	} {
		f.Add(condition)
	}
}

// Parse accepts any text. It returns either a tree or diagnostics, and all their ranges lie within the
// text.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, condition string) {
		tree, list := Parse(textOf(condition), ruleless)
		if (tree == nil) != (len(list) > 0) {
			t.Fatalf("tree %v with %d diagnostics", tree, len(list))
		}
		inside := func(r diag.Range) bool { return 0 <= r.Start && r.Start <= r.End && r.End <= len(condition) }
		for i, d := range list {
			if !inside(d.Subject) {
				t.Errorf("%s points at %v", d.Code, d.Subject)
			}
			if i > 0 && list[i-1].Subject.Start > d.Subject.Start {
				t.Errorf("%s is out of order", d.Code)
			}
			if d.Fix != nil && (!inside(d.Fix.Range) || condition[d.Fix.Range.Start:d.Fix.Range.End] == d.Fix.Replacement) {
				t.Errorf("%s is repaired by %+v", d.Code, d.Fix)
			}
		}
		out := rendered(t, list)
		if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q reaches the terminal", out[i:])
		}
		if tree != nil {
			Walk(tree, func(n Node) bool {
				if !inside(n.Span()) {
					t.Errorf("%s has the range %v", Print(n), n.Span())
				}
				return true
			})
		}
	})
}

// A tree is printed as a condition that is parsed to the same tree.
func FuzzPrintParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, condition string) {
		tree, _ := Parse(textOf(condition), ruleless)
		if tree == nil || 2*len(condition) > maxLength {
			return // or the escapes may make it too long to read again
		}
		printed := Print(tree)
		again, list := Parse(textOf(printed), ruleless)
		if len(list) > 0 {
			t.Fatalf("%s does not parse: %s", printed, list[0].Summary)
		}
		if !Same(tree, again) {
			t.Fatalf("%s reads as %s", printed, Print(again))
		}
	})
}
