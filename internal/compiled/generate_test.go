package compiled

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

var modules = flag.Int("modules", 60, "how many modules TestRandomRego compares")

// maker generates modules of the supported fragment from bytes, which select every choice.
type maker struct {
	choices []byte
	rules   int      // names r0, r1, … that a rule may refer to
	kinds   []string // their kinds
	vars    []string // variables that have a value
	count   int
}

func (g *maker) choose(n int) int {
	if len(g.choices) == 0 {
		return 0
	}
	c := int(g.choices[0])
	g.choices = g.choices[1:]
	return c % n
}

func (g *maker) of(list ...string) string { return list[g.choose(len(list))] }

func (g *maker) constant() string {
	return g.of(`"a"`, `"b"`, `""`, `"A"`, `"é"`, `0`, `1`, `1.0`, `2`, `-1`, `1e0`, `true`, `false`, `null`,
		`["a", 1]`, `[]`, `{"a": 1}`, `{"k": ["a"]}`, `{}`, `{"a", "b"}`, `{1, 2}`, `set()`, `{"a": {"b": "a"}}`, `[["a", "b"], [1, 2]]`)
}

func (g *maker) reference() string {
	if g.rules > 0 && g.choose(3) == 0 {
		i := g.choose(g.rules)
		name := fmt.Sprintf("r%d", i)
		switch g.kinds[i] {
		case "function":
			return name + "(" + g.term(1) + ")"
		case "sets":
			return name + "[" + g.of(`"a"`, `"b"`, `1`) + "]"
		case "set", "object":
			return g.of(name, name+"["+g.term(2)+"]")
		}
		return name
	}
	root := g.of("input", "input", "data.d")
	return root + g.of("", ".a", ".b", ".s", ".xs", ".o", ".o.k", ".a.b", ".xs[0]", `["xs"][1]`, ".missing", ".n", ".deep.list", ".o[input.a]", ".xs[1.0]", `.xs["0"]`)
}

// term generates a term of limited depth.
func (g *maker) term(depth int) string {
	if len(g.vars) > 0 && g.choose(3) == 0 {
		return g.of(g.vars...)
	}
	if depth > 2 {
		return g.constant()
	}
	switch g.choose(9) {
	case 0, 1:
		return g.constant()
	case 2, 3, 4:
		return g.reference()
	case 5:
		return g.call(depth)
	case 6:
		return g.of("["+g.term(depth+1)+", "+g.term(depth+1)+"]", "{"+g.term(depth+1)+"}", `{"k": `+g.term(depth+1)+"}")
	case 7:
		before := len(g.vars)
		body := g.body(1+g.choose(2), depth+1)
		head := g.term(3)
		c := g.of("["+head+" | "+body+"]", "{"+head+" | "+body+"}", "{"+head+": "+g.term(3)+" | "+body+"}")
		g.vars = g.vars[:before]
		return c
	}
	return g.constant()
}

func (g *maker) call(depth int) string {
	a, b := g.term(depth+1), g.term(depth+1)
	return fmt.Sprintf(g.of("lower(%s)", "count(%s)", "is_string(%s)", "is_object(%s)", "is_array(%s)", "type_name(%s)", "union({%s, {\"x\"}})",
		"concat(\",\", %s)", "to_number(%s)", "sum(%s)", "sort(%s)", "object.keys(%s)", "json.marshal(%s)",
		"startswith(%s, "+b+")", "endswith(%s, "+b+")", "contains(%s, "+b+")", "object.get(%s, \"a\", "+b+")", "%s + "+b, "%s & "+b, "%s | "+b,
		"%s == "+b, "%s < "+b, "substring(%s, 1, -1)", "indexof(%s, "+b+")", "array.concat(%s, "+b+")", "split(%s, "+b+")"), a)
}

func (g *maker) fresh() string {
	g.count++
	return fmt.Sprintf("v%d", g.count)
}

func (g *maker) body(n, depth int) string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = g.line(depth)
	}
	return strings.Join(lines, "; ")
}

func (g *maker) line(depth int) string {
	a := g.term(depth + 1)
	switch g.choose(12) {
	case 0, 1:
		v := g.fresh()
		g.vars = append(g.vars, v)
		return v + " := " + a
	case 2:
		v := g.fresh()
		g.vars = append(g.vars, v)
		return "some " + v + " in " + a
	case 3:
		k, v := g.fresh(), g.fresh()
		g.vars = append(g.vars, k, v)
		return "some " + k + ", " + v + " in " + a
	case 4:
		return "not " + a
	case 5:
		x, y := g.fresh(), g.fresh()
		g.vars = append(g.vars, x, y)
		return "[" + x + ", " + y + "] = " + a
	case 6:
		v := g.fresh()
		before := len(g.vars)
		g.vars = append(g.vars, v)
		body := g.line(3)
		g.vars = g.vars[:before]
		return "every " + v + " in " + a + " { " + body + " }"
	case 7:
		return a + g.of(" == ", " != ", " < ", " >= ") + g.term(depth+1)
	case 8:
		return a + " in " + g.term(depth+1)
	case 9:
		v := g.fresh()
		g.vars = append(g.vars, v)
		return g.of("input", "data.d") + g.of(".xs", ".o", "", ".deep.list") + "[" + v + "]" + g.of("", " == "+a, ".b")
	case 11:
		p, v := g.fresh(), g.fresh()
		g.vars = append(g.vars, p, v)
		return "walk(" + a + ", [" + p + ", " + v + "])"
	case 10:
		return g.of("not ", "") + g.reference() + " == " + g.constant()
	}
	return a
}

// module generates a module with rules of all kinds; each may refer to earlier rules. It leaves out
// definitions that OPA's compiler rejects, for example because of their types.
func (g *maker) module() string {
	source := "package p\n\n"
	add := func(rule string) bool {
		if _, err := newPolicy([]string{source + rule}, nil); err != nil {
			return false
		}
		source += rule
		return true
	}
	for range 3 + g.choose(5) {
		kind := g.of("complete", "function", "set", "object", "sets", "complete", "function")
		name, there := fmt.Sprintf("r%d", g.rules), false
		for range 2 + g.choose(5) {
			g.vars = nil
			there = add(g.rule(name, kind)) || there
		}
		if !there {
			continue
		}
		if g.choose(3) == 0 && (kind == "complete" || kind == "function") {
			add(fmt.Sprintf("default %s := %s\n\n", name+map[string]string{"function": "(_)"}[kind], g.constant()))
		}
		g.rules, g.kinds = g.rules+1, append(g.kinds, kind)
	}
	return source
}

func (g *maker) rule(name, kind string) string {
	arg := ""
	if kind == "function" {
		arg = g.of("x", "x", `"a"`, "[x, y]", "_")
		switch arg {
		case "x":
			g.vars = append(g.vars, "x")
		case "[x, y]":
			g.vars = append(g.vars, "x", "y")
		}
		arg = "(" + arg + ")"
	}
	body := g.body(1+g.choose(3), 0)
	if arg == "(x)" && g.choose(2) == 0 {
		body = g.of(`x == "a"`, `x in {"a", "b"}`, `x == "b"`) + "; " + body
	}
	if g.choose(3) == 0 {
		body = g.of(`input.a == "a"`, `input.a in {"a", "b"}`, `"b" == input.a`) + "; " + body
	}
	switch kind {
	case "set":
		return name + " contains " + g.term(2) + " if { " + body + " }\n\n"
	case "object":
		return name + "[" + g.term(3) + "] := " + g.term(2) + " if { " + body + " }\n\n"
	case "sets":
		return name + "[" + g.term(3) + "] contains " + g.term(2) + " if { " + body + " }\n\n"
	}
	value := g.of(" := true", " := true", " := 1", " := "+g.term(2))
	rule := name + arg + value + " if { " + body + " }"
	for range g.choose(5) / 3 {
		g.vars = nil
		rule += " else" + value + " if { " + g.body(1, 0) + " }"
	}
	return rule + "\n\n"
}

var fuzzData = map[string]any{"d": map[string]any{
	"a": "a", "s": "b", "n": nil, "xs": []any{"a", "b", 1, nil}, "o": map[string]any{"k": "a", "a": "A", "b": []any{"a"}},
	"deep": map[string]any{"list": []any{map[string]any{"b": "a"}, map[string]any{"b": 2}}},
}}

var fuzzInputs = []string{
	`{"a": "a", "b": "B", "s": "é", "xs": ["a", "b", 1, 1.0, {"b": "a"}], "o": {"k": "a", "a": "b"}, "n": null, "deep": {"list": [[1, 2], ["a", "b"]]}}`,
	`{"a": {"b": "a"}, "xs": {"b": "a"}, "o": ["a", "b"], "s": 1, "b": false}`,
	`{"a": "b", "xs": [], "o": {}, "s": ["a", "b"]}`,
	`null`,
}

// checkModule compares OPA and the program on all rules of a module. It returns the number of queries
// that were compiled.
func checkModule(t *testing.T, source string) (compiled int) {
	t.Helper()
	p, err := newPolicy([]string{source}, fuzzData)
	if err != nil {
		return 0
	}
	p.lenient = true
	names := map[string]bool{}
	for _, m := range p.compiler.Modules {
		for _, r := range m.Rules {
			if len(r.Head.Args) == 0 && len(r.Head.Ref()) > 0 {
				names[r.Head.Ref()[0].String()] = true
			}
		}
	}
	for name := range names {
		for _, query := range []string{
			"[v | v := data.p." + name + "]", "[v | v := data.p." + name + "[_]]", `[v | v := data.p.` + name + `["a"]]`, `["x" | not data.p.` + name + "]",
		} {
			for _, text := range fuzzInputs {
				input := ast.MustParseTerm(text).Value
				if refusal := p.agree(t, query, input); refusal != nil {
					break
				}
				compiled++
			}
		}
	}
	if t.Failed() {
		t.Log(source)
	}
	return compiled
}

func choicesOf(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	choices := make([]byte, 100+r.IntN(400))
	for i := range choices {
		choices[i] = byte(r.Uint32())
	}
	return choices
}

// FuzzRego compares the program with OPA on modules that the fuzzer generates.
func FuzzRego(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(choicesOf(seed))
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		checkModule(t, (&maker{choices: choices}).module())
	})
}

// TestRandomRego is FuzzRego on a fixed number of modules. It fails unless most queries can be compiled,
// since it would otherwise compare nothing.
func TestRandomRego(t *testing.T) {
	n := *modules
	if testing.Short() {
		n /= 10
	}
	compiled := 0
	for seed := range uint64(n) {
		compiled += checkModule(t, (&maker{choices: choicesOf(seed)}).module())
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if t.Logf("%d evaluations compared", compiled); compiled < 5*n {
		t.Errorf("%d evaluations were compared on %d modules", compiled, n)
	}
}
