package privilege

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// build plans rules in the short form `FILTER ACTION…: CONDITION`, called A, B, ….
func build(t *testing.T, texts ...string) (*Plan, diag.List) {
	t.Helper()
	var rules []*resolve.Rule
	for i, text := range texts {
		head, tree, _ := strings.Cut(text, ": ")
		words := strings.Fields(head)
		r := &resolve.Rule{Rule: ruleset.Rule{
			Name: string(rune('A' + i)), Category: ruleset.Security, Context: ruleset.Both,
			Filter:    &diag.Text{Label: "resourceFilter", Content: words[0]},
			Condition: &diag.Text{Label: "condition", Content: tree},
		}}
		for _, word := range words[1:] {
			a, ok := ruleset.ParseAction(word)
			if !ok {
				t.Fatalf("no action %q", word)
			}
			r.Actions |= ruleset.Actions(a)
		}
		filter, list := ruleset.ParseFilter(r.Rule.Filter, r.Ref())
		node, more := condition.Parse(r.Rule.Condition, r.Ref())
		if len(list)+len(more) > 0 {
			t.Fatalf("rule %q does not parse", text)
		}
		r.Filter, r.Tree = filter, node
		rules = append(rules, r)
	}
	program, list := resolve.Resolve(rules, resolve.Options{Schema: schema.Default()})
	if list.HasErrors() {
		t.Fatal(list)
	}
	return Build(program)
}

// describe formats the plan of a class: rules, actions that are asked for, cycles.
func describe(t *testing.T, plan *Plan, key string) string {
	t.Helper()
	for _, c := range plan.Classes {
		if c.Key != key {
			continue
		}
		var rules []string
		for _, r := range c.Rules {
			rules = append(rules, r.Rule.Name+" "+r.Predicate.Key())
		}
		text := strings.Join(rules, ", ") + " | " + names(c.Asked)
		for _, cycle := range c.Cycles {
			text += " | " + names(cycle)
		}
		return text
	}
	t.Fatalf("no class %q", key)
	return ""
}

func names(actions []ruleset.Action) string {
	var list []string
	for _, a := range actions {
		list = append(list, a.Name())
	}
	return strings.Join(list, " ")
}

func TestPlan(t *testing.T) {
	tests := []struct {
		name  string
		rules []string
		class string
		want  string
	}{
		{"no question", []string{`App_* read: user.name = "a"`}, "app", `A user.name = ["a"] | `},
		{"an action that is granted", []string{`App_* read: resource.HasPrivilege("update")`, `App_* update: user.name = "a"`},
			"app", `A resource has update, B user.name = ["a"] | update`},
		{"an action that nothing grants", []string{`App_* read: resource.HasPrivilege("update") or user.name = "a"`},
			"app", `A user.name = ["a"] | `},
		{"a chain of what nothing grants", []string{`App_* read: resource.HasPrivilege("update")`, `App_* update: resource.HasPrivilege("delete")`, `Stream_* delete: true`},
			"app", ` | `},
		{"the absence of what nothing grants", []string{`App_* read: !resource.HasPrivilege("update")`, `App_* update: resource.HasPrivilege("delete")`},
			"app", `A true | `},
		{"an action on another type that nothing grants", []string{`App_* read: resource.stream.HasPrivilege("read")`, `App_* update: true`},
			"app", `B true | `},
		{"an action on another type", []string{`App_* read: resource.stream.HasPrivilege("read")`, `Stream_* read: resource.name = "x"`},
			"app", `A resource.stream has read | `},
		{"an action that only another class grants", []string{`App_* read: resource.HasPrivilege("update")`, `Stream_* update: true`},
			"app", ` | `},
		{"a cycle of one", []string{`App_* read: resource.HasPrivilege("read") and user.name = "a"`},
			"app", `A (resource has read and user.name = ["a"]) | read | read`},
		{"a cycle of two", []string{`App_* read: resource.HasPrivilege("update")`, `App_* update: resource.HasPrivilege("read")`},
			"app", `A resource has update, B resource has read | read update | read update`},
		{"a cycle of three, and what leads there and away", []string{
			`App_* read: resource.HasPrivilege("update")`, `App_* update: resource.HasPrivilege("delete")`, `App_* delete: resource.HasPrivilege("read") or resource.HasPrivilege("create")`,
			`App_* create: user.name = "a"`, `App_* export: resource.HasPrivilege("read")`},
			"app", `A resource has update, B resource has delete, C (resource has read or resource has create), D user.name = ["a"], E resource has read | create read update delete | read update delete`},
		{"two cycles", []string{
			`App_* read: resource.HasPrivilege("read")`, `App_* update delete: resource.HasPrivilege("update") or resource.HasPrivilege("delete")`, `App_* update: resource.HasPrivilege("read")`},
			"app", `A resource has read, B (resource has update or resource has delete), C resource has read | read update delete | read | update delete`},
		{"a guard that keeps a cycle out of a class", []string{`* read: resource.resourcetype = "Stream" and resource.HasPrivilege("update")`, `* update: resource.resourcetype = "App" and resource.HasPrivilege("read")`},
			"app", ` | `},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, list := build(t, test.rules...)
			if len(list) > 0 {
				t.Fatal(list)
			}
			if got := describe(t, plan, test.class); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestCycleOfAnAction(t *testing.T) {
	plan, _ := build(t, `App_* read: resource.HasPrivilege("read")`, `App_* update: resource.HasPrivilege("read")`)
	for _, c := range plan.Classes {
		if got := fmt.Sprint(names(c.Cycle(1<<1)), "/", names(c.Cycle(1<<2))); c.Key == "app" && got != "read/" {
			t.Errorf("cycles of read and update: %s", got)
		}
	}
}

// A cycle through a negation has no meaning: the error names the cycle and the rules.
func TestNegativeCycles(t *testing.T) {
	tests := []struct {
		name  string
		rules []string
		want  string
	}{
		{"of one", []string{`App_* read: !resource.HasPrivilege("read")`}, `error[Q0501]: on App, read depends on its own absence
 --> condition 1:2, rule "A"
  |
1 | !resource.HasPrivilege("read")
  |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = read depends on not read (rule "A"). Such rules have no meaning: the right would exist only if it did not exist. Remove the negation, or one of the actions, from a rule.
  = see docs/rules/Q0501.md
`},
		{"of three", []string{
			`App_* read: !(resource.HasPrivilege("update") and user.name = "a")`,
			`App_* update: resource.HasPrivilege("delete")`,
			`App_* update: resource.HasPrivilege("export")`,
			`App_* export: user.name = "x"`,
			`App_* delete: user.name = "a" or resource.HasPrivilege("read")`,
		}, `error[Q0501]: on App, read depends on its own absence
 --> condition 1:3, rule "A"
  |
1 | !(resource.HasPrivilege("update") and user.name = "a")
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = read depends on not update (rule "A"); update depends on delete (rule "B"); delete depends on read (rule "E"). Such rules have no meaning: the right would exist only if it did not exist. Remove the negation, or one of the actions, from a rule.
  = rule "B" takes part
 --> condition 1:1
  |
1 | resource.HasPrivilege("delete")
  | -------------------------------
  = rule "E" takes part
 --> condition 1:20
  |
1 | user.name = "a" or resource.HasPrivilege("read")
  |                    -----------------------------
  = see docs/rules/Q0501.md
`},
		{"in several classes, told once", []string{
			`App*,Stream_* read: !resource.HasPrivilege("read")`,
			`App*,Stream_* update: !resource.HasPrivilege("update")`,
		}, `error[Q0501]: on App, read depends on its own absence
 --> condition 1:2, rule "A"
  |
1 | !resource.HasPrivilege("read")
  |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = read depends on not read (rule "A"). Such rules have no meaning: the right would exist only if it did not exist. Remove the negation, or one of the actions, from a rule.
  = see docs/rules/Q0501.md

error[Q0501]: on App, update depends on its own absence
 --> condition 1:2, rule "B"
  |
1 | !resource.HasPrivilege("update")
  |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = update depends on not update (rule "B"). Such rules have no meaning: the right would exist only if it did not exist. Remove the negation, or one of the actions, from a rule.
  = see docs/rules/Q0501.md
`},
		{"double negation", []string{`App_* read: !(!resource.HasPrivilege("read") and user.name = "a")`}, ""},
		{"on another entity", []string{`App_* read: !resource.stream.HasPrivilege("read")`, `Stream_* read: true`}, ""},
		{"beside a cycle", []string{`App_* read: resource.HasPrivilege("read") or !resource.HasPrivilege("update")`, `App_* update: user.name = "a"`}, ""},
		{"behind a guard", []string{`* read: !resource.HasPrivilege("update")`, `* update: false and resource.HasPrivilege("read")`}, ""},
		{"of what nothing grants", []string{`App_* read: !resource.HasPrivilege("update")`, `App_* update: resource.HasPrivilege("read") and resource.HasPrivilege("delete")`}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, list := build(t, test.rules...)
			var b strings.Builder
			if err := (diag.Terminal{}).Render(&b, list); err != nil {
				t.Fatal(err)
			}
			if got := b.String(); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}
