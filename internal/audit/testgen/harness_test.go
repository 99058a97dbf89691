package testgen_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/testgen"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

const scenarios = "../../../testdata/scenarios/"

// open reads rules and a site like the command.
func open(t *testing.T, rules, site string) testgen.Subject {
	t.Helper()
	list, found := ruleset.Read(rules)
	if found.HasErrors() {
		t.Fatal(found)
	}
	return openRules(t, list, site)
}

func openRules(t *testing.T, rules []ruleset.Rule, site string) testgen.Subject {
	t.Helper()
	policy, found := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatal(found)
	}
	snap, found := snapshot.Open(site, schema.Default())
	if found.HasErrors() {
		t.Fatal(found)
	}
	loaded, found := snap.Load(snapshot.NoProgress{})
	if found.HasErrors() {
		t.Fatal(found)
	}
	s := testgen.Subject{Rules: rules, Policy: policy, Site: loaded, Data: func(p *compiler.Policy) bundles.DataSource {
		return func(ctx context.Context, w io.Writer) error {
			_, err := snap.Project(ctx, p.View, w, snapshot.NoProgress{})
			return err
		}
	}}
	var err error
	if s.Bundle, err = bundles.InMemory(t.Context(), policy, s.Data(policy)); err != nil {
		t.Fatal(err)
	}
	return s
}

var options = testgen.Options{MaxRequests: 100_000, Progress: snapshot.NoProgress{}}

func generate(t *testing.T, s testgen.Subject, o testgen.Options) *testgen.Suite {
	t.Helper()
	suite, err := testgen.Generate(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// write returns the suite as a file, and its text.
func write(t *testing.T, suite *testgen.Suite) (path, text string) {
	t.Helper()
	var b bytes.Buffer
	if _, err := suite.Write(&b); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "tests_test.rego")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, b.String()
}

// run runs tests with a policy and returns the names of failed tests and the number of cases.
func run(t *testing.T, s testgen.Subject, path string) (failed []string, cases int) {
	t.Helper()
	modules := map[string]*ast.Module{}
	for _, m := range s.Bundle.Modules {
		modules[m.Path] = parse(t, m.Path, string(m.Source))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	modules["tests_test.rego"] = parse(t, "tests_test.rego", string(text))
	data := map[string]any{}
	for _, root := range [][]string{{"site"}, {"qlik", "rules"}, {"qlik", "view"}, {"qlik", "reads"}} {
		value, _ := s.Bundle.Data.Lookup(root...)
		into := data
		if len(root) > 1 {
			if data[root[0]] == nil {
				data[root[0]] = map[string]any{}
			}
			into = data[root[0]].(map[string]any)
		}
		into[root[len(root)-1]] = value
	}
	store := inmem.NewFromObject(data)
	txn, err := store.NewTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(t.Context(), txn)
	// The time limit is long, because the machine may be busy.
	results, err := tester.NewRunner().SetStore(store).SetModules(modules).SetTimeout(5*time.Minute).RunTests(t.Context(), txn)
	if err != nil {
		t.Fatal(err)
	}
	for r := range results {
		cases += max(1, len(r.SubResults))
		if r.Error != nil {
			t.Errorf("%s: %v", r.Name, r.Error)
		}
		if r.Fail {
			failed = append(failed, r.Name)
		}
	}
	return failed, cases
}

func parse(t *testing.T, path, text string) *ast.Module {
	t.Helper()
	m, err := ast.ParseModuleWithOpts(path, text, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
