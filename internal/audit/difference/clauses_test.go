package difference

import (
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func parsed(t *testing.T, text string) condition.Node {
	t.Helper()
	tree, found := condition.Parse(&diag.Text{Label: "condition", Content: text}, diag.Rule{})
	if tree == nil || found.HasErrors() {
		t.Fatalf("%s: %v", text, found)
	}
	return tree
}

func TestClausesThatDiffer(t *testing.T) {
	const a, b, c, d = `user.name = "a"`, `user.name = "b"`, `user.name = "c"`, `user.name = "d"`
	tests := []struct{ name, old, new, want string }{
		{"same but for parentheses", a + " and " + b, "(" + a + ") and " + b, ""},
		{"a clause more beside one", a, a + " or " + b, "+" + b},
		{"a clause less", a + " and " + b, b, "-" + a},
		{"a clause more in the middle", a + " or " + c, a + " or " + b + " or " + c, "+" + b},
		{"one clause is another", a + " and " + b + " and " + c, a + " and " + d + " and " + c, "-" + b + " +" + d},
		{"deep inside", a + " and (" + b + " or " + c + ")", a + " and (" + b + " or " + d + ")", "-" + c + " +" + d},
		{"two places", a + " and (" + b + " or " + c + ")", d + " and (" + b + ")", "-" + a + " +" + d + "; -" + c},
		{"below a negation", "!(" + a + " or " + b + ")", "!(" + a + " or " + c + ")", "-" + b + " +" + c},
		{"a whole that was put into another", a + " and " + b, "(" + a + " and " + b + ") or " + c, "+" + c},
		{"and becomes or", a + " and " + b, a + " or " + b, "-" + a + " and " + b + " +" + a + " or " + b},
		{"another condition", a, b, "-" + a + " +" + b},
	}
	for _, test := range tests {
		old, new := parsed(t, test.old), parsed(t, test.new)
		var got []string
		clauses := compareClauses(old, new)
		for _, c := range clauses {
			var sides []string
			if c.old != nil {
				sides = append(sides, "-"+condition.Print(c.old))
			}
			if c.new != nil {
				sides = append(sides, "+"+condition.Print(c.new))
			}
			got = append(got, strings.Join(sides, " "))
		}
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%s: %s, want %s", test.name, strings.Join(got, "; "), test.want)
		}
		// Reverting the edits one by one leads from the new condition to the old one.
		for range clauses {
			new = parsed(t, condition.Print(withoutEdit(old, new, 0)))
		}
		if !condition.Same(old, new) {
			t.Errorf("%s: with all edits reverted it is %s, not %s", test.name, condition.Print(new), test.old)
		}
	}
}

func TestPlacesOfClauses(t *testing.T) {
	const text = `user.name = "a" and (user.name = "b" or user.name = "c")`
	clauses := compareClauses(parsed(t, `user.name = "a" and user.name = "b"`), parsed(t, text))
	if len(clauses) != 1 || text[clauses[0].at.Start:clauses[0].at.End] != `user.name = "c"` {
		t.Errorf("%+v", clauses)
	}
	clauses = compareClauses(parsed(t, text+` and user.name = "d"`), parsed(t, text))
	if len(clauses) != 1 || text[clauses[0].at.Start:clauses[0].at.End] != text {
		t.Errorf("a removed clause has the location of its parent: %+v", clauses)
	}
}
