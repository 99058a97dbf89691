// Package sql runs filters in real databases. It is a separate module, so that the product does not depend on
// the drivers.
package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// database is an empty database of a dialect.
type database struct {
	dialect filter.Dialect
	db      *sql.DB
}

func sqlite(t testing.TB) database {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "site.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return database{filter.SQLite, db}
}

// postgres creates a schema in the database QLIK2REGO_POSTGRES.
func postgres(t testing.TB) database {
	t.Helper()
	dsn := os.Getenv("QLIK2REGO_POSTGRES")
	if dsn == "" {
		t.Skip("QLIK2REGO_POSTGRES names no PostgreSQL server: set it to a connection string")
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // search_path belongs to one connection
	t.Cleanup(func() { _ = db.Close() })
	for _, statement := range []string{"DROP SCHEMA IF EXISTS filters CASCADE", "CREATE SCHEMA filters", "SET search_path TO filters"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	return database{filter.Postgres, db}
}

func TestSQLite(t *testing.T)   { hold(t, sqlite, 12) }
func TestPostgres(t *testing.T) { hold(t, postgres, 12) }

// hold compares, on generated sites with hostile values, the rows that a filter selects with those that the
// independent evaluator grants.
func hold(t *testing.T, open func(testing.TB) database, sites uint64) {
	compared, granted := 0, 0
	for seed := range sites {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := open(t)
			w, site := generated(t, 300+seed)
			load(t, d, site)
			evaluator := w.Evaluator(site)
			for _, subject := range slices.Sorted(maps.Keys(site.Users)) {
				for _, typ := range slices.Sorted(maps.Keys(site.Records)) {
					if _, known := schema.Default().Type(typ); !known {
						continue
					}
					for _, action := range []string{"read", "update", "changeowner"} {
						f, err := w.Filter(site, request(t, subject, action, typ, ""), typ)
						var written *filter.SQL
						if err == nil {
							written, err = filter.WriteSQL(f.Node, typ, filter.SQLOptions{Dialect: d.dialect, Schema: schema.Default()})
						}
						var cannot *filter.Untranslatable
						if errors.As(err, &cannot) {
							continue
						}
						if err != nil {
							t.Fatal(err)
						}
						selected := query(t, d, typ, written)
						for id, e := range site.Records[typ] {
							want := evaluator.Decide(request(t, subject, action, typ, e.ID)).Allow
							compared++
							if want {
								granted++
							}
							if selected[id] != want {
								t.Fatalf("%s may %s %s %q: the rows say %t, the rules %t\n%s\n%q", subject, action, typ, e.ID, selected[id], want, written.Condition, written.Params)
							}
						}
					}
				}
			}
		})
	}
	if !t.Failed() && compared > 0 && granted < 200 {
		t.Errorf("of %d cells only %d are granted", compared, granted)
	}
	t.Logf("%d cells, %d granted", compared, granted)
}

func generated(t *testing.T, seed uint64) (*workspace.Workspace, *snapshot.Site) {
	t.Helper()
	dir := t.TempDir()
	c := sitegen.Generate(seed, sitegen.Size{Users: 5, Streams: 4, Apps: 6, Objects: 6, Others: 2, Rules: 14, Requests: 1})
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
	return w, site
}

func request(t *testing.T, subject, action, typ, id string) []byte {
	t.Helper()
	resource := map[string]any{"type": typ, "id": id}
	if id == "" {
		resource["id"], resource["properties"] = "any", map[string]any{"name": "any"}
	}
	text, err := json.Marshal(map[string]any{
		"subject": map[string]any{"type": "user", "id": subject}, "action": map[string]any{"name": action}, "resource": resource,
		"context": map[string]any{"request_context": "hub"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// load creates the documented tables and fills them.
func load(t *testing.T, d database, site *snapshot.Site) {
	t.Helper()
	dialect := d.dialect
	if dialect == filter.SQLServer {
		dialect = filter.SQLite // it stands in for SQL Server (sqlserver_test.go)
	}
	for _, statement := range filter.DDL(schema.Default(), dialect) {
		if _, err := d.db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	tx, err := d.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	err = filter.Rows(schema.Default(), site, func(r filter.Row) error {
		var columns, marks []string
		var values []any
		for i, name := range slices.Sorted(maps.Keys(r.Values)) {
			columns = append(columns, `"`+name+`"`)
			marks = append(marks, fmt.Sprintf("$%d", i+1))
			values = append(values, r.Values[name])
		}
		statement := fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES (%s)`, r.Table, strings.Join(columns, ", "), strings.Join(marks, ", "))
		_, err := tx.ExecContext(context.Background(), statement, values...)
		return err
	})
	if err = errors.Join(err, tx.Commit()); err != nil {
		t.Fatal(err)
	}
}

// query returns the ids that a filter selects.
func query(t *testing.T, d database, typ string, f *filter.SQL) map[string]bool {
	t.Helper()
	table := strings.ReplaceAll(typ, ".", "_")
	if typ == "user" {
		table = "users"
	}
	condition, params := f.Condition, f.Params
	if d.dialect == filter.SQLServer {
		condition, params = inSQLite(condition, params)
	}
	rows, err := d.db.Query(fmt.Sprintf(`SELECT id_fold FROM "%s" t WHERE %s`, table, condition), params...)
	if err != nil {
		t.Fatalf("%s: %v", f.Condition, err)
	}
	defer func() { _ = rows.Close() }()
	selected := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		selected[id] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return selected
}

// A long list of values is one parameter, and the lists of two dialects select the same rows.
func TestLongList(t *testing.T) {
	d := sqlite(t)
	_, site := generated(t, 300)
	load(t, d, site)
	ids := slices.Sorted(maps.Keys(site.Records["app"]))
	texts := slices.Clone(ids[:len(ids)/2])
	for i := range 3000 {
		texts = append(texts, fmt.Sprintf("none-%d", i))
	}
	f, err := filter.WriteSQL(filter.In{Column: filter.Column{Type: "app", Name: "id"}, Strings: texts}, "app", filter.SQLOptions{Dialect: filter.SQLite, Schema: schema.Default()})
	if err != nil || len(f.Params) != 1 {
		t.Fatal(f, err)
	}
	if got := query(t, d, "app", f); len(got) != len(ids)/2 {
		t.Errorf("selected %v, want %q", got, ids[:len(ids)/2])
	}
}
