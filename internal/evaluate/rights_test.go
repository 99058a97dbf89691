package evaluate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

const (
	create = 1
	update = 4
	remove = 8
	export = 16
)

func TestRightsAreTheLeastFixpoint(t *testing.T) {
	yes, no := `user.name = "Anna A"`, `user.name = "Bob"`
	cases := []struct {
		name    string
		rules   []ruleset.Rule
		change  []string
		granted string // the rules that grant read
		actions string
	}{
		{"a rule under its own action grants nothing alone",
			[]ruleset.Rule{ruleOn("self", "App_*", read, `resource.HasPrivilege("read")`)},
			nil, "[]", "[]"},
		{"and is listed once another grants",
			[]ruleset.Rule{ruleOn("self", "App_*", read, `resource.HasPrivilege("READ")`), ruleOn("base", "*", read, yes)},
			nil, "[base self]", "[read]"},
		{"a chain on one entity in the wrong order",
			[]ruleset.Rule{
				ruleOn("c", "App_*", read, `resource.hasprivilege("export")`),
				ruleOn("b", "App_*", export, `resource.HasPrivilege("delete")`),
				ruleOn("a", "App_*", remove, yes)},
			nil, "[c]", "[delete export read]"},
		{"a cycle without a ground is empty",
			[]ruleset.Rule{ruleOn("a", "App_*", read, `resource.HasPrivilege("update")`), ruleOn("b", "App_*", update, `resource.HasPrivilege("read")`)},
			nil, "[]", "[]"},
		{"a cycle with a ground is full",
			[]ruleset.Rule{ruleOn("a", "App_*", read, `resource.HasPrivilege("update")`), ruleOn("b", "App_*", update, `resource.HasPrivilege("read") or `+yes)},
			nil, "[a]", "[read update]"},
		{"the absence of a right on the same entity",
			[]ruleset.Rule{ruleOn("a", "App_*", read, `!resource.HasPrivilege("update")`)},
			nil, "[a]", "[read]"},
		{"the absence of a right that arrives late",
			[]ruleset.Rule{
				ruleOn("a", "App_*", read, `!resource.HasPrivilege("update")`),
				ruleOn("b", "App_*", update, `resource.HasPrivilege("delete")`),
				ruleOn("c", "App_*", remove, yes)},
			nil, "[]", "[delete update]"},
		{"two strata of absence",
			[]ruleset.Rule{
				ruleOn("a", "App_*", read, `!resource.HasPrivilege("update")`),
				ruleOn("b", "App_*", update, `!resource.HasPrivilege("delete")`),
				ruleOn("c", "App_*", remove, yes)},
			nil, "[a]", "[delete read]"},
		{"no absence twice",
			[]ruleset.Rule{ruleOn("a", "App_*", read, `!(!resource.HasPrivilege("update"))`), ruleOn("b", "App_*", update, no)},
			nil, "[]", "[]"},
		{"down the hierarchy",
			[]ruleset.Rule{
				ruleOn("object", "App.Object_*", read, `resource.app.HasPrivilege("read")`),
				ruleOn("app", "App_*", read, `resource.stream.HasPrivilege("read")`),
				ruleOn("stream", "Stream_s-1", read, yes)},
			[]string{`resource.type="App.Object"`, `resource.id="o-1"`}, "[object]", "[read]"},
		{"some entity of a set",
			[]ruleset.Rule{ruleOn("file", "StaticContentReference*", read, `resource.appcontents.app.HasPrivilege("read")`), ruleOn("app", "App_a-2", read, "")},
			[]string{`resource.type="StaticContentReference"`, `resource.id="f-1"`}, "[file]", "[read]"},
		{"no entity of an empty set",
			[]ruleset.Rule{ruleOn("file", "*", read, `resource.appcontents.app.HasPrivilege("read")`), ruleOn("app", "App_*", read, "")},
			[]string{`resource.type="StaticContentReference"`, `resource.id="f-2"`}, "[]", "[]"},
		{"a dangling parent is judged by type and id",
			[]ruleset.Rule{ruleOn("app", "App_*", read, `resource.stream.HasPrivilege("create")`), ruleOn("stream", "Stream_GONE", create, "")},
			[]string{`resource.id="a-2"`}, "[app]", "[read]"},
		{"the absence of a right on a parent",
			[]ruleset.Rule{ruleOn("app", "App_*", read, `!resource.stream.HasPrivilege("create")`), ruleOn("stream", "Stream_*", create, no)},
			nil, "[app]", "[read]"},
		{"on a user",
			[]ruleset.Rule{ruleOn("app", "App_*", read, `resource.owner.HasPrivilege("create")`), ruleOn("user", "User_*", create, `resource = user`)},
			nil, "[app]", "[read]"},
		{"all bits",
			[]ruleset.Rule{ruleOn("all", "App_*", ruleset.All, `resource.owner = user`)},
			nil, "[all]", "[approve changeowner changerole create delete distribute duplicate export exportdata offlineaccess publish read update]"},
		{"one rule twice is one grant",
			[]ruleset.Rule{ruleOn("twin", "App_*", read, ""), ruleOn("twin", "App_*", read, yes)},
			nil, "[twin]", "[read]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := evaluator(t, acme(t), Options{}, c.rules...).Decide(ask(t, c.change...))
			if d.Err != nil || fmt.Sprint(d.GrantedBy) != c.granted || fmt.Sprint(d.Actions) != c.actions {
				t.Errorf("got %+v, want read granted by %s and actions %s", d, c.granted, c.actions)
			}
		})
	}
}

func TestRightsWithoutMeaning(t *testing.T) {
	cases := []struct {
		name  string
		rules []ruleset.Rule
		want  string
	}{
		{"a right that depends on its own absence",
			[]ruleset.Rule{ruleOn("a", "App_*", read, `!resource.HasPrivilege("read")`)},
			`rights on App "A-1" depend on their own absence`},
		{"two rights that exclude each other",
			[]ruleset.Rule{
				ruleOn("a", "App_*", read, `!resource.HasPrivilege("update")`),
				ruleOn("b", "App_*", update, `!resource.HasPrivilege("read")`)},
			`rights on App "A-1" depend on their own absence`},
		{"an entity against a text",
			[]ruleset.Rule{ruleOn("a", "App_*", read, `true or resource.stream = "Sales"`), ruleOn("b", "App_*", read, `"x" != user`)},
			`rule b compares an entity with a text: "x" != user`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := evaluator(t, acme(t), Options{}, c.rules...).Decide(ask(t))
			if d.Allow || len(d.GrantedBy)+len(d.Actions) > 0 || d.Err == nil || d.Err.Error() != c.want {
				t.Errorf("got %+v, want error %s", d, c.want)
			}
		})
	}
}

func TestObserveReportsEveryFittingRule(t *testing.T) {
	var seen []string
	observe := func(id string, e *snapshot.Entity, holds bool) {
		seen = append(seen, fmt.Sprintf("%s on %s: %t", id, e.ID, holds))
	}
	evaluator(t, acme(t), Options{Observe: observe},
		ruleOn("app", "App_*", read, `resource.stream.HasPrivilege("read")`),
		ruleOn("stream", "Stream_*", read, `user.name = "Bob"`),
		ruleOn("task", "ReloadTask_*", read, ""),
	).Decide(ask(t))
	if got, want := strings.Join(seen, "; "), "stream on S-1: false; app on A-1: false"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
