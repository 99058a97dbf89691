package house

import (
	"go/ast"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

// product calls visit for every node of every Go file of the product, with its location.
func product(t *testing.T, visit func(place string, n ast.Node)) {
	t.Helper()
	files := source.Go(t, source.Product)
	if len(files) < 300 {
		t.Fatalf("only %d files were read", len(files))
	}
	for _, f := range files {
		f.Visit(func(n ast.Node) { visit(f.At(n), n) })
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
