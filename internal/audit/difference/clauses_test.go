package difference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
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
		// Taken back one after the other, the edits lead from the new to the old one.
		for range clauses {
			new = parsed(t, condition.Print(withoutEdit(old, new, 0)))
		}
		if !condition.Same(old, new) {
			t.Errorf("%s: with all edits taken back it is %s, not %s", test.name, condition.Print(new), test.old)
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
		t.Errorf("what is gone has the place of what it was a part of: %+v", clauses)
	}
}

func TestWitnesses(t *testing.T) {
	for expression, want := range map[string]int{
		`(?s)^sa_.*$`: 4, `^A[0-9]{3}-(x|y)+$`: 4, `^\w+@\S+\.com$`: 4, `(?s)^.*$`: 4, `^[^a-z]$`: 4, `(?i)^ab?c*$`: 4, `^(?:a|b)$`: 2, `(?i)^(?:a|b)$`: 2, `^ab?$`: 2, `^x{2,3}$`: 2, `^a\bb$`: 0,
	} {
		list := witnesses(pattern{expression, true}, 4)
		slices.Sort(list)
		if got := len(slices.Compact(list)); got < want || want < 4 && got > want {
			t.Errorf("%s is met by %q: %d texts, want %d", expression, list, got, want)
		}
		for _, text := range list {
			if !regexp.MustCompile(expression).MatchString(text) {
				t.Errorf("%q does not meet %s", text, expression)
			}
		}
	}
}

func steps(relations ...string) []reads.Step {
	var list []reads.Step
	for _, r := range relations {
		list = append(list, reads.Step{Relation: r})
	}
	return list
}

func TestAssignmentsLeadToWhatTheyHave(t *testing.T) {
	k := &collector{columns: columns{}}
	for i := range 3 {
		k.columns.of(reads.Resource, steps("stream", fmt.Sprint("r", i)), "name").domain.name("x", false)
	}
	for _, d := range k.columns.domains() {
		d.settle(k.unmade)
	}
	cs := k.columns.sorted(reads.Resource)
	values := make([][]value, len(cs))
	for i, c := range cs {
		values[i] = c.values(false)
	}
	for _, most := range []int{1000, 20} {
		list, whole := assignments(cs, values, most)
		if whole != (most == 1000) || len(list) > most || len(list) < 10 {
			t.Errorf("%d of at most %d assignments, whole %t", len(list), most, whole)
		}
		for _, a := range list {
			if !fits(cs, values, a) {
				t.Errorf("%v has something that nothing leads to", a)
			}
		}
	}
}
