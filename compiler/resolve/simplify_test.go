package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

func predicateOf(t *testing.T, rule string) ir.Predicate {
	t.Helper()
	program, list := Resolve([]*Rule{parseRule(t, rule)}, defaults())
	if list.HasErrors() {
		t.Fatal(rendered(t, list))
	}
	return classNamed(t, program, "app").Rules[0].Predicate
}

const nested = `App_*: (user.name = "a" or !(resource.HasPrivilege("read") and resource.name = "b")) and !(user.IsAnonymous())`

func TestVisitTellsWhatStandsUnderANegation(t *testing.T) {
	var got []string
	visit := func(test ir.Atom, negated bool) { got = append(got, fmt.Sprintf("%t %s", negated, test.Key())) }
	ir.Visit(predicateOf(t, nested), visit)
	ir.Visit(ir.Constant{Value: true}, visit)
	want := `false user.name = ["a"], true resource has read, true resource.name = ["b"], true anonymous`
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

func TestRewriteFoldsItsOutput(t *testing.T) {
	tests := []struct {
		replaced string
		by       bool
		want     string
	}{
		{"anonymous", true, `false`},
		{"anonymous", false, `(user.name = ["a"] or !(resource has read and resource.name = ["b"]))`},
		{"resource has read", false, `!anonymous`},
		{"resource has read", true, `((user.name = ["a"] or !resource.name = ["b"]) and !anonymous)`},
		{"nothing", true, predicateOf(t, nested).Key()},
	}
	for _, test := range tests {
		got := ir.Rewrite(predicateOf(t, nested), func(p ir.Atom) ir.Predicate {
			if p.Key() == test.replaced {
				return ir.Constant{Value: test.by}
			}
			return p
		})
		if got.Key() != test.want {
			t.Errorf("%s := %t: %s, want %s", test.replaced, test.by, got.Key(), test.want)
		}
	}
	if got := ir.Rewrite(ir.Constant{Value: true}, nil); got != (ir.Constant{Value: true}) {
		t.Errorf("a constant became %v", got)
	}
}

func TestEntities(t *testing.T) {
	app := ir.Entities{Root: ir.Resource, Origin: "app.object"}.Follow(ir.Step{Name: "app", Type: "app"})
	a, b := app.Follow(ir.Step{Name: "stream", Type: "stream"}), app.Follow(ir.Step{Name: "owner", Type: "user"})
	if a.Key() != "resource.app.stream" || b.Key() != "resource.app.owner" {
		t.Errorf("paths that begin alike share their steps: %s, %s", a.Key(), b.Key())
	}
	if p := a.Parent(); p.Key() != app.Key() || p.Type() != "app" || !p.Parent().IsRoot() || p.Parent().Type() != "app.object" {
		t.Errorf("the parent of %s is %s, its parent %s", a.Key(), p.Key(), p.Parent().Type())
	}
}
