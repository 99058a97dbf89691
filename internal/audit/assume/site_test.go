package assume

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// A test of a field that was not exported can be true or false for entities of the type. Below a negation, it grants
// most if it is false.
func TestFieldsThatWereNotExported(t *testing.T) {
	const app = `resource.resourcetype = "App"`
	for _, c := range []struct{ typ, field, condition, most, least string }{
		{"App", "customProperties", `resource.@A.Empty()`, `resource.@A.Empty() or ` + app, `resource.@A.Empty() and !(` + app + `)`},
		{"App", "customProperties", `!(resource.@A = user.x) and true`, `!(resource.@A = user.x and !(` + app + `)) and true`, `!(resource.@A = user.x or ` + app + `) and true`},
		{"App", "customProperties", `resource.app.@A = user.@A or false`, `(resource.app.@A = user.@A or resource.app.resourcetype = "App") or false`,
			`resource.app.@A = user.@A and !(resource.app.resourcetype = "App") or false`},
		{"App", "stream", `resource.app.stream.name = "S"`, `resource.app.stream.name = "S" or resource.app.resourcetype = "App"`,
			`resource.app.stream.name = "S" and !(resource.app.resourcetype = "App")`},
		{"App", "owner", `resource.IsOwned()`, `resource.IsOwned() or ` + app, `resource.IsOwned() and !(` + app + `)`},
		{"User", "attributes", `user.group = "a"`, `user.group = "a" or !user.id.Empty()`, `user.group = "a" and !(!user.id.Empty())`},
		{"User", "attributes", `resource.owner.group = "a"`, `resource.owner.group = "a" or resource.owner.resourcetype = "User"`, `resource.owner.group = "a" and !(resource.owner.resourcetype = "User")`},
		{"User", "roles", `user.roles = "a"`, `user.roles = "a" or !user.id.Empty()`, `user.roles = "a" and !(!user.id.Empty())`},
		{"User", "attributes", `user.roles = "a" and user.name = "b" and user.environment.group = "c" and user.@d = "e"`, "", ""},
		{"App", "customProperties", `user.@A = "a" and resource.name = "b" and true`, "", ""},
	} {
		points := SitePoints(Site{AssumeEmpty: []schema.Field{{Type: c.typ, Name: c.field}}})
		rules := []ruleset.Rule{{Category: ruleset.Security, Condition: &diag.Text{Content: c.condition}}}
		variants, open := points[0].With(rules, compiler.Options{})
		if len(variants) != 2 || len(open) > 0 {
			t.Fatalf("%s: %d variants, %v", c.condition, len(variants), open)
		}
		for i, want := range []string{c.most, c.least} {
			if want == "" {
				want = c.condition
			}
			if got := variants[i].Rules[0].Condition.Content; unlike(got, want) {
				t.Errorf("%s.%s: %s becomes %s, want %s", c.typ, c.field, c.condition, got, want)
			}
		}
	}
}

// Users who cannot log in meet no condition, also not that of a rule without a condition. A rule that cannot grant is
// not changed.
func TestInactiveUsers(t *testing.T) {
	points := SitePoints(Site{Inactive: []string{"b", "a"}})
	rules := []ruleset.Rule{
		{Category: ruleset.Security, Condition: &diag.Text{Content: `user.x = "a" or true`}},
		{Category: ruleset.Security},
		{Category: ruleset.Security, Disabled: true, Condition: &diag.Text{Content: `true`}},
		{Category: ruleset.License, Condition: &diag.Text{Content: `true`}},
	}
	variants, _ := points[0].With(rules, compiler.Options{})
	const nobody = `!(user.id = "a" or user.id = "b")`
	for i, want := range []string{`(user.x = "a" or true) and ` + nobody, `true and ` + nobody, `true`, `true`} {
		if got := variants[0].Rules[i].Condition.Content; unlike(got, want) {
			t.Errorf("rule %d becomes %s, want %s", i, got, want)
		}
	}
	if len(SitePoints(Site{})) != 0 {
		t.Error("a complete snapshot has assumptions")
	}
}

func TestDepends(t *testing.T) {
	for condition, want := range map[string][]string{
		`user.group != "a"`:            {"list-inequality", SessionID},
		`!(resource.@A !== "a")`:       {"list-inequality"},
		`user.userId != "a"`:           nil,
		`resource.owner = user.userId`: {"entity-text", "both-missing"},
		`resource.owner = user`:        nil,
		`user.email.Empty()`:           {SessionID},
		`user.@x = resource.@y`:        {"both-missing"},
		`user.name like "a?"`:          {"question-mark"},
		`user.name matches "\\d"`:      {"regular-expressions"},
		`user.name matches "\\b"`:      {"regular-expressions"},
		`user.environment.os = "x"`:    nil,
	} {
		rule := ruleset.Rule{Category: ruleset.Security, Condition: &diag.Text{Content: condition}}
		var got []string
		for _, p := range Points(compiler.Options{}) {
			if p.Depends(rule) {
				got = append(got, p.ID)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s depends on %v, want %v", condition, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s depends on %v, want %v", condition, got, want)
			}
		}
	}
}
