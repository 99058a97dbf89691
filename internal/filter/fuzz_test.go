package filter_test

import (
	"errors"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// The filter of any rule is a condition with a placeholder for each value and balanced parentheses, or an error that names
// the part that cannot be expressed.
func FuzzSQL(f *testing.F) {
	for _, condition := range []string{
		`resource.@X = user.@X`, `!(resource.name like "a%_[*?")`, `resource.stream.owner = user or resource.name matches "a|b"`, `resource.@X != "o'neil?$1"`, `resource.stream.HasPrivilege("read")`,
	} {
		f.Add(condition)
	}
	f.Fuzz(func(t *testing.T, condition string) {
		rule := ruleset.Rule{
			ID: "r", Name: "R", Category: ruleset.Security, Actions: ruleset.Actions(ruleset.ViewAction), Context: ruleset.Both,
			Filter: &diag.Text{Content: "App_*"}, Condition: &diag.Text{Content: condition},
		}
		w := workspace.OfRules([]ruleset.Rule{rule}, workspace.Source{Options: compiler.Options{Schema: schema.Default()}})
		if w.Policy == nil {
			return
		}
		found, err := w.Filter(&snapshot.Site{}, request(t, `NONE\x`, "read", "App", "", "hub"), "app")
		if mustNameWhatItCannot(t, condition, err) {
			return
		}
		for _, d := range []filter.Dialect{filter.SQLite, filter.DuckDB} {
			sql, err := filter.WriteSQL(found.Node, "app", filter.SQLOptions{Dialect: d, Schema: schema.Default()})
			if !mustNameWhatItCannot(t, condition, err) {
				checkSQL(t, sql)
			}
		}
	})
}

// mustNameWhatItCannot reports whether a rule has no filter. It fails the test if the error does not name a part of the
// rule.
func mustNameWhatItCannot(t *testing.T, condition string, err error) bool {
	t.Helper()
	var cannot *filter.Untranslatable
	if err != nil && !errors.As(err, &cannot) {
		t.Fatalf("%s: %v", condition, err)
	}
	return err != nil
}

// checkSQL counts placeholders and parentheses outside of quotes.
func checkSQL(t *testing.T, sql *filter.SQL) {
	t.Helper()
	marks, depth := 0, 0
	quote := rune(0)
	for _, r := range sql.Condition {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '?':
			marks++
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				t.Fatalf("a closing parenthesis has no opening one: %s", sql.Condition)
			}
		}
	}
	if sql.Condition == "" || marks != len(sql.Params) || depth != 0 || quote != 0 {
		t.Fatalf("%d placeholders, %d values, depth %d: %s", marks, len(sql.Params), depth, sql.Condition)
	}
}
