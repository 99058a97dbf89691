package workspace_test

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestFindRule(t *testing.T) {
	rules := []ruleset.Rule{{ID: "r1", Name: "Stream"}, {ID: "r2", Name: "Twin"}, {ID: "r3", Name: "twin"}, {ID: "Twin", Name: "Other"}}
	tests := []struct {
		name string
		at   int
		err  string
	}{
		{"r1", 0, ""},
		{"stream", 0, ""},
		{"Twin", 3, ""}, // an id counts before a name
		{"TWIN", 0, `2 rules have the name "TWIN"; give an id: r2, r3`},
		{"strean", 0, `no rule has the name or the id "strean"; did you mean Stream?`},
		{"x", 0, `no rule has the name or the id "x"`},
	}
	for _, test := range tests {
		if at, err := workspace.FindRule(rules, test.name); at != test.at || textOf(err) != test.err {
			t.Errorf("%s: %d, %v; want %d, %s", test.name, at, err, test.at, test.err)
		}
	}
}

func TestSetField(t *testing.T) {
	tests := []struct {
		field, value string
		// got is what the rule has after the change.
		got func(ruleset.Rule) any
		err string
	}{
		{"condition", "true", func(r ruleset.Rule) any { return r.Condition.Content + " of " + r.Condition.File }, ""},
		{"Filter", "App_*", func(r ruleset.Rule) any { return r.Filter.Content }, ""},
		{"actions", "read, update", func(r ruleset.Rule) any { return r.Actions }, ""},
		{"actions", "6", func(r ruleset.Rule) any { return r.Actions }, ""},
		{"context", "QMC", func(r ruleset.Rule) any { return r.Context }, ""},
		{"actions", "raed", nil, `unknown action "raed"; did you mean read?`},
		{"context", "phone", nil, `a context must be both, hub or qmc, not "phone"`},
		{"conditon", "true", nil, `a rule has no field "conditon"; the fields are condition, filter, actions, context; did you mean condition?`},
	}
	want := []any{"true of here", "App_*", ruleset.Actions(6), ruleset.Actions(6), ruleset.QMC}
	for i, test := range tests {
		var r ruleset.Rule
		err := workspace.SetField(&r, test.field, test.value, "here")
		if textOf(err) != test.err {
			t.Errorf("%s=%s: %v, want %s", test.field, test.value, err, test.err)
		}
		if test.got != nil && test.got(r) != want[i] {
			t.Errorf("%s=%s: the rule has %v, want %v", test.field, test.value, test.got(r), want[i])
		}
	}
}
