package evaluate

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/qlik2rego/qlik2rego/"

// imports returns the packages of ours that the Go files of a folder, and of
// those below it, import; tests included only on demand.
func imports(t *testing.T, folder string, tests bool) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || !tests && strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if ours, ok := strings.CutPrefix(name, module); ok {
				found = append(found, ours)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The reference and the compiler are two readings of one page. They share the
// front end and what an entity is, and meet in tests alone.
func TestTheTwoReadingsShareNoCode(t *testing.T) {
	shared := []string{"compiler/condition", "compiler/ruleset", "compiler/schema", "internal/snapshot", "internal/diag"}
	for _, name := range imports(t, ".", true) {
		if !slices.Contains(shared, name) {
			t.Errorf("the reference imports %s", name)
		}
	}
	for _, folder := range []string{"compiler", "internal/engine", "policies", "bundles", "internal/snapshot", "internal/diag"} {
		path := filepath.Join("..", "..", filepath.FromSlash(folder))
		if _, err := os.Stat(path); os.IsNotExist(err) {
			continue
		}
		if slices.Contains(imports(t, path, false), "internal/evaluate") {
			t.Errorf("%s imports the reference", folder)
		}
	}
}
