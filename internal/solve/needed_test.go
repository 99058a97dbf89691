package solve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// shortRules parses rules in the short form FILTER ACTION: CONDITION.
func shortRules(tb testing.TB, short ...string) []ruleset.Rule {
	var rules []ruleset.Rule
	for i, s := range short {
		head, condition, _ := strings.Cut(s, ": ")
		filter, name, _ := strings.Cut(head, " ")
		action, ok := ruleset.ParseAction(name)
		if !ok {
			tb.Fatalf("no action %q", name)
		}
		rules = append(rules, ruleset.Rule{
			ID: fmt.Sprint(i), Name: fmt.Sprint(i), Category: ruleset.Security, Context: ruleset.Both, Actions: ruleset.Actions(action),
			Filter: text("resourceFilter", filter), Condition: text("condition", condition),
		})
	}
	return rules
}

// grid returns a condition about disjoint lists of the user (rows) and of the resource (columns). Each list of the user
// shares a string with each list of the resource, so the condition needs many strings of one cell.
func grid(rows, columns int) string {
	var parts []string
	disjoint := func(prefix string, n int) {
		for i := range n {
			for k := range i {
				parts = append(parts, fmt.Sprintf("!(%s%d = %s%d)", prefix, i, prefix, k))
			}
		}
	}
	disjoint("user.@u", rows)
	disjoint("resource.@r", columns)
	for i := range rows {
		for k := range columns {
			parts = append(parts, fmt.Sprintf("user.@u%d = resource.@r%d", i, k))
		}
	}
	return strings.Join(parts, " and ")
}

// TestEveryPartIsNeeded asks one question with a known answer for each part of the abstraction. A smaller or coarser
// abstraction gives another answer. The mutants of package mutation whose names begin with "solver: " check this.
func TestEveryPartIsNeeded(t *testing.T) {
	for _, test := range []struct {
		name, on, condition string
		rules               []string
		want                Verdict
	}{
		{"a text for each value", "App", `!(user.name = resource.name) and !user.name.Empty() and !resource.name.Empty()`, nil, Possible},
		{"a text for each common one", "App", grid(3, 3), nil, Possible},
		{"values that are compared share texts", "App", `user.@a = resource.@b and !(user.@a = "x" and resource.@b = "x")`, nil, Possible},
		{"each combination of patterns is a cell", "App", `resource.name like "a*" and !(resource.name like "*b")`, nil, Possible},
		{"patterns ignore case where spellings matter", "App", `resource.name == "Ab" and resource.name like "a*"`, nil, Possible},
		{"a cell without members has no text", "App", `resource.name like "a*" and resource.name like "b*"`, nil, Impossible},
		{"a cell far from the start", "App", `resource.name like "quarterly report 20*"`, nil, Possible},
		{"a literal is no text of another cell", "App", `!(resource.name = "other") and !resource.name.Empty()`, nil, Possible},
		{"the empty text is there", "App", `resource.name = "" and !resource.name.Empty()`, nil, Possible},
		{"the empty text is not a missing one", "App", `resource.name = "" and resource.name.Empty()`, nil, Impossible},
		{"the date that means never is no text", "App", `resource.name == "1753-01-01T00:00:00.000Z"`, nil, Impossible},
		{"the date that means never in small letters is one", "App", `resource.name = "1753-01-01T00:00:00.000Z"`, nil, Possible},
		{"two spellings of a text", "App", `user.@a = resource.@b and !(user.@a == resource.@b)`, nil, Possible},
		{"a literal has other spellings", "App", `user.@a = "ab" and !(user.@a == "ab")`, nil, Possible},
		{"the long s", "App", `resource.name matches "s" and !(resource.name = "s")`, nil, Possible},
		{"no other spelling of a digit", "App", `resource.name = "1" and !(resource.name == "1")`, nil, Impossible},
		{"what is compared ignoring case is equal in any case", "App", `user.@a == resource.@b and !(user.@a = resource.@b)`, nil, Impossible},
		{"a relation to a set has several entities", "StaticContentReference", `resource.Extensions.name = "x" and resource.Extensions.name = "y"`, nil, Possible},
		{"what is not there has no properties", "App", `resource.stream.name = "x" and resource.stream.Empty()`, nil, Impossible},
		{"what is not there leads nowhere", "App", `!resource.stream.owner.Empty() and resource.stream.Empty()`, nil, Impossible},
		{"rights that depend on each other", "App", `resource.HasPrivilege("read")`, []string{`App_* read: resource.HasPrivilege("update")`, `App_* update: resource.name = "x" or resource.HasPrivilege("read")`}, Possible},
		{"no right by itself", "App", `resource.HasPrivilege("read")`, []string{`App_* read: resource.HasPrivilege("update")`, `App_* update: resource.HasPrivilege("read")`}, Impossible},
		{"a right on another entity is about that entity", "App", `resource.HasPrivilege("read") and !(resource.stream.name = "x")`, []string{`App_* read: resource.stream.HasPrivilege("read")`, `Stream_* read: resource.name = "x"`}, Impossible},
		{"a right on an entity that is not there", "App", `resource.HasPrivilege("read") and resource.stream.Empty()`, []string{`App_* read: resource.stream.HasPrivilege("read")`, `Stream_* read: true`}, Impossible},
		{"scalars: one text", "App", `resource.name = "x" and resource.name = "y"`, nil, Impossible},
		{"scalars: lists have several", "App", `resource.@a = "x" and resource.@a = "y"`, nil, Possible},
		{"identity: an id is there", "App", `resource.id.Empty()`, nil, Impossible},
		{"identity: an id is not empty", "App", `resource.id = ""`, nil, Impossible},
		{"identity: names may be missing", "App", `resource.name.Empty()`, nil, Possible},
		{"one entity: what is the same has the same name", "App", `resource.owner = user and resource.owner.name = "x" and !(user.name = "x")`, nil, Impossible},
		{"one entity: and the other way round", "App", `resource.owner = user and user.name = "x" and !(resource.owner.name = "x")`, nil, Impossible},
		{"one entity: by the login", "App", `resource.owner.userId = "x" and user.userId = "x" and resource.owner.userDirectory = "d" and user.userDirectory = "d" and resource.owner.name = "x" and !(user.name = "x")`, nil, Impossible},
		{"one entity: others may have the same name", "App", `resource.owner.name = "x" and user.name = "x" and !(resource.owner = user)`, nil, Possible},
		{"anonymous: no roles", "App", `user.IsAnonymous() and user.roles = "x"`, nil, Impossible},
		{"anonymous: owns nothing", "App", `user.IsAnonymous() and resource.owner = user`, nil, Impossible},
		{"anonymous: has a name", "App", `user.IsAnonymous() and user.name = "x"`, nil, Possible},
		{"anonymous: the proxy sends what it sends for all", "App", `user.IsAnonymous() and user.environment.os = "x"`, nil, Possible},
		{"anonymous: no attributes of a session", "App", `user.IsAnonymous() and user.environment.department = "x"`, nil, Impossible},
		{"context: where the request comes from", "App", `user.environment.context = "elsewhere"`, nil, Impossible},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules := shortRules(t, test.rules...)
			parsed, list := Parse(rules)
			if list.HasErrors() {
				t.Fatal(list)
			}
			c := &Condition{Filter: text("filter", test.on+"_*"), Text: text("condition", test.condition)}
			w, err := New([][]*Rule{parsed}, []*Condition{c}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			class, _ := w.ClassOf(strings.ToLower(test.on))
			a := w.Scope(class, Holds{Condition: c}).Ask(Holds{Condition: c})
			if a.Verdict != test.want {
				t.Fatalf("%v, want %v %s", a.Verdict, test.want, a.Reason)
			}
			if a.Verdict != Possible {
				return
			}
			evaluator, _ := evaluate.New(rules, &snapshot.Site{}, evaluate.Options{})
			evaluator, _ = evaluator.Also(ruleset.Rule{ID: "condition", Category: ruleset.Security, Context: ruleset.Both, Filter: c.Filter, Condition: c.Text})
			if request := a.Witness.Request(2); !(truth{evaluator, request, test.on}).holds(Holds{Condition: c}) {
				t.Errorf("the evaluator denies the witness\n%s", request)
			}
		})
	}
}

// TestEveryTextIsNeeded has predicates that no condition has.
func TestEveryTextIsNeeded(t *testing.T) {
	w, err := New(nil, []*Condition{{Filter: text("filter", "*"), Text: text("condition", "true")}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := ir.Value(listV)
	hub, qmc := ir.From{Context: ruleset.Hub}, ir.From{Context: ruleset.QMC}
	for _, test := range []struct {
		name string
		p    ir.Predicate
		want Verdict
	}{
		{"two texts for lists that differ", ir.And(ir.Present{Value: v}, ir.Not(ir.Identical{Left: v, Right: v})), Possible},
		{"identical lists have one text", ir.And(ir.Identical{Left: v, Right: listW}, ir.OneOf{Value: v, Strings: []string{"a"}}, ir.OneOf{Value: listW, Strings: []string{"b"}}), Impossible},
		{"lists without texts are not identical", ir.And(ir.Identical{Left: v, Right: listW}, ir.Not(ir.Present{Value: v})), Impossible},
		{"a request from one place", ir.And(hub, qmc), Impossible},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := Test{test.p}
			if a := w.Scope(w.class["app"], f).Decide(f); a.Verdict != test.want {
				t.Errorf("%v, want %v %s", a.Verdict, test.want, a.Reason)
			}
		})
	}
}

// TestEveryChangeIsNeeded asks about apps before and after a change: of the owner, of the custom properties, or to a copy.
func TestEveryChangeIsNeeded(t *testing.T) {
	change := &Change{Custom: true, Names: []string{"owner"}}
	for _, test := range []struct {
		name, before, after string
		change              *Change
		want                Verdict
	}{
		{"what is changed", `!(resource.@a = "x") and !(resource.owner = user)`, `resource.@a = "x" and resource.owner = user`, change, Possible},
		{"what stays", `!(resource.name = "x")`, `resource.name = "x"`, change, Impossible},
		{"what stays of a relation", `resource.stream.@a.Empty()`, `resource.stream.@a = "x"`, change, Impossible},
		{"a relation that stays", `resource.stream.Empty()`, `!resource.stream.owner.Empty()`, change, Impossible},
		{"nothing after the change", `resource.@a = "x"`, `resource.@a.Empty() and resource.owner.Empty()`, change, Possible},
		{"two changes", `resource.@a.Empty() and resource.name.Empty()`, `resource.@a = "x" and resource.name = "y"`, &Change{After: change, Names: []string{"name"}}, Possible},
		{"the id stays", `resource.id = "x"`, `!(resource.id = "x")`, change, Impossible},
		{"a copy has another id", `resource.id = "x"`, `!(resource.id = "x")`, &Change{Copy: true}, Possible},
		{"a copy has no id that is named", `resource.id = "x"`, `resource.id = "y"`, &Change{Copy: true}, Impossible},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := &Condition{Filter: text("filter", "App_*"), Text: text("condition", test.before)}
			after := &Condition{Filter: text("filter", "App_*"), Text: text("condition", test.after)}
			w, err := New(nil, []*Condition{before, after}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			f, g := Holds{Condition: before}, After{test.change, Holds{Condition: after}}
			a := w.Scope(w.class["app"], f, g).Ask(f, g)
			if a.Verdict != test.want {
				t.Fatalf("%v, want %v %s", a.Verdict, test.want, a.Reason)
			}
			if a.Verdict != Possible {
				return
			}
			for request, c := range map[string]*Condition{string(a.Witness.Request(2)): before, string(a.Witness.RequestAfter(test.change, 2)): after} {
				evaluator, _ := evaluate.New([]ruleset.Rule{{ID: "condition", Category: ruleset.Security, Context: ruleset.Both, Actions: 2, Filter: c.Filter, Condition: c.Text}}, &snapshot.Site{}, evaluate.Options{})
				if !evaluator.Decide([]byte(request)).Allow {
					t.Errorf("the evaluator denies the witness\n%s", request)
				}
			}
		})
	}
}
