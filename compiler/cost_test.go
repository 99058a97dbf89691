package compiler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// The explanation of a rule's cost: how it is found, among how many rules, and what it tests.
func TestCosts(t *testing.T) {
	rules := append(merged("App_*", "read", `user.group = "%s" and resource.stream.HasPrivilege("read")`),
		newRule("pattern", "App_*,Tag*", "read update", `resource.name like "*x*"`),
		newRule("more work", "App_*", "read", `resource.owner.name like "*x*" and !(resource.stream.name matches "a.*") or resource.owner = user`),
		newRule("update", "App_*", "update", `resource.HasPrivilege("read") and user.group.Empty()`),
		newRule("stream", "Stream_*", "read", ""),
	)
	rules = append(rules, differing(`user.dept = "%s" and `, "one", "other")...)
	policy, _ := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatal("the rules do not compile")
	}
	costs := policy.Costs()
	got := map[string]string{}
	steps := map[string]float64{}
	share := 0.0
	for _, c := range costs {
		key := c.ID + " on " + c.Type
		got[key] = fmt.Sprintf("%v among %d, asks %v", c.FoundBy, c.Equivalent, c.Asks)
		steps[key] = c.Steps
		if c.Type == "App" && slices.Contains(c.Actions, "read") {
			share += c.Share
		}
	}
	for key, want := range map[string]string{
		"read sales on App": "[user.group] among 9, asks [read on resource.stream]",
		"pattern on App":    "[] among 1, asks []",
		"pattern on tag*":   "[] among 1, asks []",
		"more work on App":  "[] among 1, asks []",
		"update on App":     "[] among 1, asks [read on resource]",
		"stream on Stream":  "[] among 1, asks []",
		"found 0 on App":    "[user.dept] among 8, asks []",
	} {
		if !strings.EqualFold(got[key], want) {
			t.Errorf("%s: %s, want %s", key, got[key], want)
		}
	}
	if !slices.IsSortedFunc(costs, func(a, b compiler.RuleCost) int { return compareSteps(b, a) }) {
		t.Error("the most expensive rule does not come first")
	}
	if steps["more work on App"] <= steps["pattern on App"] || steps["pattern on App"] <= 2*steps["read sales on App"] {
		t.Errorf("what does more does not cost more: %v", steps)
	}
	if share < 0.999 || share > 1.001 {
		t.Errorf("the shares of what a decision to read an app meets add up to %v", share)
	}
}

func compareSteps(a, b compiler.RuleCost) int {
	switch {
	case a.Steps < b.Steps:
		return -1
	case a.Steps > b.Steps:
		return 1
	}
	return 0
}

// Every kind of test has a cost. More tests cost more, including negated ones.
func TestCostOfEveryKindOfTest(t *testing.T) {
	cost := func(condition string) float64 {
		policy, list := compiler.Compile([]ruleset.Rule{newRule("r", "App_*", "read", condition)}, compiler.Options{})
		if policy == nil || len(policy.Costs()) != 1 {
			t.Fatalf("%s: %v", condition, list)
		}
		return policy.Costs()[0].Steps
	}
	nothing := cost("")
	for _, condition := range atoms {
		if condition == "true" || strings.Contains(condition, "resourcetype") || strings.Contains(condition, "HasPrivilege") || strings.Contains(condition, "app.") || strings.Contains(condition, "ContentLibrarys") || strings.Contains(condition, "published") {
			continue // it is resolved to a constant
		}
		one, negated := cost(condition), cost("!("+condition+")")
		if one <= nothing || negated <= nothing {
			t.Errorf("%s costs %.1f, negated %.1f, and no condition %.1f", condition, one, negated, nothing)
		}
		if both := cost(condition + ` and resource.owner.name matches "[a-z]*b"`); both <= one {
			t.Errorf("%s costs %.1f, with another test %.1f", condition, one, both)
		}
	}
}
