package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// predicate compiles one rule on apps and returns its predicate for them.
func predicate(t *testing.T, o compiler.Options, condition string) string {
	t.Helper()
	rules, _ := ruleset.Decode("rules.json", fmt.Appendf(nil, `[{"id": "1", "name": "r", "category": "Security", "ruleContext": 0,
		"resourceFilter": "App_*", "actions": 2, "rule": %q}]`, condition))
	policy, list := compiler.Compile(rules, o)
	if policy == nil {
		t.Fatalf("%s: %v", condition, list)
	}
	for _, c := range policy.Plan().Classes {
		if c.Key == "app" && len(c.Rules) == 1 {
			return c.Rules[0].Predicate.Key()
		}
	}
	return "false"
}

// Readings have names on the command line and in manifests, and select the meaning of a comparison of
// an entity with a string.
func TestReadings(t *testing.T) {
	for _, test := range []struct {
		list, entity, session, condition string
		want                             []string // parts of the predicate
	}{
		{"any", "never", "separate", `resource.owner = "anna"`, []string{"false"}},
		{"any", "never", "separate", `!(resource.owner = "anna")`, []string{"false"}},
		{"any", "id-or-name", "separate", `resource.owner = "anna"`, []string{`resource.owner.id = ["anna"]`, `resource.owner.name = ["anna"]`, `resource.owner.userid = ["anna"]`}},
		{"any", "id-or-name", "separate", `"anna" = resource.owner`, []string{`resource.owner.id = ["anna"]`}},
		{"any", "id-or-name", "separate", `resource.owner != "anna"`, []string{`!resource.owner.name = ["anna"]`, " or "}},
		{"any", "id-or-name", "separate", `user.group != resource.owner`, []string{`user.group`}},
		{"all", "id-or-name", "separate", `resource.owner !== "anna"`, []string{`!resource.owner.id == ["anna"]`, " and "}},
		{"any", "error", "stored", `user.group = "a"`, []string{"environment.group", "user.group"}},
	} {
		var o compiler.Options
		o.Read(test.list, test.entity, test.session)
		got := predicate(t, o, test.condition)
		for _, part := range test.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s under %s, %s, %s is\n%s\nwithout %s", test.condition, test.list, test.entity, test.session, got, part)
			}
		}
	}
}

// The context of a request is AppAccess or ManagementAccess. For other values, the most similar one is
// suggested.
func TestContextsThatNoRequestHas(t *testing.T) {
	for written, meant := range map[string]string{
		"hub": "AppAccess", "QMC": "ManagementAccess", "Management Access": "ManagementAccess", "elsewhere": "", "AppAccess": "none",
	} {
		rules, _ := ruleset.Decode("rules.json", fmt.Appendf(nil, `[{"id": "1", "name": "r", "category": "Security", "ruleContext": 0,
			"resourceFilter": "App_*", "actions": 2, "rule": "user.environment.context = \"%s\""}]`, written))
		_, list := compiler.Compile(rules, compiler.Options{})
		got := "none"
		for _, d := range list {
			if d.Code == "Q0442" {
				got = ""
				if d.Fix != nil {
					got = strings.Trim(d.Fix.Replacement, `"`)
				}
			}
		}
		if got != meant {
			t.Errorf("%s: proposed %q, want %q", written, got, meant)
		}
	}
}
