package house

import (
	"go/ast"
	"testing"
)

// embedsMore are the types that may embed more than one type.
var embedsMore = map[string]bool{
	"stdStream": true, // a ReadWriteCloser of a reader and a writer
	"store":     true, // OPA offers the parts of its store interface for embedding
}

// TestNamedFields rejects types that embed several types: the origin of their methods is hard to find. Name
// the fields.
func TestNamedFields(t *testing.T) {
	left := map[string]bool{}
	for name := range embedsMore {
		left[name] = true
	}
	product(t, func(place string, n ast.Node) {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return
		}
		s, ok := spec.Type.(*ast.StructType)
		if !ok {
			return
		}
		embedded := 0
		for _, f := range s.Fields.List {
			if f.Names == nil {
				embedded++
			}
		}
		if embedded < 2 {
			return
		}
		if embedsMore[spec.Name.Name] {
			delete(left, spec.Name.Name)
			return
		}
		t.Errorf("%s: the type %s embeds %d types: name the fields", place, spec.Name.Name, embedded)
	})
	for name := range left {
		t.Errorf("the type %s does not embed more than one type any more: take it out of the list", name)
	}
}
