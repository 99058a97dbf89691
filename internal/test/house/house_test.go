package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// product calls visit for every node of every Go file of the product, with its location.
func product(t *testing.T, visit func(place string, n ast.Node)) {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	read := 0
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() && slices.Contains([]string{"node_modules", ".git", "testdata"}, entry.Name()) {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		read++
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil {
				name, _ := filepath.Rel(root, path)
				at := files.Position(n.Pos())
				at.Filename = filepath.ToSlash(name)
				visit(at.String(), n)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 300 {
		t.Fatalf("only %d files were read", read)
	}
}

// TestFormatsAreTables rejects switches over the names of formats, since they are a second list of them. Add
// a renderer to the formats of the result (internal/render).
func TestFormatsAreTables(t *testing.T) {
	product(t, func(place string, n ast.Node) {
		c, ok := n.(*ast.CaseClause)
		if !ok {
			return
		}
		for _, e := range c.List {
			if s, ok := e.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "render" {
					t.Errorf("%s: a switch over the names of formats", place)
				}
			}
		}
	})
}
