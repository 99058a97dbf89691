package sql

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
)

// asSQLServer is an SQLite database that runs the conditions for SQL Server nearly unchanged: it supports names
// in brackets, @p1 and ESCAPE, and has OPENJSON under another name. It compares letters like SQL Server with
// a binary collation.
func asSQLServer(t testing.TB) database {
	d := sqlite(t)
	d.dialect = filter.SQLServer
	return d
}

func TestSQLServerTextInSQLite(t *testing.T) { hold(t, asSQLServer, 3) }

// inSQLite converts a condition for SQL Server, and its parameters, for SQLite.
func inSQLite(condition string, params []any) (string, []any) {
	named := make([]any, len(params))
	for i, p := range params {
		named[i] = sql.Named(fmt.Sprint("p", i+1), p)
	}
	return strings.ReplaceAll(condition, "OPENJSON(", "json_each("), named
}

// Every condition is valid Transact-SQL according to the grammar of sqlfluff.
func TestSQLServerGrammar(t *testing.T) {
	command, err := exec.LookPath("sqlfluff")
	if err != nil {
		t.Skip("no sqlfluff, which knows the grammar of Transact-SQL")
	}
	check := func(statements ...string) string {
		t.Helper()
		name := filepath.Join(t.TempDir(), "conditions.sql")
		if err := os.WriteFile(name, []byte(strings.Join(statements, ";\n")+";\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(command, "parse", "--dialect", "tsql", name).CombinedOutput()
		if err != nil && !strings.Contains(string(out), "unparsable") {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if out := check("SELECT 1 FROM [app] t WHERE t.[name] ILIKE 'x'"); !strings.Contains(out, "unparsable") {
		t.Fatalf("sqlfluff takes anything:\n%s", out)
	}
	var statements []string
	seen := map[string]bool{}
	for seed := range uint64(2) {
		w, site := generated(t, 300+seed)
		for subject := range site.Users {
			for typ := range site.Records {
				for _, action := range []string{"read", "update", "changeowner"} {
					f, err := w.Filter(site, request(t, subject, action, typ, ""), typ)
					if err != nil {
						continue
					}
					written, err := filter.WriteSQL(f.Node, typ, filter.SQLOptions{Dialect: filter.SQLServer, Schema: schema.Default()})
					// The parser takes seconds for long conditions, which have the same forms.
					if err == nil && len(written.Condition) < 600 && !seen[written.Condition] {
						seen[written.Condition] = true
						statements = append(statements, "SELECT t.[id_fold] FROM [app] t WHERE "+written.Condition)
					}
				}
			}
		}
	}
	if len(statements) < 5 {
		t.Errorf("only %d conditions are generated", len(statements))
	}
	// Forms that generated rules may lack: a long list, and a pattern.
	long, err := filter.WriteSQL(filter.In{Column: filter.Column{Type: "app", Name: "name"}, Strings: make([]string, 1001)}, "app", filter.SQLOptions{Dialect: filter.SQLServer, Schema: schema.Default()})
	if err != nil {
		t.Fatal(err)
	}
	statements = append(statements, "SELECT 1 FROM [app] t WHERE "+long.Condition, `SELECT 1 FROM [app] t WHERE t.[name_fold] LIKE @p1 ESCAPE '\'`)
	for _, s := range statements {
		// Transact-SQL has no boolean values, but the grammar accepts them.
		if upper := strings.ToUpper(s); strings.Contains(upper, "TRUE") || strings.Contains(upper, "FALSE") {
			t.Errorf("a boolean as a value: %s", s)
		}
	}
	if out := check(statements...); strings.Contains(out, "unparsable") {
		t.Errorf("of %d conditions some are not of Transact-SQL:\n%s", len(statements), out)
	}
	t.Logf("%d conditions", len(statements))
}
