package fieldcases

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Exports written by PowerShell give the same decisions as the original exports (X01, X04).
func TestExportsOfPowerShell(t *testing.T) {
	cases := root(t)
	for _, site := range []string{"X01/site-good", "X01/site-wrap", "X04/site-single"} {
		p := both(t, open(t, filepath.Join(cases, "X01", "rules-for-site.json"), filepath.Join(cases, site), nil))
		for app, rule := range map[string]string{"1": "11111111-0000-4000-8000-000000000001", "2": "11111111-0000-4000-8000-000000000002"} {
			d := p.decide(t, fmt.Appendf(nil, `{"subject": {"type": "user", "id": "ACME\\anna"}, "action": {"name": "read"},
				"resource": {"type": "App", "id": "bb000000-0000-4000-8000-00000000000%s"}}`, app))
			if !slices.Equal(d.GrantedBy, []string{rule}) {
				t.Errorf("%s: app %s is granted by %v, want %s", site, app, d.GrantedBy, rule)
			}
		}
	}
	rules, found := ruleset.Read(filepath.Join(cases, "X01", "f1b-ps7-utf8.json"))
	if len(rules) == 0 || found.HasErrors() {
		t.Errorf("%d rules are read: %v", len(rules), found)
	}
}

// Exports that ConvertTo-Json truncated are rejected (X02).
func TestExportsThatWereCutOff(t *testing.T) {
	for _, site := range []string{"site-cut", "site-cut3"} {
		dir := filepath.Join(root(t), "X02")
		w := open(t, filepath.Join(dir, "rules-for-site.json"), filepath.Join(dir, site), nil)
		if _, err := w.LoadSite(); err == nil {
			t.Errorf("%s is read", site)
		}
		cut := func(d diag.Diagnostic) bool { return d.Code == "Q0617" && strings.Contains(d.Detail, "-Depth 10") }
		if !slices.ContainsFunc(w.Diagnostics, cut) {
			t.Errorf("%s: %v", site, w.Diagnostics)
		}
	}
}

// Files that are not exports are each reported once (X07, X08, X10).
func TestFilesThatAreNoExports(t *testing.T) {
	for file, want := range map[string]string{
		"X07/f6-table.json":          "the file is a table",
		"X08/f7-pg-jsonagg.json":     "rows of the repository's database",
		"X08/f7b-pgcopy.csv":         "the file is CSV",
		"X08/f8-ndjson.json":         "several JSON documents",
		"X10/f10-actions-names.json": "not a bit mask",
		"X10/f10b-actions-str.json":  "not a bit mask",
	} {
		_, found := ruleset.Read(filepath.Join(root(t), filepath.FromSlash(file)))
		errors := slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
		if len(errors) != 1 || !strings.Contains(errors[0].Summary, want) {
			t.Errorf("%s: %v, want one error: %s", file, errors, want)
		}
		if strings.HasPrefix(file, "X10") && !strings.Contains(errors[0].Detail, "Write 6 for read, update") {
			t.Errorf("%s: %s", file, errors[0].Detail)
		}
	}
}
