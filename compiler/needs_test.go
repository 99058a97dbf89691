package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// needs formats the needs of a policy, one field per line.
func needs(p *compiler.Policy) string {
	var lines []string
	for _, n := range p.Needs {
		line := fmt.Sprintf("%s: %s", n, strings.Join(n.Readers, ", "))
		if n.Through {
			line += " (through)"
		}
		if n.Beside != (schema.Field{}) {
			line += " (beside " + n.Beside.String() + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// An export needs exactly the fields that enabled rules read of the types that they reach.
func TestNeeds(t *testing.T) {
	rules := []struct{ name, filter, condition string }{
		{"labels", "App_*", `resource.@Restricted.Empty() and resource.name != "x"`},
		{"group", "Stream_*", `!(user.group = "Externals") and !user.IsAnonymous()`},
		{"objects", "App.Object_*", `resource.app.stream.HasPrivilege("read") and resource.objectType = "sheet"`},
		{"anyone's", "App_*, Stream_*", `resource.owner = user`},
		{"roles", "Stream_*", `user.roles = "Admin" and user.@level = resource.@level and resource.id != user.id`},
		{"files", "StaticContentReference_*", `!resource.Extensions.Empty() or resource.AppContents.Empty()`},
		{"open type", "EngineService_*", `resource.hostName = "x" and resource.owner.Empty() and resource.@zone.Empty()`},
		{"outside", "Widget_*", `resource.owner.Empty() and resource.color != "red"`},
	}
	var all []ruleset.Rule
	for _, r := range rules {
		all = append(all, newRule(r.name, r.filter, "read", r.condition))
	}
	const want = `App.customProperties: labels
App.name: labels
App.owner: anyone's
App.stream: objects (through)
App.Content.references: files (beside StaticContentReference.AppContents)
App.Object.app: objects
App.Object.objectType: objects
EngineService.customProperties: open type
Extension.references: files (beside StaticContentReference.Extensions)
Stream.customProperties: roles (through)
Stream.owner: anyone's (through)
User.attributes: group
User.customProperties: roles
User.roles: roles
User.userDirectory: group`
	if got := needs(mustCompile(t, compiler.Options{}, all...)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	assumed := []schema.Field{{Type: "app", Name: "CustomProperties"}, {Type: "App.Content", Name: "references"}}
	got := needs(mustCompile(t, compiler.Options{AssumeEmpty: assumed}, all...))
	if strings.Contains(got, "App.customProperties") || strings.Contains(got, "App.Content.") || !strings.Contains(got, "App.name") {
		t.Errorf("what is assumed to be empty is needed:\n%s", got)
	}
}

// Two rules that read a field are both named, in order, once each.
func TestNeedsNameTheReaders(t *testing.T) {
	disabled := newRule("disabled", "App_*", "read", `resource.owner.Empty()`)
	disabled.Disabled = true
	p := mustCompile(t, compiler.Options{}, disabled,
		newRule("b", "App_*", "read", `resource.@x.Empty()`), newRule("a", "App_*, App.Object_*", "read", `resource.@y.Empty() and resource.@x.Empty()`))
	if got := needs(p); got != "App.customProperties: a, b" {
		t.Error(got)
	}
}

// Fields that rules read of entities related to a resource are marked: by a path, and by a right on
// the related entity. Fields of the resource and of the user are not.
func TestNeedsThroughRelations(t *testing.T) {
	for name, c := range map[string]struct {
		rules []ruleset.Rule
		want  string
	}{
		"by a path": {[]ruleset.Rule{newRule("a", "App.Object_*", "read", `resource.app.stream.@x.Empty() and resource.name != user.name`)},
			"App.stream: a (through)\nApp.Object.app: a\nApp.Object.name: a\nStream.customProperties: a (through)\nUser.name: a"},
		"by the right": {[]ruleset.Rule{newRule("a", "App_*", "read", `resource.stream.HasPrivilege("read")`), newRule("s", "Stream_*", "read", `resource.@x.Empty() and user.@x.Empty()`)},
			"App.stream: a\nStream.customProperties: s (through)\nUser.customProperties: s"},
		"by another right": {[]ruleset.Rule{newRule("a", "App_*", "read", `resource.stream.HasPrivilege("update")`), newRule("s", "Stream_*", "read", `resource.@x.Empty()`),
			newRule("u", "Stream_*", "update", `resource.owner = user`)},
			"App.stream: a\nStream.customProperties: s\nStream.owner: u (through)"},
		"the right of the resource itself": {[]ruleset.Rule{newRule("a", "App_*", "update", `resource.HasPrivilege("read")`), newRule("r", "App_*", "read", `resource.@x.Empty()`)},
			"App.customProperties: r"},
	} {
		if got := needs(mustCompile(t, compiler.Options{}, c.rules...)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}
