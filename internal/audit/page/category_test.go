package page_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/category"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// withCategories returns the page for rules of all categories on the site of testdata/cli/category.txtar. The
// argument rules is a file of that story, to which Sync rules are added.
func withCategories(t *testing.T, rules string, more ...ruleset.Rule) (*page.Document, map[string]*report.Audit) {
	t.Helper()
	story, err := txtar.ParseFile(filepath.Join("..", "..", "..", "testdata", "cli", "category.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range story.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, found := ruleset.Read(filepath.Join(dir, rules))
	if found.HasErrors() {
		t.Fatal(found)
	}
	whole := workspace.OfRules(append(read, more...), workspace.Source{Snapshot: filepath.Join(dir, "acme"), Options: compiler.Options{Schema: schema.Default()}})
	_, b, err := whole.Audit(t.Context(), partition.Question{})
	if err != nil {
		t.Fatal(whole.Diagnostics, err)
	}
	doc, err := page.Build("site", []string{"qlik2rego", "explain"}, b, audits(t, b, "hub"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*report.Audit{}
	for key, c := range map[string]ruleset.Category{"license": ruleset.License, "sync": ruleset.Sync} {
		view := whole.Of(c)
		q := partition.Question{Actions: uint32(ruleset.ViewAction), Session: partition.Session{Context: "hub"}}
		if c == ruleset.Sync {
			q = partition.Question{Actions: q.Actions, Types: []string{"app"}}
		}
		m, b, err := view.Audit(t.Context(), q)
		if err != nil {
			t.Fatal(view.Diagnostics, err)
		}
		a := &report.Audit{Context: "hub", Grouped: m.Group(matrix.Selection{
			Subject: func(int32) bool { return true },
			Resource: func(t *matrix.Type, _ int32) bool {
				_, access := ruleset.AccessKindOf(t.Type)
				return access || c == ruleset.Sync
			},
		}), Names: report.Names{Type: func(key string) string { return key }, Resource: partition.NewReader(&b.Data).Name, Rule: func(id string) string { return id }}}
		pairs, err := category.Pairs(a)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := category.ReadFacts(c, view.FullSite.Path)
		if err != nil {
			t.Fatal(err)
		}
		answers := category.License(pairs, facts, nil)
		if c == ruleset.Sync {
			answers = category.Placement(pairs, facts, []string{"s1", "s2", "idle"})
		}
		doc.AddCategory(c, b, a, answers)
		all[key] = a
	}
	slices.SortFunc(doc.Categories, func(a, b *page.Category) int { return strings.Compare(a.Key, b.Key) })
	return doc, all
}

// The tabs show for each pair what the audit of the category decides, also for exceptions to classes.
func TestCategoriesSayWhatTheMatrixSays(t *testing.T) {
	owner := ruleset.Rule{
		ID: "own", Name: "Owner", Category: ruleset.Sync, Actions: 1, Context: ruleset.Both,
		Filter: &diag.Text{Content: "App_*"}, Condition: &diag.Text{Content: `node.name = resource.name or node.id = resource.id`},
	}
	doc, all := withCategories(t, "both.json", owner)
	if len(doc.Categories) != 2 {
		t.Fatalf("%d tabs", len(doc.Categories))
	}
	for _, part := range doc.Categories {
		a, pairs, granted := all[part.Key], 0, 0
		who, what := classes(t, part.Rows, len(part.Subjects.IDs)), classes(t, part.Columns, len(part.Resources.IDs))
		first := 0
		for _, typ := range a.Types {
			if len(typ.Resources) == 0 {
				continue
			}
			for s := range part.Subjects.IDs {
				for r := range typ.Recorded {
					var want []string
					for _, n := range a.Granting(typ.Type, int32(s), int32(r)) {
						want = append(want, typ.Rules[n].ID)
					}
					var got []string
					for _, n := range part.By[part.Cells[who[s]][what[first+r]]] {
						got = append(got, doc.Rules[n].ID)
					}
					slices.Sort(want)
					slices.Sort(got)
					if !slices.Equal(got, want) {
						t.Errorf("%s: %s on %s: %v, want %v", part.Key, part.Subjects.IDs[s], part.Resources.IDs[first+r], got, want)
					}
					pairs++
					granted += len(got)
				}
			}
			first += typ.Recorded
		}
		if first != len(part.Resources.IDs) || pairs == 0 || granted == 0 {
			t.Errorf("%s: %d of %d resources, %d pairs, %d rules", part.Key, first, len(part.Resources.IDs), pairs, granted)
		}
	}
}

// classes returns the class of each of count members. Each member is in exactly one class.
func classes(t *testing.T, all [][]int32, count int) []int {
	t.Helper()
	of := slices.Repeat([]int{-1}, count)
	for class, members := range all {
		for _, n := range members {
			if of[n] >= 0 {
				t.Fatalf("%d is in two classes", n)
			}
			of[n] = class
		}
	}
	if slices.Contains(of, -1) {
		t.Fatalf("some members are in no class: %v", of)
	}
	return of
}

// A page of Security rules has neither the tabs nor their script.
func TestNoCategoriesNoTabs(t *testing.T) {
	text, _ := written(t, &page.Document{Title: "x"})
	for _, part := range []string{"categories", "Load balancing"} {
		if strings.Contains(text, part) {
			t.Errorf("the page has %q", part)
		}
	}
	doc := &page.Document{Rules: []page.Rule{{ID: "1", Category: "License", Actions: []string{"create"}}}}
	doc.AddCategory(ruleset.License, nil, &report.Audit{Grouped: &matrix.Grouped{}}, nil)
	if doc.Categories != nil || doc.Rules[0].Actions[0] != "create" {
		t.Error("there is a tab, but no entity on record")
	}
}

func TestCategoryTabs(t *testing.T) {
	check := webdriver.Axe(t)
	doc, _ := withCategories(t, "both.json")
	b := webdriver.Open(t)
	b.Load(save(t, doc), 1400, 900)
	shows := func(part string, all ...string) {
		t.Helper()
		text := strings.Join(strings.Fields(b.Text(`return document.getElementById(arguments[0]).innerText`, part)), " ")
		for _, want := range all {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", part, want, text)
			}
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		b.Media("screen", scheme)
		b.Click("#tab-license")
		shows("license", "professional 1 1 0 1 Makers", `1 user has no access, matches no kind, and cannot enter the hub: ACME\carl.`,
			`acme\anna professional, analyzer Makers and Staff`, `acme\bert analyzer, removed from the directory Staff`, `NONE\anonymous capacity Visitors`, "RootAdmin",
			"4 users × 3 equivalence classes of 3 access groups", `Professional ("Makers")`)
		check(b, scheme+" license")
		b.Click("#tab-sync")
		shows("sync", "Central 3 3 central ResourcesOnCentralNode and Pin", "Sales node 1 no scheduler Pin", "Central Proxy (Default) 1", "Apps only on the central node None.",
			"Budget Sales node Pin", "Plan Central Proxy (Default)", "no @nodetype 2")
		check(b, scheme+" sync")
		if got := b.Text(`return location.hash`); got != "#/sync" {
			t.Errorf("the address is %q", got)
		}
	}
	// A cell shows its rules and the command that explains it.
	b.Click("#grid-sync-1-1")
	shows("dialog", "Sales node, no @nodetype (2)", "By no rule.", "--category sync --subject 11111111-0000-4000-8000-000000000002 --resource app:22222222-0000-4000-8000-00000000000")
	check(b, "a cell")
	b.Press(webdriver.Escape)
	b.Click("#sync button.link")
	shows("dialog", "load balancing", "node.iscentral")
	b.Press(webdriver.Escape)
	b.Post("/window/rect", map[string]int{"width": 420, "height": 800}, nil)
	for _, part := range []string{"license", "sync"} {
		b.Click("#tab-" + part)
		b.Await("nothing is wider than the window", `return document.documentElement.scrollWidth <= innerWidth`)
	}
	var text string
	b.Post("/print", map[string]any{"orientation": "landscape"}, &text)
	if pdf, err := base64.StdEncoding.DecodeString(text); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("no PDF: %v", err)
	}
	if got := b.Text(`return document.querySelector("#license .paper table").textContent`); !strings.Contains(got, `Professional ("Makers")`) {
		t.Errorf("the printed page has %q", got)
	}
	if log := b.Log(); len(log) > 0 {
		t.Error(log)
	}
}
