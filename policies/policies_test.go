package policies_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/policies"
)

// TestRego runs the tests of the library like opa test, and checks that they cover the whole library.
func TestRego(t *testing.T) {
	ctx := context.Background()
	modules, store, err := tester.Load([]string{"qlik", "testdata"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	coverage := cover.New()
	runner := tester.NewRunner().
		SetCompiler(ast.NewCompiler().WithStrict(true)).
		SetStore(store).
		SetModules(modules).
		SetTimeout(10 * time.Minute). // by default 5 s, which a busy machine exceeds
		SetCoverageQueryTracer(coverage)
	tests := 0
	err = storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		results, err := runner.RunTests(ctx, txn)
		if err != nil {
			return err
		}
		for result := range results {
			tests++
			if !result.Pass() {
				t.Errorf("%v: %v", result.Location, result)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if tests == 0 {
		t.Fatal("no tests found")
	}
	for file, report := range coverage.Report(modules).Files {
		for _, missed := range report.NotCovered {
			t.Errorf("%s:%d is not covered", file, missed.Start.Row)
		}
	}
}

// TestFormat checks that opa fmt changes no source.
func TestFormat(t *testing.T) {
	for _, path := range sources(t) {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		formatted, err := format.SourceWithOpts(path, source, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(formatted, source) {
			t.Errorf("%s is not formatted; run: go tool opa fmt -w policies", path)
		}
	}
}

// TestModules compares the embedded library with the files, except tests.
func TestModules(t *testing.T) {
	var want []policies.Module
	for _, path := range sources(t) {
		path = filepath.ToSlash(path)
		if !strings.HasPrefix(path, "qlik/") || strings.HasSuffix(path, "_test.rego") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, policies.Module{Path: path, Source: string(source)})
	}
	if got := policies.Modules(ruleset.License, ruleset.Sync); !slices.Equal(got, want) {
		t.Errorf("Modules() differs from the files: name each file in embed.go")
	}
	for _, m := range policies.Modules() {
		if strings.Contains(m.Path, "license") || strings.Contains(m.Path, "placement") {
			t.Errorf("%s is among the modules of a policy without License and Sync rules", m.Path)
		}
	}
}

func sources(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"*/*.rego", "*/*/*.rego"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no sources: %v", err)
		}
		paths = append(paths, found...)
	}
	slices.Sort(paths)
	return paths
}

// TestWithoutInput queries each entry point without input, which a Rego test cannot do.
func TestWithoutInput(t *testing.T) {
	for query, want := range map[string]any{
		"data.qlik.authz.allow":      false,
		"data.qlik.authz.granted_by": []any{},
		"data.qlik.authz.actions":    []any{},
		"data.qlik.authz.decision":   map[string]any{"allow": false, "granted_by": []any{}, "reason": "invalid_request"},
	} {
		results, err := prepare(t, query, emptyPolicy).Eval(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(results) != 1 || !reflect.DeepEqual(results[0].Expressions[0].Value, want) {
			t.Errorf("%s is %v; want %v", query, results, want)
		}
	}
}

// TestNumbers checks that a number in a property is the string in the request. Rego literals do not preserve the
// notation.
func TestNumbers(t *testing.T) {
	query := prepare(t, "x = data.qlik.description.text(data.qlik.request.resource_properties.n)", emptyPolicy)
	for _, number := range []string{"0", "-1", "42", "1.5", "1.50", "1e2", "12345678901234567890"} {
		input := ast.MustParseTerm(`{"resource": {"properties": {"n": ` + number + `}}}`).Value
		results, err := query.Eval(context.Background(), rego.EvalParsedInput(input))
		if err != nil {
			t.Fatal(err)
		}
		if len(results) != 1 || results[0].Bindings["x"] != number {
			t.Errorf("text(%s) is %v; want %q", number, results, number)
		}
	}
}

// TestAllowAsksForOneRule checks that allow does not compute which rules grant. Here that is an error.
func TestAllowAsksForOneRule(t *testing.T) {
	const types = `package qlik.types

may(_, _, _) := true

granted_by(_, _, _) := {"a"}

granted_by(_, _, _) := {"b"}

actions(_, _) := {"read"}
`
	input := ast.MustParseTerm(`{"subject": {"type": "user", "id": "u1"}, "action": {"name": "read"},
		"resource": {"type": "App", "id": "a1"}}`).Value
	for query, wantError := range map[string]bool{
		"data.qlik.authz.allow":      false,
		"data.qlik.authz.actions":    false,
		"data.qlik.authz.granted_by": true,
	} {
		_, err := prepare(t, query, types).Eval(context.Background(), rego.EvalParsedInput(input))
		if (err != nil) != wantError {
			t.Errorf("%s: error is %v; want one: %t", query, err, wantError)
		}
	}
}
