package compiled

import (
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Sets and objects of any size have the same content and order as OPA's. Small ones use a linear search,
// large ones a hash table.
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

// Set comprehensions with a precomputed value have that value exactly if OPA's result is the same.
func TestKnownComprehensions(t *testing.T) {
	p := mustPolicy(t, `package t

p := {"a" | input.x}

p2 := {["a", {"b"}] | some v in input.xs; v == "v"}

q := {x | input.x; some x in {"a", "b", 1}}

q2 := {x | some x in {"a", "b"}; input.x == x}

q3 := {x | x := input.x; s := {"v", "w"}; x = s[_]}

q10 := g(input.x)

g(x) := {x | s := {"v", "w"}; x = s[_]}

q11 := {x | s := {"v", "w"}; y = s[_]; x = input.x}

q12 := {x | s := {"v", "w"}; x = s[x]}

q4 := {[x, x] | some x in {"a", "b"}}

q5 := {y | input.x; s := {"a", "b"}; some y in s; s != {"a"}}

q6 := {s | input.x; s := {"a"}; some _ in s}

q7 := {x | not input.x; some x in {"a", "b"}}

q8 := {x | y := input.x; some x in {"a", y}}

q9 := {x | some x, k in {"a", "b"}; k == input.x}

r := {"a" | some v in input.xs; f(v) == 1}

q13 := {x | s := {"v", "w"}; x = input[_]}

f(v) := 1 if v == "v"

f(v) := 1 if input.x == v

f(v) := 2 if input.x == v

u := union({{"a" | input.x}, {x | some v in input.xs; v == "v"; some x in {"a", "c"}}, {"d" | input.x == "v"}})
`, nil)
	for _, x := range []string{`"a"`, `"v"`, "false", "null", "1"} {
		for _, xs := range []string{`["v", "w", "a"]`, `["x", "v"]`, "[]", `"v"`} {
			for _, rule := range []string{"p", "p2", "q", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10", "q11", "q12", "q13", "r", "u"} {
				p.agree(t, "data.t."+rule, ast.MustParseTerm(`{"x": `+x+`, "xs": `+xs+`}`).Value)
			}
		}
	}
}
