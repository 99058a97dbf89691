package lint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

var options = resolve.Options{Schema: schema.Default()}

func TestFixes(t *testing.T) {
	tests := []struct{ rule, filter, condition string }{
		{`App_*: ((user.group = "A"))`, `App_*`, `user.group = "A"`},
		{`App*: ( resource.resourcetype = "App" and user.group like "A" )`, `App_*`, `user.group = "A"`},
		{`App_*: user.group = "A" or (user.group = "a") or user.group = "B"`, `App_*`, `user.group = "A" or user.group = "B"`},
		{`App_*: resource.stream.HasPrivilege("read") and (user.group = "A")`, `App_*`, `(user.group = "A") and resource.stream.HasPrivilege("read")`},
		{`App_*: true and user.group = "A"`, `App_*`, `user.group = "A"`},
		{`App_*: user.group = "A" and resource.Stream.empty()`, `App_*`, `user.group = "A" and resource.stream.Empty()`},
		{`App_*,App_*: user.group = "A"`, `App_*`, `user.group = "A"`},
		{`App_*: user.group = "A" and resource.owner = user or user.group = "B"`, `App_*`, `(user.group = "A" and resource.owner = user) or user.group = "B"`},
		// Fixes that change the meaning are not applied.
		{`App_*: user.group != "A"`, `App_*`, `user.group != "A"`},
		{`App_*: user.role = "RootAdmin"`, `App_*`, `user.role = "RootAdmin"`},
		// Rules that Qlik ships, and rules with accepted findings, are not changed.
		{`App_* Default: ((user.group = "A"))`, `App_*`, `((user.group = "A"))`},
		{`App_* {qlik2rego:ignore Q0490 edited in Basic}: ((user.group = "A"))`, `App_*`, `((user.group = "A"))`},
	}
	for _, test := range tests {
		r := parseRules(t, test.rule)[0]
		fixed, _ := lint.Fix(r, options, nil)
		if fixed.Filter.Content != test.filter || fixed.Condition.Content != test.condition {
			t.Errorf("%s\ngot  %s: %s\nwant %s: %s", test.rule, fixed.Filter.Content, fixed.Condition.Content, test.filter, test.condition)
		}
	}
}

// Fixes of real rules are idempotent, and the fixed rules compile.
func TestFixesOfRealRules(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS is not set")
	}
	rules := append(readRules(t, filepath.Join(corpus, "site-export", "systemrule.json")), publishedRules(t, filepath.Join(corpus, "published-rules.jsonl"))...)
	changed := 0
	for i, r := range rules {
		if i%6 != 0 {
			continue // a sample, because each fix is proved again
		}
		fixed, applied := lint.Fix(r, options, nil)
		if len(applied) > 0 {
			changed++
		}
		if again, more := lint.Fix(fixed, options, nil); len(more) > 0 {
			t.Errorf("%s: a second run fixes %v: %s", r.Name, lint.Codes(more), again.Condition.Content)
		}
		if len(applied) == 0 {
			continue
		}
		if _, found := compiler.Compile([]ruleset.Rule{fixed}, compiler.Options{}); found.HasErrors() {
			t.Errorf("%s has errors after its fixes: %s", r.Name, fixed.Condition.Content)
		}
	}
	if changed == 0 {
		t.Error("no rule of the corpus was fixed")
	}
}
