package ruleset

import (
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func ofCategory(name string, c Category, actions Actions, filter string) Rule {
	return Rule{ID: name, Name: name, Category: c, Context: Hub, Actions: actions, Filter: &diag.Text{Content: filter}, Condition: &diag.Text{Content: "true"}}
}

// A view has the rules of its category that have bit 1, as rules that grant its action. A view of
// Security, or the zero view, has all rules unchanged.
func TestView(t *testing.T) {
	rules := []Rule{
		ofCategory("right", Security, 3, "App_*"), ofCategory("pin", Sync, 1, "App_*"), ofCategory("chunks", Sync, 2, "ServerNodeConfiguration_*"),
		ofCategory("both", Sync, 3, "*"), ofCategory("seat", License, 1, "License.UserAccessGroup_1"),
	}
	for c, want := range map[Category][]string{
		0: {"right", "pin", "chunks", "both", "seat"}, Security: {"right", "pin", "chunks", "both", "seat"}, Sync: {"pin", "both"}, License: {"seat"},
	} {
		var got []string
		for _, r := range View(rules, c) {
			got = append(got, r.Name)
			if c > Security && (r.Category != Security || r.Context != Both || r.Actions != Actions(ViewAction)) {
				t.Errorf("%s in a view of %s: %+v", r.Name, c, r)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("a view of %d has %v, want %v", c, got, want)
		}
	}
	if rules[1].Category != Sync {
		t.Error("the rules themselves were changed")
	}
	if ViewAction.Name() != "read" {
		t.Errorf("a view grants %s", ViewAction.Name())
	}
}

// AccessGroups returns the groups that filters name, by kind and id, with the rules that name them.
func TestAccessGroups(t *testing.T) {
	off := ofCategory("off", License, 1, "License.UserAccessGroup_9")
	off.Disabled = true
	groups := AccessGroups([]Rule{
		ofCategory("b", License, 1, "License.AnalyzerAccessGroup_2, License.ProfessionalAccessGroup_P1"), ofCategory("a", License, 1, "License.ProfessionalAccessGroup_p1"),
		ofCategory("a", License, 1, "License.ProfessionalAccessGroup_p1"), ofCategory("every login", License, 1, "License.LoginAccessType_*"), ofCategory("some", License, 1, "license.analyzert*"),
		ofCategory("none", License, 1, "License.AnalyzerAccessGroup"), ofCategory("others", License, 1, "User_*"), ofCategory("broken", License, 1, " "), off,
	})
	var got []string
	for _, g := range groups {
		got = append(got, g.AccessKind.Name+" "+g.ID+" "+g.Name())
	}
	want := []string{"professional p1 a, b", "analyzer 2 b", "login * every login", "capacity * some"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if k, ok := AccessKindOf("license.loginaccesstype"); !ok || k.Name != "login" {
		t.Errorf("login access is %v, %t", k, ok)
	}
	if k, ok := AccessKindOf("license.professionalaccesstype"); ok {
		t.Errorf("an access that is held is %v", k)
	}
}

func TestParseCategory(t *testing.T) {
	for name, want := range map[string]Category{"security": Security, "License": License, "SYNC": Sync, "": 0, "licence": 0} {
		if got, ok := ParseCategory(name); got != want || ok != (want != 0) {
			t.Errorf("%q is %v, %v", name, got, ok)
		}
	}
}
