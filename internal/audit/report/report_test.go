package report_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

// table collects rows.
type table struct {
	names []string
	rows  []map[string]any
}

func (t *table) Write(row []any) error {
	m := map[string]any{}
	for i, name := range t.names {
		m[name] = row[i]
	}
	t.rows = append(t.rows, m)
	return nil
}

func (t *table) Close() error { return nil }

func rowsOf(t *testing.T, v report.View, a *report.Audit) []map[string]any {
	t.Helper()
	into := &table{}
	for _, c := range v.Columns {
		into.names = append(into.names, c.Name)
	}
	if err := v.Write(a, into); err != nil {
		t.Fatal(err)
	}
	return into.rows
}

// cell is a granted cell, and cells maps cells to the rules that grant them.
type cell struct{ typ, subject, resource, action string }

type cells map[cell][]string

// counted has an audit of a generated site and its cells.
type counted struct {
	*report.Audit
	cells cells
}

// count audits half of the subjects and resources of a site.
func count(t *testing.T, seed uint64) counted {
	t.Helper()
	c := sitegen.Generate(seed, sitegen.Size{Users: 12, Streams: 5, Apps: 12, Objects: 12, Others: 2, Rules: 30, Requests: 60})
	o := testsite.Open(t, c)
	q := partition.Question{Types: []string{"app", "app.object", "stream", "user"}, Actions: testsite.EveryAction(), Session: testsite.Session(c, seed)}
	if seed%2 == 0 {
		q.Actions = 1 | 2 | 64
	}
	m, err := matrix.Compute(t.Context(), o.Bundle, q, snapshot.NoProgress{})
	if err != nil {
		t.Fatal(err)
	}
	who := func(n int32) bool { return n%3 != 1 || seed%3 == 0 }
	what := func(_ *matrix.Type, n int32) bool { return n%4 != 1 || seed%3 == 0 }
	a := &report.Audit{Context: q.Session.Context, Grouped: m.Group(matrix.Selection{Subject: who, Resource: what}), Names: report.Names{
		Type: strings.ToUpper, Resource: func(_, id string) string { return "name of " + id }, Rule: func(id string) string { return id },
	}}
	all := cells{}
	ids := map[string]bool{}
	for _, r := range m.Types {
		for _, rule := range r.Rules {
			if !ids[rule.ID] {
				ids[rule.ID] = true
				a.Names.Rules = append(a.Names.Rules, report.RuleInfo{ID: rule.ID, Name: rule.ID, Grants: true})
			}
		}
		for i, subject := range m.Model.Subjects.IDs {
			for j, id := range r.Handles[:r.Recorded] {
				if !who(int32(i)) || !what(r, int32(j)) {
					continue
				}
				for _, n := range m.Granting(r, int32(i), int32(j)) {
					for _, action := range ruleset.AllActions {
						if r.Rules[n].Actions&uint32(action) != 0 {
							at := cell{strings.ToUpper(r.Type), subject, id, action.Name()}
							all[at] = append(all[at], r.Rules[n].ID)
						}
					}
				}
			}
		}
	}
	for at := range all {
		slices.Sort(all[at])
	}
	return counted{a, all}
}

func eachSite(t *testing.T, check func(t *testing.T, c counted)) {
	seeds := uint64(6)
	if !exact.Enabled() {
		seeds = 2
	}
	for seed := uint64(1); seed <= seeds; seed++ {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			c := count(t, seed)
			if len(c.cells) == 0 {
				t.Fatal("nothing is granted, so nothing is compared")
			}
			check(t, c)
		})
	}
}

func same(t *testing.T, got, want cells) {
	t.Helper()
	if !maps.EqualFunc(got, want, slices.Equal) {
		for at, by := range want {
			if !slices.Equal(got[at], by) {
				t.Fatalf("%v is granted by %q, but in the rows by %q", at, by, got[at])
			}
		}
		t.Fatalf("%d cells, want %d", len(got), len(want))
	}
}

// The rows by cell are exactly the cells.
func TestCells(t *testing.T) {
	eachSite(t, func(t *testing.T, c counted) {
		got := cells{}
		for _, row := range rowsOf(t, report.Cells, c.Audit) {
			for _, action := range row["actions"].([]string) {
				at := cell{row["type"].(string), row["subject"].(string), row["resource"].(string), action}
				if got[at] != nil {
					t.Fatalf("%v has two rows", at)
				}
				got[at] = row["rules"].([]string)
			}
		}
		same(t, got, c.cells)
	})
}

// The rows by class are exactly the cells if each class is replaced by its
// members, except for the pairs that have rows of their own.
func TestClasses(t *testing.T) {
	eachSite(t, func(t *testing.T, c counted) {
		members := map[string][]string{}
		for _, row := range rowsOf(t, report.Members, c.Audit) {
			key := fmt.Sprint(row["side"], row["class"])
			if row["side"] == "resource" {
				key += row["type"].(string)
			}
			members[key] = append(members[key], row["id"].(string))
		}
		rows := rowsOf(t, report.Classes, c.Audit)
		exceptional := map[[3]string]bool{}
		for _, a := range c.Types {
			for _, one := range a.Exceptional {
				for _, n := range one.Resources {
					exceptional[[3]string{strings.ToUpper(a.Type.Type), c.Model.Subjects.IDs[one.Subject], a.Handles[n]}] = true
				}
			}
		}
		got := cells{}
		for _, row := range rows {
			typ, pairs := row["type"].(string), int64(0)
			unfold := func(subject, resource string, own bool) {
				if exceptional[[3]string{typ, subject, resource}] != own {
					return
				}
				pairs++
				for _, action := range row["actions"].([]string) {
					got[cell{typ, subject, resource, action}] = row["rules"].([]string)
				}
			}
			if row["subject_class"] == nil {
				for _, id := range row["resource_ids"].([]string) {
					unfold(row["subject"].(string), id, true)
				}
			} else {
				for _, subject := range members[fmt.Sprint("subject", row["subject_class"])] {
					for _, class := range row["resource_classes"].([]int64) {
						for _, id := range members[fmt.Sprint("resource", class)+typ] {
							unfold(subject, id, false)
						}
					}
				}
			}
			if pairs != row["pairs"] {
				t.Fatalf("%v has %d pairs", row, pairs)
			}
		}
		same(t, got, c.cells)
	})
}

// The other views have the numbers of cells.
func TestCounts(t *testing.T) {
	eachSite(t, func(t *testing.T, c counted) {
		resources := map[string]map[string]bool{} // by type, subject and action
		subjects := map[string]map[string]bool{}
		add := func(m map[string]map[string]bool, key, member string) {
			if m[key] == nil {
				m[key] = map[string]bool{}
			}
			m[key][member] = true
		}
		reach := map[string]report.Reach{}
		members := map[string]map[string]bool{}
		for at, by := range c.cells {
			add(resources, at.typ+at.subject+at.action, at.resource)
			add(subjects, at.typ+at.resource+at.action, at.subject)
			for _, id := range by {
				r := reach[id]
				r.Cells++
				if len(by) == 1 {
					r.Only++
				}
				reach[id] = r
				add(members, "pairs "+id, at.typ+at.resource+" "+at.subject)
				add(members, "resources "+id, at.typ+at.resource)
				add(members, "subjects "+id, at.subject)
			}
		}
		some := 0
		for _, row := range rowsOf(t, report.Users, c.Audit) {
			n := len(resources[fmt.Sprint(row["type"], row["subject"], row["action"])])
			if some += n; int64(n) != row["resources"] {
				t.Fatalf("%v: %d resources", row, n)
			}
		}
		for _, row := range rowsOf(t, report.Resources, c.Audit) {
			who := subjects[fmt.Sprint(row["type"], row["resource"], row["action"])]
			if some -= len(who); int64(len(who)) != row["subjects"] {
				t.Fatalf("%v: %d subjects", row, len(who))
			}
			anonymous := false
			for n, subject := range c.Model.Subjects.IDs {
				anonymous = anonymous || c.Model.Subjects.Anonymous[n] && who[subject]
			}
			if anonymous != row["anonymous"] {
				t.Fatalf("%v: anonymous %t", row, anonymous)
			}
		}
		if some != 0 {
			t.Errorf("rows are missing: the rows by user and by resource have %d more pairs", some)
		}
		for _, row := range rowsOf(t, report.Rules, c.Audit) {
			id := row["rule"].(string)
			want := reach[id]
			want.Pairs, want.Resources, want.Subjects = int64(len(members["pairs "+id])), int64(len(members["resources "+id])), int64(len(members["subjects "+id]))
			got := report.Reach{Subjects: row["subjects"].(int64), Resources: row["resources"].(int64), Pairs: row["pairs"].(int64), Cells: row["cells"].(int64), Only: row["only"].(int64)}
			if got != want {
				t.Fatalf("%v, want %+v", row, want)
			}
			delete(reach, id)
		}
		if len(reach) > 0 {
			t.Errorf("rules without a row: %v", reach)
		}
		if n := c.Cells(); n != int64(len(c.cells)) {
			t.Errorf("%d cells, want %d", n, len(c.cells))
		}
		nobody := map[string]int64{}
		for _, row := range rowsOf(t, report.Nobody, c.Audit) {
			nobody[row["type"].(string)]++
			for at := range c.cells {
				if at.typ == row["type"] && at.resource == row["resource"] {
					t.Fatalf("%v, but the cell %v is granted", row, at)
				}
			}
		}
		for _, row := range rowsOf(t, report.Summary, c.Audit) {
			if row["section"] == "nobody" && nobody[row["type"].(string)] != row["count"] {
				t.Errorf("%v, want %d", row, nobody[row["type"].(string)])
			}
		}
	})
}
