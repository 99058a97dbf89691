package difference_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
)

const stories = "../../../testdata/scenarios"

func read(t *testing.T, file string) []ruleset.Rule {
	t.Helper()
	export, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, filepath.Base(file), export)
}

// edited returns rules with a change of the named rule.
func edited(t *testing.T, rules []ruleset.Rule, name string, edit func(r *ruleset.Rule)) []ruleset.Rule {
	t.Helper()
	rules = slices.Clone(rules)
	at := slices.IndexFunc(rules, func(r ruleset.Rule) bool { return r.Name == name })
	if at < 0 {
		t.Fatalf("there is no rule %q", name)
	}
	edit(&rules[at])
	return rules
}

func condition(text string) *diag.Text { return &diag.Text{Label: "condition", Content: text} }

// checked compares rules, and compares the counts with two engines, cell by cell.
func checked(t *testing.T, old, new []ruleset.Rule, site string) *difference.Report {
	t.Helper()
	in := input(t, old, new, site)
	r := compare(t, in)
	if want, got := cellByCell(t, in), counted(t, r); !sameCounts(want, got) {
		t.Errorf("cell by cell %v, by classes %v", want, got)
	}
	return r
}

func TestCustomerCase(t *testing.T) {
	exact.Skip(t)
	folder := filepath.Join(stories, "customer-case")
	rules := read(t, filepath.Join(folder, "rules.json"))
	wider := edited(t, rules, "ResourceAccess", func(r *ruleset.Rule) {
		r.Condition = condition(r.Condition.Content + ` or user.group = "role_ext"`)
	})
	want := []string{
		`gain because ResourceAccess condition "">"user.group = \"role_ext\"": read App 5=1x5 <Stream, read DataConnection 3=1x3, read Stream 3=1x3, ` +
			`read App.Object 2=1x2 <Stream, create App.Object 1=1x2 hub <CreateAppObjectsPublishedApp <Stream`,
		"rule ResourceAccess edited: access",
	}
	if got := summary(checked(t, rules, wider, filepath.Join(folder, "site"))); !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// The rule TeamAdminRead names types that no branch of it covers. Without them, no right is lost.
	tidy := edited(t, rules, "TeamAdminRead", func(r *ruleset.Rule) {
		r.Filter = &diag.Text{Label: "resourceFilter", Content: "App*,ReloadTask*,SchemaEvent*,Tag*,CompositeEvent*,ExecutionResult*,DataConnection*"}
	})
	if got := summary(checked(t, rules, tidy, filepath.Join(folder, "site"))); !slices.Equal(got, []string{"rule TeamAdminRead edited: none"}) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// TestSheetLevel compares each variant of the scenario with itself and with the next one.
func TestSheetLevel(t *testing.T) {
	exact.Skip(t)
	folder := filepath.Join(stories, "sheet-level")
	files, err := filepath.Glob(filepath.Join(folder, "*", "rules.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%q, %v", files, err)
	}
	for i, old := range files {
		for _, new := range []string{old, files[(i+1)%len(files)]} {
			r := checked(t, read(t, old), read(t, new), filepath.Join(folder, "site"))
			if (old == new) != (len(r.Rules) == 0) {
				t.Errorf("%s and %s: %d rules differ", old, new, len(r.Rules))
			}
			for _, c := range r.Rules {
				if c.Effect == difference.NotCompared {
					t.Errorf("%s and %s: nothing was compared for %q", old, new, c.Rule.Name)
				}
			}
		}
	}
	if got := summary(checked(t, read(t, filepath.Join(folder, "one-sheet", "rules.json")), read(t, filepath.Join(folder, "one-chart", "rules.json")), filepath.Join(folder, "site"))); len(got) < 2 {
		t.Errorf("the variants one-sheet and one-chart differ: %q", got)
	}
}

func TestRealExport(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with site-export/systemrule.json")
	}
	rules := read(t, filepath.Join(corpus, "site-export", "systemrule.json"))
	changed := edited(t, rules, "ExportAppData", func(r *ruleset.Rule) { r.Disabled = !r.Disabled })
	changed = edited(t, changed, "ReadFileReference", func(r *ruleset.Rule) { r.Condition = condition("true") })
	changed = edited(t, changed, "Owner", func(r *ruleset.Rule) { r.Condition = condition("(" + r.Condition.Content + ")") })
	changed = slices.DeleteFunc(changed, func(r ruleset.Rule) bool { return r.Name == "StreamMonitoringAppsRead" })
	r := checked(t, rules, changed, filepath.Join(stories, "real-site", "site"))
	effects := map[string]difference.Effect{}
	for _, c := range r.Rules {
		effects[c.Rule.Name] = c.Effect
	}
	want := map[string]difference.Effect{
		"ExportAppData": difference.Effective, "ReadFileReference": difference.NotCompared, "Owner": difference.CannotMatter, "StreamMonitoringAppsRead": difference.Effective,
	}
	if !maps.Equal(effects, want) {
		t.Errorf("%v, want %v\n%s", effects, want, strings.Join(summary(r), "\n"))
	}
	if len(r.LeftOut) == 0 {
		t.Error("the site has no file references, and the report does not list them as not compared")
	}
	// Without the site, the file references differ too.
	synthesized := compare(t, input(t, rules, changed, ""))
	if !slices.ContainsFunc(synthesized.Groups, func(g difference.Group) bool {
		return g.Kind == difference.Gain && g.Causes[0].Rule.Name == "ReadFileReference" && strings.EqualFold(g.Parts[0].Type, "FileReference")
	}) {
		t.Errorf("%s", strings.Join(summary(synthesized), "\n"))
	}
}
