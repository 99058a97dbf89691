package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// clausesText formats what is left of a rule for a class: "-" if the filter does not match it, "never"
// if the condition is false for it.
func clausesText(r compiler.RuleClauses, class string) string {
	for _, c := range r.Classes {
		if c.Key != class {
			continue
		}
		parts := []string{}
		for _, n := range c.Clauses {
			span := n.Span()
			parts = append(parts, r.Condition.Content[span.Start:span.End])
		}
		for _, i := range c.Hits {
			at := r.Items[i].Range
			parts = append(parts, "filter "+r.Filter.Content[at.Start:at.End])
		}
		return strings.Join(parts, "; ")
	}
	for _, reached := range r.Reached {
		if reached == class {
			return "never"
		}
	}
	return "-"
}

// TestClauses checks the tests that resolution leaves of a rule, class by class.
func TestClauses(t *testing.T) {
	for _, tt := range []struct{ filter, condition, class, want string }{
		{"App_*", ``, "app", ""},
		{"App_*", `true`, "stream", "-"},
		{"App_*", `resource.resourcetype = "Stream"`, "app", "never"},
		{"App*", `resource.resourcetype = "App" and user.name = "x"`, "app", `user.name = "x"`},
		{"App*", `resource.resourcetype = "App" and user.name = "x" or user.@a.Empty()`, "app.object", `user.@a.Empty()`},
		{"App*", `!(resource.resourcetype = "App" and user.name = "x")`, "app.object", ""},
		{"App_*", `resource.IsOwned() and resource.owner = user`, "app", `resource.owner = user`},
		{"App_*", `resource.IsOwned() or resource.owner.name = "x"`, "app", `resource.IsOwned(); resource.owner.name = "x"`},
		{"App_*", `!resource.stream.Empty() and resource.stream.HasPrivilege("read")`, "app", `resource.stream.HasPrivilege("read")`},
		{"App_1,App_2*,Stream_*", `true`, "app", "filter App_1; filter App_2*"},
		{"App_1,App_*", `true`, "app", ""},
		{"QmcSection_App,App_*", `user.name = "x"`, "transientobject", `user.name = "x"; filter QmcSection_App`},
	} {
		all := compiler.Clauses([]ruleset.Rule{newRule("r", tt.filter, "read", tt.condition)}, compiler.Options{})
		if got := clausesText(all[0], tt.class); got != tt.want {
			t.Errorf("%s: %s leaves for %s %q, want %q", tt.filter, tt.condition, tt.class, got, tt.want)
		}
	}
}

// TestClausesOfRulesThatGrant checks that rules that cannot grant anything are left out.
func TestClausesOfRulesThatGrant(t *testing.T) {
	disabled, license, grants := newRule("a", "*", "", ""), newRule("b", "License_*", "", `user.name = "x"`), newRule("c", "*", "", "")
	disabled.Disabled, license.Category = true, ruleset.License
	all := compiler.Clauses([]ruleset.Rule{disabled, license, grants}, compiler.Options{})
	if len(all) != 1 || all[0].ID != "c" {
		t.Errorf("got %s, want the rule c alone", fmt.Sprint(all))
	}
}

// TestClausesOfPlacement checks that placement rules only apply to apps, whatever their filters match.
func TestClausesOfPlacement(t *testing.T) {
	placement := newRule("a", "*", "create", `node.name = "x"`)
	placement.Category = ruleset.Sync
	all := compiler.Clauses(ruleset.View([]ruleset.Rule{placement}, ruleset.Sync), compiler.Options{View: ruleset.Sync})
	if len(all) != 1 || fmt.Sprint(all[0].Reached) != "[app]" || clausesText(all[0], "app") != `node.name = "x"` {
		t.Errorf("got %+v", all)
	}
}

// TestOnly compiles a policy for selected classes only.
func TestOnly(t *testing.T) {
	rules := []ruleset.Rule{newRule("r", "*", "read", `user.name = "x"`)}
	whole := mustCompile(t, compiler.Options{}, rules...)
	part := mustCompile(t, compiler.Options{Only: map[string]bool{"stream": true}}, rules...)
	var paths []string
	for _, m := range part.Modules {
		paths = append(paths, m.Path)
	}
	if got := strings.Join(paths, " "); got != "qlik/subject.rego qlik/types.rego qlik/types/stream.rego" || len(whole.Modules) != 3 {
		t.Errorf("the modules are %s, and %d for all classes", got, len(whole.Modules))
	}
}
