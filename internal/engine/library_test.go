package engine

import (
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// A library of another version may have another meaning: nothing is assumed about it, for example which
// resources are equivalent.
func TestAnotherLibrary(t *testing.T) {
	b := generatedBundle(t, sitegen.Generate(1, sitegen.Small))
	p, err := NewEntryPoint(t.Context(), b, QlikEntryPoint)
	if err != nil {
		t.Fatal(err)
	}
	if p.equivalences == nil {
		t.Error("the library of the bundle is not recognised")
	}
	for i, m := range b.Modules {
		if strings.HasSuffix(m.Path, "qlik/request.rego") {
			b.Modules[i].Source = append([]byte("# of another version\n"), m.Source...)
		}
	}
	if p, err = NewEntryPoint(t.Context(), b, QlikEntryPoint); err != nil {
		t.Fatal(err)
	}
	if p.equivalences != nil {
		t.Error("a library with another text is taken for this version's")
	}
}
