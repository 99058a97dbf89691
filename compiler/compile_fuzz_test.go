package compiler_test

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// FuzzCompile checks two promises for rules of any text: every diagnostic, and every suggested fix,
// lies within its text; and compiled modules pass `opa fmt` and `opa check --strict`.
func FuzzCompile(f *testing.F) {
	for i, condition := range []string{
		"", "true", "!false", `user.name = "x" and (resource.name like "a*" or resource.@b matches "(?:c).$")`, `resource.HasPrivilege("read")`,
		`!resource.stream.HasPrivilege("publish")`, `resource.owner != user`, `user.group != resource.@group`, `resource.nmae = "x"`, `"a" == "b"`,
		`user.environment.os !== "win"`, `resource.contentLibrarys.owner.Empty()`, `resource.resourcetype = "App"`, `resource.id = user.id`,
		"user.@package = \"METADATA\"", `resource.with = "\u2028"`, `resource.IsOwned() or user.IsAnonymous()`, `resource.HasPrivilege("update") and !resource.Empty()`,
	} {
		filter := []string{"*", "App*", "App_*", "App.Object_*, Stream_*", "QmcSection_App", "Stat*", "with_*,import_*", "ſ*"}[i%8]
		f.Add(condition, filter, "name\n# METADATA", i%2 == 0)
	}
	f.Add("", "*", "", true) // a rule with neither id nor condition
	f.Fuzz(func(t *testing.T, condition, filter, name string, all bool) {
		if !utf8.ValidString(condition + filter + name) {
			t.Skip("rules are text")
		}
		options := compiler.Options{SkipInvalid: true}
		if all {
			options.ListInequality = resolve.All
		}
		rules := append(nearlyEqual(condition, filter), newRule(name, filter, "", condition), newRule("read", "*", "read", condition))
		policy, list := compiler.Compile(rules, options)
		for _, d := range list {
			if !within(d.Subject, d.Text) {
				t.Errorf("%s points at %v of %q", d.Code, d.Subject, d.Text.Content)
			}
			if d.Fix != nil && !within(d.Fix.Range, d.Text) {
				t.Errorf("%s repairs %v of %q", d.Code, d.Fix.Range, d.Text.Content)
			}
			for _, r := range d.Related {
				if r.Text != nil && !within(r.Range, r.Text) {
					t.Errorf("%s is related to %v of %q", d.Code, r.Range, r.Text.Content)
				}
			}
		}
		rendered(t, list)
		if policy == nil {
			t.Fatal("there is no policy, although invalid rules are skipped")
		}
		holdToOPA(t, policy)
	})
}

// nearlyEqual returns rules that differ in one constant only, so that they merge
// into a table, with the condition beside it.
func nearlyEqual(condition, filter string) []ruleset.Rule {
	rules := make([]ruleset.Rule, 70)
	for i := range rules {
		name := fmt.Sprint("alike ", i)
		rules[i] = newRule(name, filter, "update", fmt.Sprintf(`user.@key = %q and (%s)`, name, condition))
	}
	return rules
}

func within(r diag.Range, text *diag.Text) bool {
	if text == nil {
		return r == diag.Range{}
	}
	return 0 <= r.Start && r.Start <= r.End && r.End <= len(text.Content)
}
