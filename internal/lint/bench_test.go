package lint

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// folder returns rules that are typical of sites, all different.
func folder(n int) []ruleset.Rule {
	d := rand.New(rand.NewPCG(1, 1))
	pick := func(list ...string) string { return list[d.IntN(len(list))] }
	var rules []ruleset.Rule
	for i := range n {
		group := fmt.Sprintf("group %d", d.IntN(n))
		text := fmt.Sprintf(pick(
			`user.group = %q and resource.stream.HasPrivilege("read")`,
			`user.@department = %q and resource.stream.@department = user.@department`,
			`(user.group = %q or user.roles = "ContentAdmin") and resource.owner = user`,
			`!user.IsAnonymous() and user.group like %q and resource.stream.name = "Sales"`,
		), group)
		rules = append(rules, ruleset.Rule{
			ID: fmt.Sprint("r", i), Name: fmt.Sprintf("Group %d reads", i), Category: ruleset.Security, Context: ruleset.Both, Actions: ruleset.Actions(2 + 4*d.IntN(2)),
			Filter:    &diag.Text{Label: "resourceFilter", Content: pick("App_*", "App*", "Stream_*", "App.Object_*", "DataConnection_*", "App_*,Stream_*")},
			Condition: &diag.Text{Label: "condition", Content: text}, Comment: "A rule of a benchmark.",
		})
	}
	return rules
}

// BenchmarkRun checks a folder of 1,000 rules.
func BenchmarkRun(b *testing.B) {
	rules := folder(1000)
	if os.Getenv("LINT_RULES") == "200" {
		rules = rules[:200]
	}
	for b.Loop() {
		Run(Inputs{Rules: rules, Options: resolve.Options{Schema: schema.Default()}}, nil)
	}
}
