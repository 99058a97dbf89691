package filter_test

import (
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// request returns an access evaluation request about any resource of a type.
func request(t *testing.T, subject, action, typ, id, context string) []byte {
	t.Helper()
	resource := map[string]any{"type": typ, "id": id}
	if id == "" {
		resource["id"], resource["properties"] = "any", map[string]any{"name": "any"}
	}
	r := map[string]any{
		"subject": map[string]any{"type": "user", "id": subject}, "action": map[string]any{"name": action}, "resource": resource,
		"context": map[string]any{"request_context": context, "environment": map[string]any{"group": []string{"Sales", "sales"}}},
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// On generated sites, a filter selects exactly the resources for which the independent evaluator grants the request.
func TestResidueIsWhatTheRulesGrant(t *testing.T) {
	seeds, compared, granted, refused := uint64(4), 0, 0, 0
	if exact.Enabled() {
		seeds = 40
	}
	for seed := range seeds {
		c := sitegen.Generate(900+seed, sitegen.Size{Users: 5, Streams: 3, Apps: 5, Objects: 5, Others: 2, Rules: 14, Requests: 1})
		dir := t.TempDir()
		if err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
		w, err := workspace.Open(workspace.Source{
			Rules: []string{filepath.Join(dir, "rules.json")}, Snapshot: filepath.Join(dir, "snapshot"),
			Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true},
		})
		if err != nil || w.Policy == nil {
			t.Fatal(err, w.Diagnostics)
		}
		site, err := w.LoadSite()
		if err != nil {
			t.Fatal(err)
		}
		evaluator := w.Evaluator(site)
		for _, subject := range slices.Sorted(maps.Keys(site.Users)) {
			for _, typ := range slices.Sorted(maps.Keys(site.Records)) {
				for _, action := range []string{"read", "update", "changeowner", "exportdata"} {
					f, err := w.Filter(site, request(t, subject, action, typ, "", "hub"), typ)
					var cannot *filter.Untranslatable
					if errors.As(err, &cannot) {
						refused++
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range site.Records[typ] {
						compared++
						d := evaluator.Decide(request(t, subject, action, typ, e.ID, "hub"))
						if d.Allow {
							granted++
						}
						if got := filter.Holds(f.Node, e); got != d.Allow {
							t.Fatalf("seed %d: %s may %s %s %s: the filter says %t, the rules %t\n%s", seed, subject, action, typ, e.ID, got, d.Allow, filter.Describe(f.Node))
						}
					}
				}
			}
		}
	}
	if granted < 100 || granted*20 > 19*compared || refused*10 > compared {
		t.Errorf("only %d cells, %d of them granted, and %d filters are rejected", compared, granted, refused)
	}
}

var (
	name  = filter.Column{Type: "app", Name: "name"}
	dep   = filter.Column{Type: "app", Name: "@department", List: true}
	owner = ir.Step{Name: "owner", Type: "user"}
)

// Conditions in SQL are never NULL below a negation, and values are always parameters.
func TestSQL(t *testing.T) {
	for _, test := range []struct {
		node     filter.Node
		postgres string
		params   []any
	}{
		{filter.Const(true), `1=1`, nil},
		{filter.Const(false), `1=0`, nil},
		{filter.In{Column: name, Strings: []string{"o'neil"}}, `t."name_fold" = $1`, []any{"o'neil"}},
		{filter.In{Column: name, Strings: []string{"A", "B"}, Exact: true}, `t."name" IN ($1, $2)`, []any{"A", "B"}},
		{filter.Not{Node: filter.In{Column: name, Strings: []string{"a"}}}, `NOT ((t."name_fold" IS NOT NULL AND t."name_fold" = $1))`, []any{"a"}},
		{filter.Not{Node: filter.In{Column: dep, Strings: []string{"hr"}}},
			`NOT (EXISTS (SELECT 1 FROM "app_value" r1 WHERE r1."entity_id" = t."id_fold" AND r1."name" = $1 AND r1."value_fold" = $2))`, []any{"@department", "hr"}},
		{filter.Like{Column: name, Pattern: ir.ParsePattern(`50%_\*?x*`)}, `t."name_fold" LIKE $1 ESCAPE '\'`, []any{`50\%\_*_x%`}},
		{filter.Present{Column: name}, `t."name_fold" IS NOT NULL`, nil},
		{filter.Related{Step: owner, From: "app", Node: filter.In{Column: filter.Column{Type: "user", Name: "id"}, Strings: []string{"u1"}}}, `t."owner_id" = $1`, []any{"u1"}},
		{filter.Related{Step: owner, From: "app", Node: filter.Const(true)}, `EXISTS (SELECT 1 FROM "users" r1 WHERE r1."id_fold" = t."owner_id")`, nil},
	} {
		sql, err := filter.WriteSQL(test.node, "app", filter.SQLOptions{Dialect: filter.Postgres, Schema: schema.Default()})
		if err != nil {
			t.Errorf("%s: %v", filter.Describe(test.node), err)
			continue
		}
		if sql.Condition != test.postgres || !slices.Equal(sql.Params, append([]any{}, test.params...)) || !sql.Exact {
			t.Errorf("%s:\n%s %q\nwant\n%s %q", filter.Describe(test.node), sql.Condition, sql.Params, test.postgres, test.params)
		}
	}
}

func TestDialects(t *testing.T) {
	n := filter.And{filter.In{Column: name, Strings: []string{"a"}}, filter.Like{Column: name, Pattern: ir.ParsePattern("[a]*")}}
	for dialect, want := range map[filter.Dialect]string{
		filter.SQLServer: `(t.[name_fold] = @p1 AND t.[name_fold] LIKE @p2 ESCAPE '\') ["a" "\\[a]%"]`,
		filter.SQLite:    `(t."name_fold" = ? AND t."name_fold" LIKE ? ESCAPE '\') ["a" "[a]%"]`,
		filter.DuckDB:    `(t."name_fold" = ? AND t."name_fold" LIKE ? ESCAPE '\') ["a" "[a]%"]`,
	} {
		sql, err := filter.WriteSQL(n, "app", filter.SQLOptions{Dialect: dialect, Schema: schema.Default()})
		if err != nil {
			t.Fatal(err)
		}
		var params []string
		for _, p := range sql.Params {
			text, _ := json.Marshal(p)
			params = append(params, string(text))
		}
		if got := sql.Condition + " [" + strings.Join(params, " ") + "]"; got != want {
			t.Errorf("%s: %s\nwant %s", dialect, got, want)
		}
	}
}

// A part that a target cannot express is an error. With superset, it is replaced by true, or below a negation by false,
// and the filter is not exact.
func TestUntranslatable(t *testing.T) {
	expression := filter.Matches{Column: name, Regexp: "(?i)^(?:a+)$"}
	for _, n := range []filter.Node{expression, filter.Not{Node: expression}} {
		o := filter.SQLOptions{Dialect: filter.Postgres, Schema: schema.Default()}
		_, err := filter.WriteSQL(n, "app", o)
		var cannot *filter.Untranslatable
		if !errors.As(err, &cannot) || !strings.Contains(err.Error(), "regular expressions") {
			t.Errorf("%s: %v", filter.Describe(n), err)
		}
		o.Superset = true
		sql, err := filter.WriteSQL(n, "app", o)
		if err != nil || sql.Exact || sql.Condition != "1=1" && sql.Condition != "NOT (1=0)" {
			t.Errorf("%s widened: %v %v", filter.Describe(n), sql, err)
		}
	}
	o := filter.SQLOptions{Dialect: filter.Postgres, Schema: schema.Default(), Mapping: &filter.Mapping{Types: map[string]filter.Table{"app": {Table: "catalog.apps"}}}}
	if _, err := filter.WriteSQL(filter.Present{Column: name}, "app", o); err == nil || !strings.Contains(err.Error(), "app.name has a column") {
		t.Errorf("a property without a column: %v", err)
	}
	if _, err := filter.WriteSQL(filter.In{Column: name, Strings: []string{"a\x00"}}, "app", filter.SQLOptions{Dialect: filter.SQLite, Schema: schema.Default()}); err == nil {
		t.Error("NUL in a value is accepted")
	}
}

func TestMapping(t *testing.T) {
	m, err := filter.ReadMapping([]byte(`
types:
  App:
    table: catalog.apps
    id: guid
    fold: {name: app_name_lc}
    relations: {owner: {column: owner_guid, type: User}}
    lists: {table: catalog.values, entity: app_guid, name: prop, value: v, fold: v_lc}
`))
	if err != nil {
		t.Fatal(err)
	}
	sql, err := filter.WriteSQL(filter.Or{
		filter.In{Column: name, Strings: []string{"a"}}, filter.In{Column: dep, Strings: []string{"hr"}},
		filter.Related{Step: owner, From: "app", Node: filter.In{Column: filter.Column{Type: "user", Name: "id"}, Strings: []string{"u"}}},
	}, "app", filter.SQLOptions{Dialect: filter.SQLServer, Mapping: m})
	// User has no table in the mapping. The reference is enough.
	want := `(t.[app_name_lc] = @p1 OR EXISTS (SELECT 1 FROM [catalog].[values] r1 WHERE r1.[app_guid] = t.[guid] AND r1.[prop] = @p2 AND r1.[v_lc] = @p3) OR t.[owner_guid] = @p4)`
	if err != nil || sql.Condition != want {
		t.Errorf("%v %v\nwant %s", sql, err, want)
	}
	for text, part := range map[string]string{"types: {App: {table: a, colums: {}}}": "colums", "types: {App: {}}": "no table"} {
		if _, err := filter.ReadMapping([]byte(text)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestQRS(t *testing.T) {
	many := make([]string, 450)
	for i := range many {
		many[i] = "0d5d304c-8f5f-4c31-8074-" + strings.Repeat("0", 9) + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
	}
	stream := ir.Step{Name: "stream", Type: "stream"}
	for _, test := range []struct {
		node    filter.Node
		filters int
		first   string
	}{
		{filter.Const(false), 0, ""},
		{filter.Const(true), 1, "id ne 00000000-0000-0000-0000-000000000000"},
		{filter.In{Column: name, Strings: []string{`q1'25\`}}, 1, `name eq 'q1\'25\\'`},
		{filter.Like{Column: name, Pattern: ir.ParsePattern("*sales*")}, 1, `name so 'sales'`},
		{filter.Related{Step: stream, From: "app", Node: filter.In{Column: filter.Column{Type: "stream", Name: "id"}, Strings: many}}, 2, "(stream.id eq " + many[0]},
	} {
		q, err := filter.WriteQRS(test.node, filter.QRSOptions{})
		if err != nil || !q.Exact || len(q.Filters) != test.filters || test.filters > 0 && !strings.HasPrefix(q.Filters[0], test.first) {
			t.Errorf("%s: %v %v, want %d filters that begin with %s", filter.Describe(test.node), q, err, test.filters, test.first)
		}
	}
	negated := filter.And{filter.In{Column: name, Strings: []string{"a"}}, filter.Not{Node: filter.Present{Column: dep}}}
	if _, err := filter.WriteQRS(negated, filter.QRSOptions{}); err == nil || !strings.Contains(err.Error(), "negated") {
		t.Errorf("a negation: %v", err)
	}
	if q, err := filter.WriteQRS(negated, filter.QRSOptions{Superset: true}); err != nil || q.Exact || q.Filters[0] != "name eq 'a'" {
		t.Errorf("a negation in a superset: %v %v", q, err)
	}
}
