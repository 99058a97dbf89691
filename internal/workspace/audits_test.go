package workspace_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/audit/selection"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// auditedFiles are a site with two users, one of whom cannot log in, and rules: everybody reads
// apps, with the session attribute os=ios also streams, and creates extensions; a
// disabled rule updates apps.
var auditedFiles = map[string]string{
	"rules.json": `[
		{"id": "r1", "name": "Apps", "category": "Security", "resourceFilter": "App_*", "actions": 2, "rule": "user.name like \"*\"", "ruleContext": 0},
		{"id": "r2", "name": "Phones", "category": "Security", "resourceFilter": "Stream_*", "actions": 2, "rule": "user.name like \"*\" and user.environment.os = \"ios\"", "ruleContext": 0},
		{"id": "r3", "name": "Extensions", "category": "Security", "resourceFilter": "Extension_*, QmcSection_App", "actions": 1, "rule": "user.name like \"*\"", "ruleContext": 0},
		{"id": "r4", "name": "Off", "category": "Security", "resourceFilter": "App_*", "actions": 4, "rule": "user.name = \"Anna\"", "ruleContext": 0, "disabled": true}]`,
	"site/user.json": `[{"id": "u1", "userDirectory": "ACME", "userId": "anna", "name": "Anna"},
		{"id": "u2", "userDirectory": "ACME", "userId": "ben", "name": "Ben", "inactive": true}]`,
	"site/app.json":    `[{"id": "a1", "name": "Sales"}, {"id": "a2", "name": "HR"}]`,
	"site/stream.json": `[{"id": "s1", "name": "Everyone"}]`,
}

// auditedSite returns the workspace and the bundle of auditedFiles.
func auditedSite(t *testing.T) (*workspace.Workspace, *bundles.Bundle) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "site"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range auditedFiles {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w, err := workspace.Open(workspace.Source{Rules: []string{filepath.Join(dir, "rules.json")}, Snapshot: filepath.Join(dir, "site")})
	if err != nil || w.Policy == nil {
		t.Fatal(err, w.Diagnostics)
	}
	w.KeepNames()
	b, err := w.Bundle(t.Context())
	if err != nil {
		t.Fatal(err, w.Diagnostics)
	}
	return w, b
}

// questionOf returns an audit of apps and streams by reads and updates.
func questionOf(b *bundles.Bundle) workspace.AuditQuestion {
	return workspace.AuditQuestion{
		Types: []string{"app", "stream"}, Actions: uint32(ruleset.ReadAction | ruleset.UpdateAction), Contexts: []string{"hub"},
		Inactive: map[string]string{"u2": "inactive"}, Names: report.NamesOf(b, ruleset.Security, nil), Progress: snapshot.NoProgress{},
	}
}

func parse(t *testing.T, terms ...string) selection.Selection {
	t.Helper()
	s, err := selection.Parse(terms)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAudits checks the number of rights in the audits of each context and case, and the users who
// are left out.
func TestAudits(t *testing.T) {
	_, b := auditedSite(t)
	tests := map[string]struct {
		change  func(*workspace.AuditQuestion)
		cells   []int64
		leftOut int
	}{
		"active users":    {func(*workspace.AuditQuestion) {}, []int64{2}, 1},
		"all users":       {func(q *workspace.AuditQuestion) { q.WithInactive = true }, []int64{4}, 0},
		"two contexts":    {func(q *workspace.AuditQuestion) { q.Contexts = []string{"hub", "qmc"} }, []int64{2, 2}, 1},
		"an attribute":    {func(q *workspace.AuditQuestion) { q.Environment = map[string][]string{"os": {"ios"}} }, []int64{3}, 1},
		"cases":           {func(q *workspace.AuditQuestion) { q.Cases = true }, []int64{2, 3}, 1},
		"a selected user": {func(q *workspace.AuditQuestion) { q.Users = parse(t, "anna") }, []int64{2}, 0},
		"a selected app":  {func(q *workspace.AuditQuestion) { q.Resources = parse(t, "sales") }, []int64{1}, 1},
	}
	for name, test := range tests {
		q, parts := questionOf(b), 0
		q.Parts = func(n int) { parts = n }
		test.change(&q)
		got, err := q.Audit(t.Context(), b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var cells []int64
		for _, one := range got.List {
			cells = append(cells, int64(one.Cells()))
		}
		if !slices.Equal(cells, test.cells) || got.LeftOut != test.leftOut || parts != len(test.cells) {
			t.Errorf("%s: %d rights, %d users left out, %d parts; want %d and %d", name, cells, got.LeftOut, parts, test.cells, test.leftOut)
		}
		if q.Cases && (got.Cases != 1 || !slices.Equal(got.List[1].Case, []string{"os=ios"})) {
			t.Errorf("%s: %d cases, the last is %q", name, got.Cases, got.List[1].Case)
		}
	}
}

func TestAuditSelectsNothing(t *testing.T) {
	_, b := auditedSite(t)
	tests := map[string]struct {
		users, resources []string
		part             authzen.Part
		leftOut          int
		wrong            bool
	}{
		"an unknown user":     {users: []string{"nobody"}, part: authzen.SubjectPart},
		"an inactive user":    {users: []string{"ben"}, part: authzen.SubjectPart, leftOut: 1},
		"an unknown resource": {resources: []string{"nothing"}, part: authzen.ResourcePart},
		"no such property":    {resources: []string{"size=7"}, part: authzen.ResourcePart, wrong: true},
	}
	for name, test := range tests {
		q := questionOf(b)
		q.Users, q.Resources = parse(t, test.users...), parse(t, test.resources...)
		_, err := q.Audit(t.Context(), b)
		var got *workspace.SelectionError
		if !errors.As(err, &got) || got.Part != test.part || got.LeftOut != test.leftOut || (got.Err != nil) != test.wrong {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAuditOfDisabledRules checks the effect that a disabled rule would have.
func TestAuditOfDisabledRules(t *testing.T) {
	w, b := auditedSite(t)
	q := questionOf(b)
	q.Disabled = w.Enabled()
	got, err := q.Audit(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if off := got.List[0].Disabled["r4"]; off.More != 2 || len(got.List[0].Disabled) != 1 {
		t.Errorf("the disabled rules are %+v", got.List[0].Disabled)
	}
}

func TestTypesAndSectionsOfRules(t *testing.T) {
	_, b := auditedSite(t)
	types, err := workspace.CreatedTypes(&b.Data, []string{"app"})
	if err != nil || !slices.Equal(types, []string{"app", "extension", "transientobject"}) {
		t.Errorf("types %q, %v", types, err)
	}
	if err := workspace.AddNamedSections(&b.Data); err != nil {
		t.Fatal(err)
	}
	if name := report.NamesOf(b, ruleset.Security, nil).Resource("transientobject", "qmcsection_app"); name != "QmcSection_App" {
		t.Errorf("the section is %q", name)
	}
}
