package matrix_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

var (
	sites = flag.Uint64("sites", 4, "how many sites TestMatrixIsCellByCell looks at")
	first = flag.Uint64("seed", 1, "the seed of the first site")
)

func compute(t *testing.T, o testsite.Site, q partition.Question) *matrix.Matrix {
	t.Helper()
	m, err := matrix.Compute(t.Context(), o.Bundle, q, snapshot.NoProgress{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// granting returns the ids of the rules that grant an action in the matrix.
func granting(m *matrix.Matrix, t *matrix.Type, subject, resource int32, a ruleset.Action) []string {
	var ids []string
	for _, n := range m.Granting(t, subject, resource) {
		if t.Rules[n].Actions&uint32(a) != 0 {
			ids = append(ids, t.Rules[n].ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// compare compares a matrix with the decisions of compiler and evaluator, cell by cell. It returns the number of cells
// and the number of granted ones.
func compare(t *testing.T, o testsite.Site, m *matrix.Matrix, where string) (cells, granted int) {
	t.Helper()
	for _, r := range m.Types {
		for i, subject := range m.Model.Subjects.IDs {
			for j, id := range r.Handles[:r.Recorded] {
				for _, a := range ruleset.AllActions {
					if m.Model.Actions&uint32(a) == 0 {
						continue
					}
					got := granting(m, r, int32(i), int32(j), a)
					want := o.GrantedBy(t, m.Model.Session, subject, r.Type, id, a)
					cells++
					granted += len(want)
					if !slices.Equal(got, want) && len(got)+len(want) > 0 {
						t.Fatalf("%s: %s may %s %s %s: granted by %q, in the matrix by %q", where, subject, a.Name(), r.Type, id, want, got)
					}
				}
			}
		}
	}
	return cells, granted
}

// TestMatrixIsCellByCell compares the matrix with compiler and evaluator on generated sites: every pair and action has
// the same decision, by the same rules.
func TestMatrixIsCellByCell(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	size := sitegen.Size{Users: 7, Streams: 4, Apps: 6, Objects: 7, Others: 2, Rules: 25, Requests: 60}
	sites := *sites
	if !exact.Enabled() {
		sites = 1
	}
	cells, granted, asked := 0, 0, int64(0)
	for seed := *first; seed < *first+sites; seed++ {
		c := sitegen.Generate(seed, size)
		o := testsite.Open(t, c)
		q := partition.Question{Types: o.Types(), Actions: testsite.EveryAction(), Session: testsite.Session(c, seed)}
		if seed%4 == 0 {
			q.Actions, q.Types = 2|4, q.Types[:len(q.Types)/2]
		}
		m := compute(t, o, q)
		asked += m.Asked
		n, by := compare(t, o, m, fmt.Sprint("seed ", seed))
		cells, granted = cells+n, granted+by
	}
	t.Logf("%d cells, %d granted; %d decisions of the policy", cells, granted, asked)
	if granted == 0 {
		t.Error("nothing is granted, so nothing was compared")
	}
}

func rule(id, filter string, actions int, condition string) string {
	return fmt.Sprintf(`{"id": %q, "name": %[1]q, "resourceFilter": %q, "rule": %q, "actions": %d, "category": "Security", "ruleContext": 0}`, id, filter, condition, actions)
}

func list(items ...string) []byte { return []byte("[" + strings.Join(items, ",") + "]") }

// acme has three users, two streams on record, one stream that exists only as a nested object, and apps in them.
func acme(rules ...string) sitegen.Case {
	user := func(id, group string) string {
		return fmt.Sprintf(`{"id": %q, "userDirectory": "ACME", "userId": %[1]q, "attributes": [{"attributeType": "group", "attributeValue": %q}]}`, id, group)
	}
	app := func(id, stream, owner, access string) string {
		return fmt.Sprintf(`{"id": %q, "name": %[1]q, "stream": {"id": %q, "name": "nested", "owner": {"id": "bert"}}, "owner": {"id": %q}, "customProperties": [{"value": %q, "definition": {"name": "Access"}}]}`, id, stream, owner, access)
	}
	return sitegen.Case{Rules: list(rules...), Files: map[string][]byte{
		"user.json":        list(user("anna", "sales"), user("bert", "hr"), user("carl", "sales")),
		"stream.json":      list(`{"id": "s", "name": "S", "owner": {"id": "anna"}}`, `{"id": "t", "name": "T", "owner": {"id": "carl"}}`),
		"app.json":         list(app("a1", "s", "anna", "sales"), app("a2", "s", "bert", "sales"), app("a3", "t", "carl", "hr"), app("a4", "gone", "anna", "hr")),
		"app.content.json": list(`{"id": "c1", "app": {"id": "a1"}}`, `{"id": "c2", "app": {"id": "a2"}}`, `{"id": "c4", "app": {"id": "a4"}}`),
		"staticcontentreference.json": list(`{"id": "r", "AppContents": [{"id": "c1"}, {"id": "c2"}]}`, `{"id": "q", "AppContents": [{"id": "c2"}, {"id": "c4"}]}`,
			`{"id": "p", "AppContents": []}`),
	}}
}

// Difficult cases, cell by cell.
func TestCraftedMatrices(t *testing.T) {
	tests := []struct {
		name  string
		rules []string
	}{
		{"no rule", nil},
		{"the first pair of a class answers one rule and stands apart for another", []string{rule("1", "App_*", 2, `user.group = "sales"`), rule("2", "App_*", 2, `resource.owner != user and user.group = "sales"`)}},
		{"every pair of a class stands apart", []string{rule("1", "App_a1", 2, `resource.owner = user or user.group = "hr"`), rule("2", "App_*", 4, `resource.owner != user`)}},
		{"a right through the owner of a stream", []string{rule("1", "Stream_*", 2, `resource.owner = user`), rule("2", "App_*", 2, `resource.stream.HasPrivilege("read")`)}},
		{"a right on a nested stream", []string{rule("1", "Stream_*", 2, `resource.name = "nested" and user.group = "hr"`), rule("2", "App_*", 6, `resource.stream.HasPrivilege("read")`)}},
		{"the absence of a right", []string{rule("1", "Stream_*", 2, `resource.owner = user`), rule("2", "App_*", 2, `!resource.stream.HasPrivilege("read") and user.group = "sales"`)}},
		{"a right through one of many", []string{rule("1", "App_*", 2, `resource.owner = user`), rule("2", "App.Content_*", 2, `resource.app.HasPrivilege("read")`),
			rule("3", "StaticContentReference_*", 2, `resource.AppContents.HasPrivilege("read")`), rule("4", "StaticContentReference_*", 4, `!resource.AppContents.HasPrivilege("read")`)}},
		{"a chain of actions on the resource itself", []string{rule("1", "App_*", 2, `resource.owner = user`), rule("2", "App_*", 4, `resource.HasPrivilege("read") and user.group = "sales"`),
			rule("3", "App_*", 8, `resource.HasPrivilege("update") or !resource.HasPrivilege("read")`)}},
		{"a cycle of actions", []string{rule("1", "App_*", 2, `resource.HasPrivilege("update") or resource.@Access = user.group`), rule("2", "App_*", 4, `resource.HasPrivilege("read") and user.group = "sales"`),
			rule("3", "App_*", 8, `!resource.HasPrivilege("update")`), rule("4", "App_*", 6, `resource.owner = user and resource.HasPrivilege("export")`), rule("5", "App_*", 16, `resource.stream.name = "S"`)}},
		{"several actions of one rule, one of which is asked for", []string{rule("1", "App_*", 2|16, `user.group = resource.@Access`), rule("2", "App_*", 4, `resource.HasPrivilege("export")`)}},
		{"texts that differ", []string{rule("1", "App_*", 2, `user.group != resource.@Access`), rule("2", "App_*", 4, `user.group !== resource.@Access and user.name.Empty()`)}},
		{"users as resources", []string{rule("1", "User_*", 2, `resource = user`), rule("2", "User_*", 4, `resource != user and !user.IsAnonymous()`)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := testsite.Open(t, acme(test.rules...))
			q := partition.Question{Types: o.Types(), Actions: testsite.EveryAction()}
			compare(t, o, compute(t, o, q), "all actions")
			q.Actions, q.Types = 2, slices.DeleteFunc(q.Types, func(typ string) bool { return typ == "stream" })
			compare(t, o, compute(t, o, q), "reading")
		})
	}
}

// The number of decisions about a rule is at most its number of combinations of test results, however many users and
// apps there are.
func TestFewQuestions(t *testing.T) {
	var users, apps []string
	for i := range 300 {
		users = append(users, fmt.Sprintf(`{"id": "u%d", "userDirectory": "D", "userId": "u%[1]d", "attributes": [{"attributeType": "group", "attributeValue": "g%d"}]}`, i, i%100))
		apps = append(apps, fmt.Sprintf(`{"id": "a%d", "name": "a%[1]d", "owner": {"id": "u%[1]d"}, "customProperties": [{"value": "g%d", "definition": {"name": "Access"}}]}`, i, i%100))
	}
	o := testsite.Open(t, sitegen.Case{
		Rules: list(rule("1", "App_*", 2, `resource.@Access = user.group`), rule("2", "App_*", 4, `resource.owner = user`)),
		Files: map[string][]byte{"user.json": list(users...), "app.json": list(apps...)},
	})
	m := compute(t, o, partition.Question{Types: []string{"app"}, Actions: testsite.EveryAction()})
	// Each rule has two combinations. Two workers can ask for the same one at the same time.
	if m.Asked > 16 {
		t.Errorf("the policy made %d decisions about 90,000 pairs", m.Asked)
	}
	var granted int
	for i := range m.Model.Subjects.IDs {
		for j := range apps {
			granted += len(m.Granting(m.Types[0], int32(i), int32(j)))
		}
	}
	if granted != 300*3+300 {
		t.Errorf("%d rules grant, but each user has the three apps of a group and their own", granted)
	}
}

func TestAnAuditThatIsInterrupted(t *testing.T) {
	o := testsite.Open(t, acme(rule("1", "App_*", 2, `user.group = "sales"`)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := matrix.Compute(ctx, o.Bundle, partition.Question{Types: []string{"app"}, Actions: 2}, snapshot.NoProgress{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A grant by a rule that data.qlik.reads does not have is an error, because policy and data do not belong together.
func TestReadsOfOtherRules(t *testing.T) {
	o := testsite.Open(t, acme(rule("1", "App_*", 2, `user.group = "sales"`), rule("2", "App_*", 2, `true`)))
	other := testsite.Open(t, acme(rule("1", "App_*", 2, `user.group = "sales"`)))
	mixed := &bundles.Bundle{Modules: o.Bundle.Modules, Data: other.Bundle.Data}
	_, err := matrix.Compute(t.Context(), mixed, partition.Question{Types: []string{"app"}, Actions: 2}, snapshot.NoProgress{})
	if err == nil || !strings.Contains(err.Error(), `the policy grants by a rule "2" that, by data.qlik.reads, reaches no app`) {
		t.Errorf("got %v", err)
	}
}
