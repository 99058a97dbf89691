package compiler_test

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// The plan provides the predicates of every type scope to other back ends.
func TestPlanHasThePredicates(t *testing.T) {
	rules, _ := ruleset.Decode("rules.json", []byte(`[{"id": "1", "name": "Readers", "category": "Security", "ruleContext": 0,
		"resourceFilter": "App_*", "actions": 2, "rule": "user.name = \"anna\""}]`))
	policy, list := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatal(list)
	}
	for _, c := range policy.Plan().Classes {
		if c.Key == "app" && len(c.Rules) == 1 && c.Rules[0].Predicate.Key() == `user.name = ["anna"]` {
			return
		}
	}
	t.Error("the plan does not have the rule for apps")
}
