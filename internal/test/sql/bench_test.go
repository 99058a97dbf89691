package sql

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// The rules of the benchmarks: a user reads an app by a department, a stream, a name or as its owner, and
// many rules are for other users.
func benchRules(n int) string {
	rule := func(i int, name, condition string) string {
		return fmt.Sprintf(`{"id": "r%d", "name": %q, "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "rule": %q}`, i, name, condition)
	}
	rules := []string{
		rule(0, "Owner", `resource.owner = user`),
		rule(1, "Department", `resource.@Department = user.department`),
		rule(2, "Stream", `resource.stream.@AdminGroup = user.group`),
		rule(3, "Name", `resource.name like "Public*"`),
	}
	for i := len(rules); i < n; i++ {
		rules = append(rules, rule(i, fmt.Sprint("Group ", i), fmt.Sprintf(`user.group = "group-%d" and resource.@Department = "department-%d" and !(resource.stream.name = "Stream %d")`, i, i%50, i%100)))
	}
	return "[" + strings.Join(rules, ",\n") + "]"
}

const benchUser = `[{"id": "00000000-0000-4000-8000-000000000001", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": [], "customProperties": [],
 "attributes": [{"attributeType": "department", "attributeValue": "department-7"}, {"attributeType": "group", "attributeValue": "sales"}, {"attributeType": "group", "attributeValue": "emea"}]}]`

func benchFilters(b *testing.B, rules int) (*workspace.Filters, []byte) {
	b.Helper()
	dir := b.TempDir()
	for name, text := range map[string]string{"rules.json": benchRules(rules), "site/user.json": benchUser} {
		if err := os.MkdirAll(filepath.Join(dir, "site"), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	w, err := workspace.Open(workspace.Source{
		Rules: []string{filepath.Join(dir, "rules.json")}, Snapshot: filepath.Join(dir, "site"), Options: compiler.Options{Schema: schema.Default()},
	})
	if err != nil || w.Policy == nil {
		b.Fatal(err, w.Diagnostics)
	}
	site, err := w.LoadSite()
	if err != nil {
		b.Fatal(err)
	}
	request := []byte(`{"subject": {"type": "user", "id": "ACME\\anna"}, "action": {"name": "read"}, "resource": {"type": "App", "id": "any", "properties": {"name": "any"}}}`)
	return w.Filters(site), request
}

// BenchmarkResidue measures the time from the request to the SQL filter of one user.
func BenchmarkResidue(b *testing.B) {
	for _, rules := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprintf("%d rules", rules), func(b *testing.B) {
			filters, request := benchFilters(b, rules)
			for b.Loop() {
				f, err := filters.Of(request, "app")
				if err == nil {
					_, err = filter.WriteSQL(f.Node, "app", filter.SQLOptions{Dialect: filter.Postgres, Schema: schema.Default()})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// byHand is a hand-written filter for the rights of the user of the benchmarks.
const byHand = `t.owner_id = $1
 OR EXISTS (SELECT 1 FROM app_value v WHERE v.entity_id = t.id_fold AND v.name = '@department' AND v.value_fold = $2)
 OR EXISTS (SELECT 1 FROM stream s JOIN stream_value v ON v.entity_id = s.id_fold WHERE s.id_fold = t.stream_id AND v.name = '@admingroup' AND v.value_fold IN ($3, $4))
 OR t.name_fold LIKE $5`

// BenchmarkPostgres runs the filter of a user over 100,000 apps and, in turns, a hand-written query for the
// same rights. by-hand is the ratio of the times, and text-by-hand that of the lengths.
func BenchmarkPostgres(b *testing.B) {
	d := postgres(b)
	for _, statement := range filter.DDL(schema.Default(), d.dialect) {
		if _, err := d.db.Exec(statement); err != nil {
			b.Fatal(err)
		}
	}
	for _, statement := range []string{
		`INSERT INTO stream (id_fold, id, name, name_fold) SELECT 's'||i, 's'||i, 'Stream '||i, 'stream '||i FROM generate_series(0, 999) i`,
		`INSERT INTO stream_value SELECT 's'||i, '@admingroup', 'group-'||(i % 97), CASE WHEN i % 50 = 0 THEN 'sales' ELSE 'group-'||(i % 97) END FROM generate_series(0, 999) i`,
		`INSERT INTO app (id_fold, id, name, name_fold, owner_id, stream_id) SELECT 'a'||i, 'a'||i, 'App '||i, CASE WHEN i % 1000 = 0 THEN 'public '||i ELSE 'app '||i END,
			CASE WHEN i % 500 = 0 THEN '00000000-0000-4000-8000-000000000001' ELSE 'u'||(i % 5000) END, CASE WHEN i % 3 = 0 THEN NULL ELSE 's'||(i % 1000) END FROM generate_series(1, 100000) i`,
		`INSERT INTO app_value SELECT 'a'||i, '@department', 'department-'||(i % 50), 'department-'||(i % 50) FROM generate_series(1, 100000) i`,
		`ANALYZE`,
	} {
		if _, err := d.db.Exec(statement); err != nil {
			b.Fatal(statement, err)
		}
	}
	filters, request := benchFilters(b, 1000)
	f, err := filters.Of(request, "app")
	if err != nil {
		b.Fatal(err)
	}
	written, err := filter.WriteSQL(f.Node, "app", filter.SQLOptions{Dialect: filter.Postgres, Schema: schema.Default()})
	if err != nil {
		b.Fatal(err)
	}
	hand := []any{"00000000-0000-4000-8000-000000000001", "department-7", "sales", "emea", "public%"}
	count := func(condition string, params []any) (n int) {
		if err := d.db.QueryRowContext(context.Background(), `SELECT count(*) FROM app t WHERE `+condition, params...).Scan(&n); err != nil {
			b.Fatal(condition, err)
		}
		return n
	}
	if ours, theirs := count(written.Condition, written.Params), count(byHand, hand); ours != theirs || ours == 0 {
		b.Fatalf("the filter selects %d apps and the query by hand %d", ours, theirs)
	}
	var ours, theirs clock
	for b.Loop() {
		ours.time(func() { count(written.Condition, written.Params) })
		theirs.time(func() { count(byHand, hand) })
	}
	b.ReportMetric(ours.total.Seconds()/theirs.total.Seconds(), "by-hand")
	b.ReportMetric(float64(len(written.Condition))/float64(len(byHand)), "text-by-hand")
	b.ReportMetric(float64(ours.total.Milliseconds())/float64(b.N), "ms/filter")
	b.Log(written.Condition)
}
