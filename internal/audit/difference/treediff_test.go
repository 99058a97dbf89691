package difference

import (
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
)

// The description names every part that differs and the effect that it can have by itself. The tree has both versions.
func TestCompareConditions(t *testing.T) {
	const a, b, c = `user.name = "a"`, `user.name = "b"`, `user.name = "c"`
	for _, test := range []struct{ name, old, new, descriptions, tree string }{
		{"written differently", a + " and " + b, "((" + a + ") and " + b + ")", "", " " + a + " and " + b},
		{
			"one requirement more", a, a + " and " + b, "also requires " + b + " (can only narrow the rule)",
			"+all of\n  " + a + "\n +" + b,
		},
		{
			"one requirement less", a + " and " + b, b, "no longer requires " + a + " (can only widen the rule)",
			"-all of\n -" + a + "\n  " + b,
		},
		{
			"one alternative more", a + " or " + c, a + " or " + b + " or " + c, "also applies where " + b + " (can only widen the rule)",
			" any of\n  " + a + "\n +" + b + "\n  " + c,
		},
		{
			"one alternative less", a + " or " + c, c, "no longer applies where " + a + " (can only narrow the rule)",
			"-any of\n -" + a + "\n  " + c,
		},
		{
			"below not", "!(" + a + " or " + b + ")", "!(" + a + ")", "removes or " + b + " below not (can only widen the rule)",
			" not\n -any of\n   " + a + "\n  -" + b,
		},
		{"another condition", a, b, a + " becomes " + b, "-" + a + "\n+" + b},
		{
			"nested", a + " and (" + b + " or " + c + ")", a + " and (" + b + ")", "no longer applies where " + c + " (can only narrow the rule)",
			" all of\n  " + a + "\n -any of\n   " + b + "\n  -" + c,
		},
	} {
		d := CompareConditions(test.old, test.new)
		if d == nil {
			t.Errorf("%s: not compared", test.name)
			continue
		}
		var descriptions, tree []string
		for _, c := range d.Clauses {
			descriptions = append(descriptions, c.Says)
		}
		for _, line := range d.Tree {
			tree = append(tree, strings.Repeat(" ", line.Depth)+line.Mark+line.Text)
		}
		if got := strings.Join(descriptions, "; "); got != test.descriptions {
			t.Errorf("%s: %s, want %s", test.name, got, test.descriptions)
		}
		if got := strings.Join(tree, "\n"); got != test.tree {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.tree)
		}
	}
	if CompareConditions(a, "user.name =") != nil {
		t.Error("a condition with syntax errors is compared")
	}
}

// An edit that is described as widening or narrowing does so for all values of the parts.
func TestReachIsTrue(t *testing.T) {
	parts := []string{`user.a = "x"`, `user.b = "x"`, `user.c = "x"`}
	conditions := []string{
		"%1", "%1 and %2", "%1 or %2", "%1 and %2 and %3", "%1 or %2 or %3", "!(%1 and %2)", "!(%1 or %2)", "!(%1)", "%1 and (%2 or %3)", "%1 or (%2 and %3)",
		"!(%1 and (%2 or %3))", "%1 and %3", "%2 or %3", "!(%1 and !(%2 or %3))", "!(%1 and !(%2))", "!(%1 and !(%2 and %3))",
	}
	fill := strings.NewReplacer("%1", parts[0], "%2", parts[1], "%3", parts[2])
	checked := 0
	for _, from := range conditions {
		for _, to := range conditions {
			old, new := parsed(t, fill.Replace(from)), parsed(t, fill.Replace(to))
			d := CompareConditions(fill.Replace(from), fill.Replace(to))
			if len(d.Clauses) != 1 || d.Clauses[0].Reach == "" {
				continue
			}
			checked++
			for values := range 8 {
				was, is := holds(old, values), holds(new, values)
				if d.Clauses[0].Reach == Widens && was && !is || d.Clauses[0].Reach == Narrows && is && !was {
					t.Errorf("%s to %s is described as: %s", from, to, d.Clauses[0].Says)
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d steps were checked", checked)
	}
}

// holds evaluates a condition over user.a, user.b and user.c, each of which is true or false.
func holds(n condition.Node, values int) bool {
	switch n := n.(type) {
	case *condition.And:
		for _, o := range n.Operands {
			if !holds(o, values) {
				return false
			}
		}
		return true
	case *condition.Or:
		for _, o := range n.Operands {
			if holds(o, values) {
				return true
			}
		}
		return false
	case *condition.Not:
		return !holds(n.Operand, values)
	case *condition.Bool, *condition.Comparison, *condition.Call:
	}
	return values>>strings.Index("abc", string(condition.Print(n)[len("user.")]))&1 == 1
}
