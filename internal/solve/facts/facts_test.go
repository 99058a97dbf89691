package facts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

func text(content string) *diag.Text { return &diag.Text{Label: "condition", Content: content} }

// rules parses rules in the short form `FILTER ACTION,…[@CONTEXT]: CONDITION`. Their names are a, b, ….
func rules(tb testing.TB, short ...string) []ruleset.Rule {
	var list []ruleset.Rule
	for i, s := range short {
		head, condition, _ := strings.Cut(s, ": ")
		filter, actions, _ := strings.Cut(head, " ")
		actions, context, _ := strings.Cut(actions, "@")
		name := string(rune('a' + i))
		r := ruleset.Rule{ID: name, Name: name, Category: ruleset.Security, Context: ruleset.Both, Filter: text(filter), Condition: text(condition)}
		switch context {
		case "hub":
			r.Context = ruleset.Hub
		case "qmc":
			r.Context = ruleset.QMC
		}
		for _, a := range strings.Split(actions, ",") {
			action, ok := ruleset.ParseAction(a)
			if !ok {
				tb.Fatalf("no action %q", a)
			}
			r.Actions |= ruleset.Actions(action)
		}
		list = append(list, r)
	}
	return list
}

func book(tb testing.TB, list []ruleset.Rule) *Book {
	b, err := New(list, solve.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func show(list []Fact) string {
	var lines []string
	for _, f := range list {
		line := f.Rule.Name + " " + string(f.Kind)
		for _, by := range f.By {
			line += " " + by.Name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestAll(t *testing.T) {
	for _, test := range []struct {
		name  string
		rules []string
		want  string
	}{
		{"rules that differ", []string{`App_* read: user.name = "x"`, `App_* read: user.name = "y"`}, ``},
		{"a duplicate", []string{`App_* read: user.name = "x"`, `App_* read: user.name = "X"`}, `a duplicate b; b duplicate a`},
		{"other actions are no duplicate", []string{`App_* read: user.name = "x"`, `App_* read,update: user.name = "X"`}, `a covered b`},
		{"a wider filter", []string{`App_* read: user.name = "x"`, `App* read: user.name = "x"`}, `a covered b`},
		{"a wider context", []string{`App_* read@hub: user.name = "x"`, `App_* read: user.name = "x"`}, `a covered b`},
		{"two together", []string{`App_* read: user.name = "x"`, `App_* read@hub: user.name = "x"`, `App_* read: user.name = "x" and resource.name = "y"`, `App_* read: user.name = "x" and resource.name != "y"`},
			`a covered c d; b covered a; c covered a; d covered a`},
		{"a pattern", []string{`App_* read: user.name = "adam"`, `App_* read: user.name like "a*"`}, `a covered b`},
		{"an expression", []string{`App_* read: user.name like "ab*"`, `App_* read: user.name matches "[a-c]+.*"`}, ``},
		{"an expression for one line", []string{`App_* read: user.name matches "ab.*"`, `App_* read: user.name like "a*"`}, `a covered b`},
		{"never", []string{`App_* read: user.name = "x" and user.name = "y"`}, `a never`},
		{"never is for scalars", []string{`App_* read: user.group = "x" and user.group = "y"`}, ``},
		{"always", []string{`App_* read: user.name = "x" or user.name != "x"`}, `a always`},
		{"a list that is not equal to either", []string{`App_* read: user.group != "x" or user.group != "y"`}, `a always`},
		{"true is no finding", []string{`App_* read: true`, `Stream_* read: `}, ``},
		{"a right that others ask for", []string{`App_* read: resource.stream.HasPrivilege("read")`, `Stream_* read: user.name = "x"`, `Stream_* read: user.name like "*x"`}, `b covered c`},
		{"rights that hold each other", []string{`App_* read: user.name = "x" or resource.HasPrivilege("update")`, `App_* update: resource.HasPrivilege("read")`, `App_* update: user.name = "x"`}, `b covered c; c covered b`},
		{"one that holds another", []string{`App_* read: resource.HasPrivilege("update") or resource.HasPrivilege("read")`, `App_* update: resource.HasPrivilege("read")`, `App_* update: user.name = "x"`}, `b covered c`},
		{"anonymous users may have roles", []string{`App_* read: user.roles = "x"`, `App_* read: user.roles = "x" and !user.IsAnonymous()`}, `b covered a`},
		{"of an entity", []string{`App_* read: resource.owner = user and user.name = "x"`, `App_* read: resource.owner = user and resource.owner.name = "x"`}, `a covered b; b covered a`},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, err := book(t, rules(t, test.rules...)).All(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := show(list); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestQuestions(t *testing.T) {
	b := book(t, rules(t, `App_* read: user.name = "x"`, `App_* update: user.name = "y"`, `App_* read: user.group = "x"`, `App_*,Stream_* export: resource.HasPrivilege("read")`, `Stream_* read: user.name = "x"`))
	app := text("App_*")
	must := func(v Verdict, err error) Verdict {
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, test := range []struct {
		what string
		got  Verdict
		want bool
	}{
		{"names differ", must(b.Disjoint("a", "b")), true},
		{"a name and a group", must(b.Disjoint("a", "c")), false},
		{"types differ", must(b.Disjoint("a", "e")), true},
		{"a guard that says nothing", must(b.Same(app, text(`resource.resourcetype = "App" and user.name = "x"`), text(`user.name = "x"`))), true},
		{"a guard that says something", must(b.Same(app, text(`!user.name.Empty() and user.name != "x"`), text(`user.name != "x"`))), false},
		{"a guard that is implied", must(b.Same(app, text(`!user.name.Empty() and user.name = "x"`), text(`user.name = "x"`))), true},
		{"a rule that counts", must(b.Drop("a")), false},
		{"a rule that counts elsewhere", must(b.Drop("e")), false},
	} {
		if test.got.Yes != test.want || test.got.No == test.want || test.got.No && test.got.Witness == nil {
			t.Errorf("%s: %+v, want %t", test.what, test.got, test.want)
		}
	}
	if _, err := b.Drop("z"); err == nil {
		t.Error("a rule that does not exist can be dropped")
	}
	if _, err := b.Same(app, text(`user.name =`), text("true")); err == nil {
		t.Error("a condition with errors has facts")
	}
}

// TestSite checks every fact about the rules of a real site by leaving the rule out.
func TestSite(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	list, _ := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	b := book(t, list)
	found, err := b.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Logf("%q %s %v %v", f.Rule.Name, f.Kind, f.By, f.Axioms)
		if f.Kind != Covered && f.Kind != Duplicate {
			continue
		}
		if v, err := b.Drop(f.Rule.ID); err != nil || !v.Yes {
			t.Errorf("%q is covered, but dropping it changes access: %+v, %v", f.Rule.Name, v, err)
		}
	}
}

// BenchmarkAll has rules like those of large sites: groups that can read streams.
func BenchmarkAll(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			list := large(n)
			for b.Loop() {
				found, err := book(b, list).All(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(found)), "facts")
			}
		})
	}
}

func large(n int) []ruleset.Rule {
	var list []ruleset.Rule
	for i := range n {
		condition := fmt.Sprintf(`user.group = "g%d" and resource.@area = "a%d" or user.@area = resource.@area and user.name like "n%d*"`, i%(n/2), i%7, i%30)
		switch i % 5 {
		case 1:
			condition = fmt.Sprintf(`user.group = "g%d" and resource.stream.HasPrivilege("read")`, i)
		case 2:
			condition = fmt.Sprintf(`resource.owner = user and !(user.group = "g%d")`, i)
		}
		list = append(list, ruleset.Rule{
			ID: fmt.Sprint(i), Name: fmt.Sprint(i), Category: ruleset.Security, Context: ruleset.Both,
			Filter: text([]string{"App_*", "Stream_*", "App*", "DataConnection_*"}[i%4]), Condition: text(condition), Actions: ruleset.Actions(2 << (i % 3)),
		})
	}
	return list
}
