package rego

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// The name of a kind tells a reader what is tested, and two kinds never share one.
func TestKindsAreNamed(t *testing.T) {
	resource := resolve.Entities{Root: resolve.Resource, Origin: "app"}
	stream := resource.Follow(resolve.Step{Name: "stream", Type: "stream"})
	user := resolve.Entities{Root: resolve.User, Origin: "user"}
	name := resolve.Property{Of: resource, Name: "name"}
	groups := resolve.Property{Of: user, Name: "group", List: true}
	var taken []string
	for _, test := range []struct {
		tests []resolve.Predicate
		want  string
	}{
		{nil, "nothing else"},
		{[]resolve.Predicate{resolve.From{Context: ruleset.Hub}, resolve.Privilege{Entities: stream, Action: 2}}, "hub, read on stream"},
		{[]resolve.Predicate{resolve.Common{Left: name, Right: groups}}, "name = user.group"},
		{[]resolve.Predicate{resolve.OneOf{Value: name, Texts: []string{"x"}}}, "name"},
		{[]resolve.Predicate{resolve.Present{Value: name}}, "name 2"},
		{[]resolve.Predicate{resolve.OneOf{Value: name, Texts: []string{"y"}}}, "name 3"},
		{[]resolve.Predicate{resolve.CommonEntity{Left: resource.Follow(resolve.Step{Name: "owner", Type: "user"}), Right: user}}, "owner = user"},
		{[]resolve.Predicate{resolve.Negation{Term: resolve.Anonymous{}}, resolve.Negation{Term: resolve.Present{Value: name}}}, "not anonymous, not name"},
		{[]resolve.Predicate{resolve.Exists{Entities: stream}, resolve.Like{Value: name}}, "more"},
	} {
		got := unlike(kindOf(test.tests), taken)
		if got != test.want {
			t.Errorf("the kind is called %q, want %q", got, test.want)
		}
		taken = append(taken, got)
	}
}
