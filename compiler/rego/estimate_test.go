package rego

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Chances are chances, a negation has the rest of them, more terms of a conjunction
// hold less often and more of a disjunction more often; and a predicate that asks
// more takes more steps.
func TestEstimatesOfPredicates(t *testing.T) {
	owner := resolve.Entities{Root: resolve.Resource, Origin: "app", Steps: []resolve.Step{{Name: "owner", Type: "user"}}}
	user := resolve.Entities{Root: resolve.User, Origin: "user"}
	name := resolve.Property{Of: owner, Name: "name"}
	group := resolve.Property{Of: user, Name: "group", List: true}
	tests := []resolve.Predicate{
		resolve.OneOf{Value: group, Texts: []string{"a"}}, resolve.OneOf{Value: name, Texts: []string{"a", "b", "c"}},
		resolve.Common{Left: name, Right: group}, resolve.Identical{Left: group, Right: resolve.Literal{Text: "x"}},
		resolve.Like{Value: name}, resolve.Matches{Value: name}, resolve.Present{Value: group}, resolve.Exists{Entities: owner},
		resolve.CommonEntity{Left: owner, Right: user}, resolve.IdenticalEntity{Left: owner, Right: user},
		resolve.Privilege{Entities: owner}, resolve.Anonymous{}, resolve.From{Context: ruleset.Hub},
	}
	for _, one := range tests {
		p := chance(one)
		if p <= 0 || p >= 1 || steps(one) <= 0 {
			t.Errorf("%s holds with %v and takes %v steps", one.Key(), p, steps(one))
		}
		if not := (resolve.Negation{Term: one}); chance(not) != 1-p || steps(not) <= steps(one) {
			t.Errorf("not %s holds with %v and takes %v steps, without the negation %v and %v", one.Key(), chance(not), steps(not), p, steps(one))
		}
		for _, other := range tests {
			and, or := resolve.Conjunction{Terms: []resolve.Predicate{one, other}}, resolve.Disjunction{Terms: []resolve.Predicate{one, other}}
			if chance(and) >= p || chance(or) <= p {
				t.Errorf("%s and %s hold with %v, or with %v, one with %v", one.Key(), other.Key(), chance(and), chance(or), p)
			}
			if most := steps(one) + steps(other); steps(and) <= min(steps(one), steps(other)) || steps(and) >= most || steps(or) <= most {
				t.Errorf("%s and %s take %v steps, or %v; apart %v", one.Key(), other.Key(), steps(and), steps(or), most)
			}
		}
	}
	if chance(resolve.Constant{Value: true}) != 1 || chance(resolve.Constant{}) != 0 || steps(resolve.Constant{}) != 0 {
		t.Error("a constant is no test")
	}
}
