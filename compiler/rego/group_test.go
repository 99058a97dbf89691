package rego

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// The name of a kind describes its tests, and no two kinds have the same name.
func TestKindsAreNamed(t *testing.T) {
	resource := ir.Entities{Root: ir.Resource, Origin: "app"}
	stream := resource.Follow(ir.Step{Name: "stream", Type: "stream"})
	user := ir.Entities{Root: ir.User, Origin: "user"}
	name := ir.Property{Of: resource, Name: "name"}
	groups := ir.Property{Of: user, Name: "group", List: true}
	var taken []string
	for _, test := range []struct {
		tests []ir.Predicate
		want  string
	}{
		{nil, "nothing else"},
		{[]ir.Predicate{ir.From{Context: ruleset.Hub}, ir.Privilege{Entities: stream, Action: 2}}, "hub, read on stream"},
		{[]ir.Predicate{ir.Common{Left: name, Right: groups}}, "name = user.group"},
		{[]ir.Predicate{ir.OneOf{Value: name, Strings: []string{"x"}}}, "name"},
		{[]ir.Predicate{ir.Present{Value: name}}, "name 2"},
		{[]ir.Predicate{ir.OneOf{Value: name, Strings: []string{"y"}}}, "name 3"},
		{[]ir.Predicate{ir.CommonEntity{Left: resource.Follow(ir.Step{Name: "owner", Type: "user"}), Right: user}}, "owner = user"},
		{[]ir.Predicate{ir.Negation{Term: ir.Anonymous{}}, ir.Negation{Term: ir.Present{Value: name}}}, "not anonymous, not name"},
		{[]ir.Predicate{ir.Exists{Entities: stream}, ir.Like{Value: name}}, "more"},
	} {
		got := uniqueName(kindOf(test.tests), taken)
		if got != test.want {
			t.Errorf("the kind is called %q, want %q", got, test.want)
		}
		taken = append(taken, got)
	}
}
