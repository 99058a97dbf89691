package seed

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	itself = `"github.com/qlik2rego/qlik2rego/internal/test/seed"`
	drawn  = `"pgregory.net/rapid"`
)

// Every test package with properties draws the same examples in every run.
func TestEveryPackageHasASeed(t *testing.T) {
	properties, seeded := map[string]string{}, map[string]bool{}
	root := os.DirFS("../../..")
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && strings.HasPrefix(e.Name(), "."), e.Name() == "node_modules":
			return fs.SkipDir
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range file.Imports {
			switch i.Path.Value {
			case drawn:
				properties[path.Dir(name)] = name
			case itself:
				seeded[path.Dir(name)] = true
			}
		}
		return nil
	})
	if err != nil || len(properties) < 2 {
		t.Fatal(properties, err)
	}
	for dir, name := range properties {
		if !seeded[dir] && dir != "internal/test/seed" {
			t.Errorf("%s draws other examples in each run: import _ %s in it", name, itself)
		}
	}
}

// The same property draws the same examples twice.
func TestTheSameExamples(t *testing.T) {
	if os.Getenv("RAPID_SEED") == "0" {
		t.Skip("RAPID_SEED is 0: examples are new")
	}
	draw := func() (all []int) {
		rapid.Check(t, func(r *rapid.T) { all = append(all, rapid.Int().Draw(r, "n")) })
		return all
	}
	first, second := draw(), draw()
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("example %d is %d and then %d", i, first[i], second[i])
		}
	}
}
