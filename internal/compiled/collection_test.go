package compiled

import (
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Sets and objects of any size hold what OPA's hold, in OPA's order: small ones are
// searched one by one, large ones by hash.
func TestCollections(t *testing.T) {
	p, err := newPolicy([]string{`package t

xs := {x | some x in input.xs}

ys contains y if some y in input.ys

constant := {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", 1, 2.0, [1], {"k": 1}, {"s"}, null, true}

table := {"a": 1, "b": {"c": 2}, "d": [3, {"e": 4}], "f": 5, "g": 6, "h": 7, "i": 8, "j": 9, "k": 10, "l": 11}

p := {
	"order": [x | some x in xs],
	"has": [y | some y in input.ys; y in xs],
	"constant": [y | some y in input.ys; constant[y]],
	"table": [[y, table[y]] | some y in input.ys],
	"rows": [[k, v] | some k, v in table],
	"union": union({xs, ys, {z | some z in input.ys; is_string(z)}, {"z"}}),
	"unions": union({{x} | some x in input.xs}),
	"one": union({e | some e in [set(), xs]}),
	"none": union({set() | some _ in input.xs}),
	"same": xs == ys,
	"empty": xs != set(),
	"lists": [[x, y] | some x in [input.xs, [1, "a"], [], [1.0, "a"], {"a"}, "a", {"1": 2}, [[1], {"b"}, {"k": [1.0]}]]; some y in [input.ys, [1, "a"], [], [[1.0], {"b"}, {"k": [1]}], null]; x == y],
	"matches": [m | some y in input.ys; m := [regex.match("^[a-zé]$", y), regex.match("[", y)]],
	"numbers": union({{x | some x in input.xs; is_number(x)}, {y | some y in input.ys; is_number(y)}}),
	"texts": [y | some y in input.ys; regex.match("", y)],
	"low": [lower(y) | some y in input.ys],
	"names": [v | some k in ["0", "1", "x", 0]; v := data.list[k]],
	"matched": [y | some y in input.ys; regex.match("^[a-zé]$", y)],
	"unmatched": [y | some y in input.ys; not regex.match("^[a-zé]$", y)],
	"objects": [v | some y in input.ys; {"k": v} = y],
	"sets": {xs, ys, {x | some x in input.xs}},
}
`}, map[string]any{"list": []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	values := []string{`"b"`, `1`, `"a"`, `1.0`, `[1]`, `"c"`, `{"k": 1}`, `{"k": 1, "l": 2}`, `{"l": 3}`, `null`, `"B"`, `true`, `"j"`, `[[]]`, `"É"`, `2`, `"l"`, `"zz"`, `false`, `{}`, `-1`, `""`}
	for n := range len(values) + 1 {
		for _, m := range []int{0, 3, n, len(values)} {
			input := fmt.Sprintf(`{"xs": [%s], "ys": [%s]}`, strings.Join(values[:n], ", "), strings.Join(values[len(values)-m:], ", "))
			if refusal := p.agree(t, "data.t.p", ast.MustParseTerm(input).Value); refusal != nil {
				t.Fatal(refusal)
			}
		}
	}
}
