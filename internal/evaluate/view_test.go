package evaluate

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// For Sync rules, the root node is the subject, and user and HasPrivilege are errors. For License rules, node is an
// error.
func TestViewsOfCategories(t *testing.T) {
	node := &snapshot.Entity{
		Type: "user", TypeName: "User", ID: "n1", Recorded: true, Scalars: map[string]string{"name": "Sales", "iscentral": "false"},
		Lists: map[string][]string{"hostname": {"h.acme"}}, Custom: map[string][]string{"type": {"Sales"}},
	}
	owner := &snapshot.Entity{Type: "account", TypeName: "Account", ID: "u1", Recorded: true, Scalars: map[string]string{"name": "Sales"}}
	app := &snapshot.Entity{
		Type: "app", TypeName: "App", ID: "a1", Recorded: true, Custom: map[string][]string{"type": {"sales"}}, Relations: map[string][]*snapshot.Entity{"owner": {owner}},
	}
	site := &snapshot.Site{Records: map[string]map[string]*snapshot.Entity{"user": {"n1": node}, "app": {"a1": app}, "account": {"u1": owner}}}
	for condition, want := range map[string]bool{
		`node.@Type = resource.@Type`: true, `node.isCentral = "true"`: false, `node.hostName like "*.acme"`: true, `node.missing.Empty()`: true,
		`resource.owner.name = node.name`: true, `node = resource.owner`: false, `node.userDirectory = "x" or node.name.Empty()`: false, `node = node`: true,
	} {
		e, list := New([]ruleset.Rule{viewed(ruleset.Sync, condition)}, site, Options{Schema: schema.Default().ForNodes(), View: ruleset.Sync})
		d := e.Decide([]byte(`{"subject": {"type": "user", "id": "N1"}, "action": {"name": "read"}, "resource": {"type": "App", "id": "a1"}}`))
		if len(list) > 0 || d.Err != nil || d.Allow != want {
			t.Errorf("%s: %+v, %v; want %v", condition, d, list, want)
		}
	}
	for condition, category := range map[string]ruleset.Category{
		`user.name = "x"`: ruleset.Sync, `resource.HasPrivilege("read")`: ruleset.Sync, `node.name = "x"`: ruleset.License, `user.name = "x" and resource.HasPrivilege("read")`: ruleset.License,
	} {
		_, list := New([]ruleset.Rule{viewed(category, condition)}, site, Options{Schema: schema.Default(), View: category})
		if !list.HasErrors() {
			t.Errorf("%s is no error in a view of %s", condition, category)
		}
	}
}

func viewed(c ruleset.Category, condition string) ruleset.Rule {
	return ruleset.View([]ruleset.Rule{{
		ID: "r", Name: "r", Category: c, Actions: 1, Filter: &diag.Text{Content: "App_*"}, Condition: &diag.Text{Content: condition},
	}}, c)[0]
}
