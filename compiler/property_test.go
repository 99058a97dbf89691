package compiler_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

// atoms are the parts of random conditions: every kind of test, with strings from the site acme.
var atoms = []string{
	`resource.name = "q1 sales"`, `resource.name != "q1 sales"`, `resource.name == "Q1 Sales"`, `resource.name like "q*"`, `resource.name matches "[a-q].*"`,
	`resource.resourcetype = "App"`, `resource.resourcetype != "Stream"`, `resource.resourcetype like "App*"`, `resource.resourcetype == "Widget"`,
	`user.group = "sales"`, `user.group = "emea"`, `user.group != "sales"`, `user.@one = resource.@one`, `user.@one !== resource.@one`, `user.group.Empty()`,
	`resource.owner = user`, `resource.owner != user`, `resource.stream.name = "finance"`, `resource.app.stream.owner.name != "bert"`, `resource.IsOwned()`,
	`resource.stream.Empty()`, `resource.id = "full"`, `resource.stream.HasPrivilege("read")`, `resource.app.HasPrivilege("update")`, `user.IsAnonymous()`,
	`resource.HasPrivilege("read")`, `resource.HasPrivilege("update")`, `user.environment.os = "windows"`, `user.environment.os != "windows"`,
	`resource.ContentLibrarys.name = "a"`, `resource.ContentLibrarys.owner != user`, `resource.published = "true"`, `user.name = "anna"`, `true`,
}

func genCondition(t *rapid.T, depth int) string {
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
	case depth == 0 || kind < 2:
		return rapid.SampledFrom(atoms).Draw(t, "atom")
	case kind == 2:
		return "!(" + genCondition(t, depth-1) + ")"
	default:
		parts := make([]string, rapid.IntRange(2, 3).Draw(t, "parts"))
		for i := range parts {
			parts[i] = "(" + genCondition(t, depth-1) + ")"
		}
		return strings.Join(parts, []string{" and ", " or ", " and "}[kind-3])
	}
}

func genRules(t *rapid.T) []ruleset.Rule {
	var rules []ruleset.Rule
	filters := []string{"*", "App_*", "App*", "Stream_*", "App.Object_*,App_full", "Widget_*", "StaticContentReference_*", "QmcSection_*"}
	for i := range rapid.IntRange(1, 6).Draw(t, "rules") {
		rules = append(rules, newRule(fmt.Sprintf("rule %d", i), rapid.SampledFrom(filters).Draw(t, "filter"),
			rapid.SampledFrom([]string{"read", "update", "read update", ""}).Draw(t, "actions"), genCondition(t, 3)))
	}
	if rapid.Bool().Draw(t, "alike") {
		one := genCondition(t, 1)
		for i := range rapid.IntRange(8, 10).Draw(t, "number") {
			rules = append(rules, newRule(fmt.Sprintf("alike %d", i), "App_*", "read", fmt.Sprintf(`user.group = "%s" and (%s)`, []string{"sales", "emea", "x"}[i%3], one)))
		}
	}
	return rules
}

// Random rules compile to valid Rego, which is the same every time and in every order. If they do not
// ask for privileges, they give the same decisions as each rule alone.
func TestRandomRules(t *testing.T) {
	requests := []struct{ subject, resource string }{
		{"anna", "App:full"}, {"anna", "App:bare"}, {"bert", "App:loose"}, {"anna", "App.Object:sheet"}, {"bert", "Stream:s"}, {"anna", "Widget:1"},
		{"anna", "StaticContentReference:mixed"}, {"bert", "TransientObject:QmcSection_App"}, {"anna", "AppThing:1"},
	}
	rapid.Check(t, func(rt *rapid.T) {
		rules := genRules(rt)
		policy, list := compiler.Compile(rules, compiler.Options{SkipInvalid: true})
		if policy == nil {
			rt.Fatalf("%v", list)
		}
		// Rules with errors are left out, so that the rest compiles.
		var valid []ruleset.Rule
		for _, r := range rules {
			left := false
			for _, s := range policy.Skipped {
				left = left || s.ID == r.ID
			}
			if !left {
				valid = append(valid, r)
			}
		}
		once, _ := compiler.Compile(valid, compiler.Options{})
		shuffled := append([]ruleset.Rule{}, valid...)
		rand.New(rand.NewPCG(1, uint64(len(valid)))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again, _ := compiler.Compile(shuffled, compiler.Options{})
		if once == nil || again == nil {
			rt.Fatal("the rules that are not invalid do not compile")
		}
		if !reflect.DeepEqual(once.Modules, again.Modules) || !reflect.DeepEqual(once.View, again.View) {
			rt.Fatal("the policy depends on the order of the rules, or on chance")
		}
		joint := newJudge(t, compiler.Options{}, acme, valid...)
		for _, r := range valid {
			if strings.Contains(r.Condition.Content, "HasPrivilege") {
				continue
			}
			alone := newJudge(t, compiler.Options{}, acme, r)
			for _, q := range requests {
				decision := joint.decide(t, q.subject, "read", q.resource, "")
				granted := strings.Contains(decision+" ", " "+r.ID+" ")
				if single := alone.decide(t, q.subject, "read", q.resource, ""); (single == "granted by "+r.ID) != granted {
					rt.Fatalf("%s for %s: alone %s, together %s\n%s: %s", q.resource, q.subject, single, decision, r.Filter.Content, r.Condition.Content)
				}
			}
			break // one rule of a set is enough: there are many sets
		}
	})
}
