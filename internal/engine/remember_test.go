package engine

import (
	"fmt"
	"slices"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// What is remembered is what OPA's own cache remembers, whatever happens, also
// when OPA uses the slice of a name again, and nothing of the query before.
func TestMemoryIsACache(t *testing.T) {
	function := ast.NewTerm(ast.MustParseRef("data.p.f"))
	part := rapid.SampledFrom([]*ast.Term{
		ast.StringTerm("a"), ast.StringTerm("b"), ast.StringTerm(""), ast.VarTerm("a"), ast.BooleanTerm(true), ast.NumberTerm("1"),
		function, ast.NewTerm(ast.MustParseRef("data.p.g")), ast.ArrayTerm(ast.StringTerm("a")),
	})
	rapid.Check(t, func(t *rapid.T) {
		own, opas := newMemory(nil, &bundles.Document{}, ast.Null{}), topdown.NewVirtualCache()
		defer own.forget()
		for i := range rapid.IntRange(1, 300).Draw(t, "steps") {
			name := rapid.SliceOfN(part, 1, 4).Draw(t, "name")
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				own.Push()
				opas.Push()
			case 1:
				if len(own.frames) > 0 {
					own.Pop()
					opas.Pop()
				}
			case 2, 3, 4, 5:
				var value *ast.Term
				if rapid.Bool().Draw(t, "defined") {
					value = ast.StringTerm(fmt.Sprint(i))
				}
				// OPA evaluates a rule once: it puts no value where one is.
				if old, undefined := opas.Get(name); old == nil && !undefined {
					own.Put(name, value)
					opas.Put(name, value)
				}
				name[0] = ast.StringTerm("used again")
			default:
				value, undefined := own.Get(name)
				want, wantUndefined := opas.Get(name)
				if value != want || undefined != wantUndefined {
					t.Fatalf("%v is %v %t, want %v %t", name, value, undefined, want, wantUndefined)
				}
			}
		}
		if got, want := keys(own), keys(opas); !slices.Equal(got, want) {
			t.Fatalf("the keys are %v, want %v", got, want)
		}
	})
}

func keys(c topdown.VirtualCache) []string {
	var texts []string
	for _, k := range c.Keys() {
		texts = append(texts, fmt.Sprint(ast.NewArray(k...)))
	}
	slices.Sort(texts)
	return texts
}
