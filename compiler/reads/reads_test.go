package reads

import "testing"

func TestOfFindsTheClassOfAType(t *testing.T) {
	r := Reads{Classes: []Class{{Key: "app", Named: true}, {Key: "widget", Named: true}, {Key: "app*"}, {Key: "application*"}}}
	for typ, want := range map[string]string{"app": "app", "widget": "widget", "app.object": "app*", "applications": "application*", "stream": ""} {
		got := ""
		if c := r.Of(typ); c != nil {
			got = c.Key
		}
		if got != want {
			t.Errorf("%s belongs to %q, want %q", typ, got, want)
		}
	}
}

func TestSidesOfATest(t *testing.T) {
	resource, user, session := &Operand{Root: Resource}, &Operand{Root: User}, &Operand{Root: Environment, Property: "os"}
	tests := []struct {
		name                        string
		test                        Test
		subject, resource, identity bool
	}{
		{"from the hub", Test{Kind: From, Context: "hub"}, true, false, false},
		{"anonymous", Test{Kind: Anonymous}, true, false, false},
		{"a text of the subject", Test{Kind: OneOf, Left: user}, true, false, false},
		{"session against subject", Test{Kind: Common, Left: session, Right: user}, true, false, false},
		{"a text of the resource", Test{Kind: OneOf, Left: resource}, false, true, false},
		{"two texts of the resource", Test{Kind: Identical, Left: resource, Right: resource}, false, true, false},
		{"subject against resource", Test{Kind: Common, Left: user, Right: resource}, false, false, false},
		{"session against resource", Test{Kind: Identical, Left: resource, Right: session}, false, false, false},
		{"owner and subject", Test{Kind: CommonEntity, Left: resource, Right: user}, false, false, true},
		{"one owner, the subject", Test{Kind: IdenticalEntity, Left: user, Right: resource}, false, false, true},
		{"two owners", Test{Kind: CommonEntity, Left: resource, Right: resource}, false, true, false},
		{"a right", Test{Kind: Privilege, Left: resource, Action: 2}, false, false, false},
	}
	for _, test := range tests {
		if got := test.test.OfSubject(); got != test.subject {
			t.Errorf("%s: of the subject %t", test.name, got)
		}
		if got := test.test.OfResource(); got != test.resource {
			t.Errorf("%s: of the resource %t", test.name, got)
		}
		if got := test.test.Identity(); got != test.identity {
			t.Errorf("%s: identity %t", test.name, got)
		}
	}
}

func TestManyFollowsTheSteps(t *testing.T) {
	one, set := Step{Relation: "app", Type: "app"}, Step{Relation: "appcontents", Type: "app.content", Many: true}
	if (Operand{}).Many() || (Operand{Steps: []Step{one}}).Many() || !(Operand{Steps: []Step{set, one}}).Many() {
		t.Error("a path has many entities if a step of it has")
	}
}

func TestKinds(t *testing.T) {
	if !Matches.Known() || Kind("new").Known() {
		t.Error("a kind is known if it is one of the kinds")
	}
}
