package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// needs writes what a policy needs, a field a line.
func needs(p *compiler.Policy) string {
	var lines []string
	for _, n := range p.Needs {
		line := fmt.Sprintf("%s: %s", n, strings.Join(n.Readers, ", "))
		if n.Beside != (schema.Field{}) {
			line += " (beside " + n.Beside.String() + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// An export needs the fields that hold what enabled rules read of the types that they
// reach, and nothing else.
func TestNeeds(t *testing.T) {
	rules := []struct{ name, filter, condition string }{
		{"labels", "App_*", `resource.@Restricted.Empty() and resource.name != "x"`},
		{"group", "Stream_*", `!(user.group = "Externals") and !user.IsAnonymous()`},
		{"through", "App.Object_*", `resource.app.stream.HasPrivilege("read") and resource.objectType = "sheet"`},
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
App.stream: through
App.Content.references: files (beside StaticContentReference.AppContents)
App.Object.app: through
App.Object.objectType: through
EngineService.customProperties: open type
Extension.references: files (beside StaticContentReference.Extensions)
Stream.customProperties: roles
Stream.owner: anyone's
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
