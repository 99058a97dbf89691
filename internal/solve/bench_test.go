package solve

import (
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// BenchmarkImplies asks whether rules grant anything that other rules do not grant. The answer is sat if one rule is
// missing on the old side, and unsat if the only missing rule is covered by others. The time to resolve the rules is not
// measured.
func BenchmarkImplies(b *testing.B) {
	for _, n := range []int{74, 500, 5000} {
		rules := manyRules(n)
		parsed, _ := Parse(rules)
		narrower := *parsed[0]
		narrower.Rule.Actions = 2
		for name, sides := range map[string][][]*Rule{
			"sat": {parsed, parsed[1:]}, "unsat": {append([]*Rule{&narrower}, parsed...), parsed},
		} {
			b.Run(fmt.Sprintf("rules=%d/%s", n, name), func(b *testing.B) {
				w, err := New(sides, nil, Options{})
				if err != nil {
					b.Fatal(err)
				}
				app := w.class["app"]
				for b.Loop() {
					var changed Some
					for _, r := range w.Rules(0, app, 2) {
						if !w.SameGrants(app, r, 0, 1) {
							changed = append(changed, Grants{0, r})
						}
					}
					formulas := []Formula{changed, Not{Granted{1, 2}}}
					if got := w.Scope(app, formulas...).Decide(formulas...).Verdict; (got == Possible) != (name == "sat") {
						b.Fatal(got)
					}
				}
			})
		}
	}
}

func manyRules(n int) []ruleset.Rule {
	var rules []ruleset.Rule
	for i := range n {
		condition := fmt.Sprintf(`user.group = "g%d" and resource.@area = "a%d"`, i, i%50)
		if i%3 == 1 {
			condition = fmt.Sprintf(`user.@area = resource.@area and user.group = "g%d"`, i)
		}
		rules = append(rules, ruleset.Rule{
			ID: fmt.Sprint(i), Name: fmt.Sprint(i), Category: ruleset.Security, Filter: text("filter", "App_*"), Condition: text("condition", condition), Actions: 2,
		})
	}
	return rules
}
