package rego

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Chances are chances, a negation has the rest of them, more terms of a conjunction
// hold less often and more of a disjunction more often; and a predicate that asks
// more takes more steps.
func TestEstimatesOfPredicates(t *testing.T) {
	owner := ir.Entities{Root: ir.Resource, Origin: "app", Steps: []ir.Step{{Name: "owner", Type: "user"}}}
	user := ir.Entities{Root: ir.User, Origin: "user"}
	name := ir.Property{Of: owner, Name: "name"}
	group := ir.Property{Of: user, Name: "group", List: true}
	tests := []ir.Predicate{
		ir.OneOf{Value: group, Texts: []string{"a"}}, ir.OneOf{Value: name, Texts: []string{"a", "b", "c"}},
		ir.Common{Left: name, Right: group}, ir.Identical{Left: group, Right: ir.Literal{Text: "x"}},
		ir.Like{Value: name}, ir.Matches{Value: name}, ir.Present{Value: group}, ir.Exists{Entities: owner},
		ir.CommonEntity{Left: owner, Right: user}, ir.IdenticalEntity{Left: owner, Right: user},
		ir.Privilege{Entities: owner}, ir.Anonymous{}, ir.From{Context: ruleset.Hub},
	}
	for _, one := range tests {
		p := chance(one)
		if p <= 0 || p >= 1 || steps(one) <= 0 {
			t.Errorf("%s holds with %v and takes %v steps", one.Key(), p, steps(one))
		}
		if not := (ir.Negation{Term: one}); chance(not) != 1-p || steps(not) <= steps(one) {
			t.Errorf("not %s holds with %v and takes %v steps, without the negation %v and %v", one.Key(), chance(not), steps(not), p, steps(one))
		}
		for _, other := range tests {
			and, or := ir.Conjunction{Terms: []ir.Predicate{one, other}}, ir.Disjunction{Terms: []ir.Predicate{one, other}}
			if chance(and) >= p || chance(or) <= p {
				t.Errorf("%s and %s hold with %v, or with %v, one with %v", one.Key(), other.Key(), chance(and), chance(or), p)
			}
			if most := steps(one) + steps(other); steps(and) <= min(steps(one), steps(other)) || steps(and) >= most || steps(or) <= most {
				t.Errorf("%s and %s take %v steps, or %v; apart %v", one.Key(), other.Key(), steps(and), steps(or), most)
			}
		}
	}
	if chance(ir.Constant{Value: true}) != 1 || chance(ir.Constant{}) != 0 || steps(ir.Constant{}) != 0 {
		t.Error("a constant is no test")
	}
}
