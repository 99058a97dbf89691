package compiler_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func ofCategory(c ruleset.Category, id, filter, condition string) ruleset.Rule {
	return ruleset.Rule{
		ID: id, Name: id, Category: c, Context: ruleset.Hub, Actions: 1,
		Filter: &diag.Text{Content: filter}, Condition: &diag.Text{Content: condition},
	}
}

// License and Sync rules that cannot match leave no trace in the policy: neither in its modules nor in
// what they read.
func TestPolicyWithoutOtherCategoriesStaysAsItIs(t *testing.T) {
	security := newRule("s", "App_*", "read", `resource.name = "a"`)
	disabled := ofCategory(ruleset.Sync, "off", "App_*", `node.@x = resource.@x`)
	disabled.Disabled = true
	other := ofCategory(ruleset.Sync, "chunks", "ServerNodeConfiguration_*", `resource.name != ""`)
	other.Actions = 2
	never := ofCategory(ruleset.License, "never", "License.UserAccessGroup_1", `user.name = "a" and "x" = "y"`)
	want, _ := compiler.Compile([]ruleset.Rule{security}, compiler.Options{})
	for _, more := range []ruleset.Rule{disabled, other, never} {
		got, _ := compiler.Compile([]ruleset.Rule{security, more}, compiler.Options{})
		if got == nil || !slices.Equal(got.Modules, want.Modules) || len(got.Categories) > 0 {
			t.Errorf("%s changes the modules", more.Name)
			continue
		}
		if slices.ContainsFunc([]string{schema.Fold(schema.NodeType), "app"}, func(typ string) bool {
			return len(got.View[typ].Lists) != len(want.View[typ].Lists) || len(got.View[typ].Scalars) != len(want.View[typ].Scalars)
		}) {
			t.Errorf("%s is read: %v", more.Name, got.View)
		}
	}
}

// What rules of the other categories read is in the view and among the needs. They grant no right, and
// their modules are separate from those of rights.
func TestCategoriesAreReadAndGrantNoRight(t *testing.T) {
	rules := []ruleset.Rule{
		newRule("s", "App_*", "read", `resource.name = "a"`),
		ofCategory(ruleset.Sync, "pin", "App_*", `node.@Type = resource.@Type or node.hostName = "h"`),
		ofCategory(ruleset.License, "all", "License.UserAccessGroup_*", `user.group = "staff"`),
	}
	policy, list := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatal(list)
	}
	if !slices.Equal(policy.Categories, []ruleset.Category{ruleset.License, ruleset.Sync}) {
		t.Errorf("the categories are %v", policy.Categories)
	}
	node := policy.View[schema.Fold(schema.NodeType)]
	if node.Lists["@type"] == 0 || node.Lists["hostname"] == 0 || policy.View["app"].Lists["@type"] == 0 || policy.View["user"].Lists["group"] == 0 {
		t.Errorf("the view lacks what the rules read: %+v", policy.View)
	}
	if !slices.ContainsFunc(policy.Needs, func(n schema.Need) bool { return n.String() == "App.customProperties" }) {
		t.Errorf("the needs are %v", policy.Needs)
	}
	for _, m := range policy.Modules {
		if apart := strings.HasPrefix(m.Path, "qlik/license") || strings.HasPrefix(m.Path, "qlik/placement"); apart == strings.Contains(m.Source, `"s"`) && strings.Contains(m.Source, "METADATA\n# title: s") {
			t.Errorf("%s mixes categories", m.Path)
		}
	}
	for _, id := range []string{"pin", "all"} {
		if len(policy.Sources[id]) == 0 {
			t.Errorf("the source map lacks %s", id)
		}
	}
	holdToOPA(t, policy)
}

// A view of a category is compiled without packages for other categories.
func TestViewOfACategory(t *testing.T) {
	rules := ruleset.View([]ruleset.Rule{
		newRule("s", "App_*", "read", `resource.name = "a"`),
		ofCategory(ruleset.Sync, "pin", "App_*", `node.@Type = resource.@Type`),
	}, ruleset.Sync)
	policy, list := compiler.Compile(rules, compiler.Options{View: ruleset.Sync, Schema: schema.Default().ForNodes()})
	if policy == nil || len(rules) != 1 || len(policy.Categories) > 0 {
		t.Fatal(rules, list)
	}
	if policy.View["user"].Lists["@type"] == 0 {
		t.Errorf("the nodes do not take the place of users: %+v", policy.View["user"])
	}
}
