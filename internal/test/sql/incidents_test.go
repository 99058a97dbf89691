package sql

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Faults of other systems that translate rules to filters, as conditions of ours. For each, SQLite, the SQL
// for SQL Server and, if available, PostgreSQL and DuckDB select exactly what the independent evaluator
// grants.
var incidents = []struct {
	name       string
	conditions []string
}{
	// Cerbos before 0.57.0 planned has(R.attr.owner) as always, and dropped a deny on absence.
	{"a test for a value that is missing is no constant", []string{
		`resource.@Dept.Empty()`, `!resource.@Dept.Empty()`, `resource.stream.Empty()`, `!(resource.stream.Empty())`, `resource.owner.name.Empty()`,
	}},
	// Cerbos 0.50 to 0.58: the plan of a negation differed from the check where a value is missing.
	{"a negation holds where a value is missing", []string{
		`!(resource.@Dept = "HR")`, `resource.@Dept != "HR"`, `!(resource.@Dept != "HR")`, `!(resource.stream.name = "Sales" and resource.@Dept = "HR")`, `resource.stream.name != "Sales"`,
	}},
	// OPA 1.22.0, #9373: a comparison with the unknown on the right was negated instead of mirrored.
	{"sides may be swapped", []string{
		`"Budget" = resource.name`, `user.name = resource.name`, `user.name != resource.name`, `!("HR" != resource.@Dept)`, `user = resource.owner`, `!(user = resource.owner)`,
	}},
	// OPA: patterns of LIKE were escaped and written without ESCAPE, so that _ % [ \ matched other rows.
	{"characters of patterns are literal", []string{
		`resource.name like "50%_*"`, `resource.name like "a_b"`, `resource.name like "*[x]*"`, `resource.name like "*\*"`, `!(resource.name like "a_b*")`,
	}},
	// OPA 1.19.0, #8945: values and keys became text of the statement.
	{"values stay values", []string{
		`resource.name = "x' OR '1'='1"`, `resource.name like "*'--*"`, `resource.@Dept = "$1"`, `resource.name = "?"`, `resource.name = "@p1"`,
	}},
	// OpenFGA 1.18.0, CVE-2026-55170: a collation ignored case in one database and not in others.
	{"letters are folded by us", []string{
		`resource.name = "budget"`, `resource.name == "budget"`, `resource.name == "Budget"`, `resource.name = "STRASSE"`, `resource.name = "istanbul"`, `resource.name = "İSTANBUL"`,
	}},
	// OPA: a query that is absent selects nothing, and one that is empty everything.
	{"nothing is not everything", []string{`user.name = "somebody else"`, `user.name = "Anna"`, `resource.id = "none"`}},
}

// incidentSite generates apps with the values in these conditions.
func incidentSite(t *testing.T, condition string) (*workspace.Workspace, *snapshot.Site) {
	t.Helper()
	dir := t.TempDir()
	var apps []any
	for i, name := range []string{"Budget", "budget", "50%_x", "50 x", "a_b", "axb", "a[x]c", "axc", `end\`, "x' OR '1'='1", "it's '--", "straße", "STRASSE", "İstanbul", "istanbul", "?", "@p1", "Anna", ""} {
		app := map[string]any{"id": fmt.Sprintf("a%d", i), "name": name, "customProperties": []any{}, "owner": map[string]any{"id": []string{"u1", "u2", "gone"}[i%3]}}
		if i%2 == 0 {
			app["stream"] = map[string]any{"id": []string{"s1", "s2"}[i/2%2]}
		}
		var values []any
		for _, v := range [][]string{nil, {"HR"}, {"hr", "IT"}, {"$1"}, {"it"}}[i%5] {
			values = append(values, map[string]any{"value": v, "definition": map[string]any{"name": "Dept"}})
		}
		app["customProperties"] = append([]any{}, values...)
		apps = append(apps, app)
	}
	user := func(id, name string) any {
		return map[string]any{"id": id, "userId": name, "userDirectory": "ACME", "name": name, "roles": []any{}, "attributes": []any{}, "customProperties": []any{}}
	}
	for name, content := range map[string]any{
		"app": apps, "user": []any{user("u1", "Anna"), user("u2", "Bo")}, "stream": []any{map[string]any{"id": "s1", "name": "Sales"}, map[string]any{"id": "s2", "name": ""}},
		"systemrule": []any{map[string]any{"id": "r", "name": "R", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "rule": condition}},
	} {
		text, err := json.Marshal(content)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+".json"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := workspace.Open(workspace.Source{Snapshot: dir, Options: compiler.Options{Schema: schema.Default()}})
	if err != nil || w.Policy == nil {
		t.Fatalf("%s: %v %v", condition, err, w.Diagnostics)
	}
	site, err := w.LoadSite()
	if err != nil {
		t.Fatal(err, w.Diagnostics)
	}
	return w, site
}

func TestIncidents(t *testing.T) {
	for name, open := range map[string]func(testing.TB) database{"SQLite": sqlite, "SQL Server in SQLite": asSQLServer, "PostgreSQL": postgres, "DuckDB": duckdb} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			_, site := incidentSite(t, "true")
			load(t, d, site)
			for _, incident := range incidents {
				t.Run(incident.name, func(t *testing.T) {
					granted, denied := 0, 0
					for _, condition := range incident.conditions {
						w, site := incidentSite(t, condition)
						evaluator := w.Evaluator(site)
						for _, subject := range []string{`ACME\Anna`, `ACME\Bo`} {
							f, err := w.Filter(site, request(t, subject, "read", "App", ""), "app")
							if err != nil {
								t.Fatal(condition, err)
							}
							written, err := filter.WriteSQL(f.Node, "app", filter.SQLOptions{Dialect: d.dialect, Schema: schema.Default()})
							if err != nil {
								t.Fatal(condition, err)
							}
							if strings.TrimSpace(written.Condition) == "" || !written.Exact {
								t.Errorf("%s: %+v", condition, written)
							}
							selected := query(t, d, "app", written)
							for id, e := range site.Records["app"] {
								want := evaluator.Decide(request(t, subject, "read", "App", e.ID)).Allow
								if want {
									granted++
								} else {
									denied++
								}
								if selected[id] != want {
									t.Errorf("%s, %s on %q: the rows say %t, the rule %t\n%s %q", condition, subject, id, selected[id], want, written.Condition, written.Params)
								}
							}
						}
					}
					if granted == 0 || denied == 0 {
						t.Errorf("%d granted, %d denied: it shows little", granted, denied)
					}
				})
			}
		})
	}
}

// OPA 1.22.0, #9373: a condition that cannot be translated vanished. Here it is an error, or makes the filter
// wider, at every position.
func TestUntranslatableNeverVanishes(t *testing.T) {
	d := sqlite(t)
	_, all := incidentSite(t, "true")
	load(t, d, all)
	for _, condition := range []string{
		`resource.name matches "a.*"`, `resource.@Dept = "HR" and resource.name matches "a.*"`, `resource.@Dept = "HR" or !(resource.name matches "a.*")`, `!(resource.@Dept = "HR" or resource.name matches "a.*")`,
	} {
		w, site := incidentSite(t, condition)
		f, err := w.Filter(site, request(t, `ACME\Anna`, "read", "App", ""), "app")
		if err != nil {
			t.Fatal(err)
		}
		o := filter.SQLOptions{Dialect: filter.SQLite, Schema: schema.Default()}
		var cannot *filter.Untranslatable
		if _, err := filter.WriteSQL(f.Node, "app", o); !errors.As(err, &cannot) {
			t.Errorf("%s: %v", condition, err)
		}
		o.Superset = true
		wide, err := filter.WriteSQL(f.Node, "app", o)
		if err != nil || wide.Exact {
			t.Fatalf("%s: %+v %v", condition, wide, err)
		}
		selected, evaluator := query(t, d, "app", wide), w.Evaluator(site)
		for id, e := range site.Records["app"] {
			if evaluator.Decide(request(t, `ACME\Anna`, "read", "App", e.ID)).Allow && !selected[id] {
				t.Errorf("%s: the superset lacks %q\n%s", condition, id, wide.Condition)
			}
		}
	}
}

// Never selects nothing, always selects everything, and an additional rule never removes a row.
func TestMetamorphic(t *testing.T) {
	grown := 0
	for seed := range uint64(2) {
		d := sqlite(t)
		w, site := generated(t, 400+seed)
		load(t, d, site)
		for typ, n := range map[string]int{"app": len(site.Records["app"]), "stream": len(site.Records["stream"])} {
			for constant, want := range map[filter.Const]int{false: 0, true: n} {
				written, err := filter.WriteSQL(constant, typ, filter.SQLOptions{Dialect: d.dialect, Schema: schema.Default()})
				if err != nil {
					t.Fatal(err)
				}
				selected := query(t, d, typ, written)
				maps.DeleteFunc(selected, func(id string, _ bool) bool { return site.Records[typ][id] == nil })
				if len(selected) != want {
					t.Errorf("%t selects %d of %d rows of %s", bool(constant), len(selected), n, typ)
				}
			}
		}
		// A right that a condition tests may be below a negation.
		rules := slices.DeleteFunc(slices.Clone(w.Valid()), func(r ruleset.Rule) bool {
			return strings.Contains(strings.ToLower(r.Condition.Content), "hasprivilege")
		})
		before := map[string]map[string]bool{}
		for n := range rules {
			some := workspace.OfRules(rules[:n+1], workspace.Source{Options: w.Options})
			if some.Policy == nil {
				t.Fatal(some.Diagnostics)
			}
			for subject := range site.Users {
				for _, typ := range []string{"app", "stream", "app.object"} {
					f, err := some.Filter(site, request(t, subject, "read", typ, ""), typ)
					if err != nil {
						continue
					}
					written, err := filter.WriteSQL(f.Node, typ, filter.SQLOptions{Dialect: d.dialect, Schema: schema.Default()})
					if err != nil {
						continue
					}
					key, after := subject+" "+typ, query(t, d, typ, written)
					for id := range before[key] {
						if !after[id] {
							t.Errorf("with %q, %s loses %s", rules[n].Name, key, id)
						}
					}
					if len(after) > len(before[key]) {
						grown++
					}
					before[key] = after
				}
			}
		}
	}
	if grown < 10 {
		t.Errorf("only %d filters grow", grown)
	}
}
