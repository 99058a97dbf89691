package house

import (
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

// imports returns the packages of the module that Go files import.
func imports(t *testing.T, filters ...source.Filter) []string {
	t.Helper()
	var found []string
	for _, f := range source.Go(t, filters...) {
		for _, name := range f.Imports() {
			if ours, ok := strings.CutPrefix(name, "github.com/qlik2rego/qlik2rego/"); ok {
				found = append(found, ours)
			}
		}
	}
	return found
}

// TestEvaluatorSharesNoCodeWithTheCompiler compares imports: the independent evaluator and the compiler are two
// implementations of docs/language.md. They share the parser, the schema and the snapshot reader, and meet only in
// tests of other packages.
func TestEvaluatorSharesNoCodeWithTheCompiler(t *testing.T) {
	shared := []string{"compiler/condition", "compiler/ruleset", "compiler/schema", "internal/snapshot", "internal/diag"}
	for _, name := range imports(t, source.In("internal/evaluate")) {
		if !slices.Contains(shared, name) {
			t.Errorf("the evaluator imports %s", name)
		}
	}
	for _, folder := range []string{"compiler", "policies", "internal/engine", "bundles", "internal/snapshot", "internal/diag"} {
		if slices.Contains(imports(t, source.In(folder), source.Product), "internal/evaluate") {
			t.Errorf("%s imports the evaluator", folder)
		}
	}
}
