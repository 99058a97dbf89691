package rego

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Probabilities are between 0 and 1. A negation has the complement; a longer conjunction is less likely
// and a longer disjunction more likely. A predicate with more tests takes more steps.
func TestEstimatesOfPredicates(t *testing.T) {
	owner := ir.Entities{Root: ir.Resource, Origin: "app", Steps: []ir.Step{{Name: "owner", Type: "user"}}}
	user := ir.Entities{Root: ir.User, Origin: "user"}
	name := ir.Property{Of: owner, Name: "name"}
	group := ir.Property{Of: user, Name: "group", List: true}
	tests := []ir.Predicate{
		ir.OneOf{Value: group, Strings: []string{"a"}}, ir.OneOf{Value: name, Strings: []string{"a", "b", "c"}},
		ir.Common{Left: name, Right: group}, ir.Identical{Left: group, Right: ir.Literal{Text: "x"}},
		ir.Like{Value: name}, ir.Matches{Value: name}, ir.Present{Value: group}, ir.Exists{Entities: owner},
		ir.CommonEntity{Left: owner, Right: user}, ir.IdenticalEntity{Left: owner, Right: user},
		ir.Privilege{Entities: owner}, ir.Anonymous{}, ir.From{Context: ruleset.Hub},
	}
	for _, one := range tests {
		p := probability(one)
		if p <= 0 || p >= 1 || steps(one) <= 0 {
			t.Errorf("%s holds with %v and takes %v steps", one.Key(), p, steps(one))
		}
		if not := (ir.Negation{Term: one}); probability(not) != 1-p || steps(not) <= steps(one) {
			t.Errorf("not %s holds with %v and takes %v steps, without the negation %v and %v", one.Key(), probability(not), steps(not), p, steps(one))
		}
		for _, other := range tests {
			and, or := ir.Conjunction{Terms: []ir.Predicate{one, other}}, ir.Disjunction{Terms: []ir.Predicate{one, other}}
			if probability(and) >= p || probability(or) <= p {
				t.Errorf("%s and %s hold with %v, or with %v, one with %v", one.Key(), other.Key(), probability(and), probability(or), p)
			}
			if limit := steps(one) + steps(other); steps(and) <= min(steps(one), steps(other)) || steps(and) >= limit || steps(or) <= limit {
				t.Errorf("%s and %s take %v steps, or %v; apart %v", one.Key(), other.Key(), steps(and), steps(or), limit)
			}
		}
	}
	if probability(ir.Constant{Value: true}) != 1 || probability(ir.Constant{}) != 0 || steps(ir.Constant{}) != 0 {
		t.Error("a constant is no test")
	}
}
