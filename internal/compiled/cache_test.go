package compiled

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// cached is a query with and without a cache. Each uses one machine for all its evaluations.
type cached struct {
	with, without   *Query
	machine, beside *machine
}

// newCached compiles a query of a policy, or returns nil if it cannot.
func newCached(t *testing.T, p *policy, query string, stable []string) *cached {
	t.Helper()
	c := &cached{}
	program, plain := New(p.compiler, stable...), New(p.compiler)
	var err error
	if c.with, err = program.Query(query); err != nil {
		return nil
	}
	if c.without, err = plain.Query(query); err != nil {
		t.Fatal(err)
	}
	c.machine, c.beside = newMachine(int(program.ids.Load()), &program.names), newMachine(int(plain.ids.Load()), &plain.names)
	return c
}

func mustPolicy(t *testing.T, source string, data map[string]any) *policy {
	t.Helper()
	p, err := newPolicy([]string{source}, data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func document(t *testing.T, text string) *bundles.Document {
	t.Helper()
	d := &bundles.Document{}
	if err := d.PutJSON(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

// agree compares the two on an input, and returns the value.
func (c *cached) agree(t *testing.T, data *bundles.Document, input string) string {
	t.Helper()
	v := ast.MustParseTerm(input).Value
	got, gotErr := c.with.evalOn(t.Context(), c.machine, data, v)
	want, wantErr := c.without.evalOn(t.Context(), c.beside, data, v)
	if (gotErr == nil) != (wantErr == nil) {
		t.Errorf("%s: error %v, without the cache %v", input, gotErr, wantErr)
	}
	if gotErr != nil {
		return ""
	}
	text := toJSON(t, got)
	if plain := toJSON(t, want); text != plain {
		t.Errorf("%s: %s, without the cache %s", input, text, plain)
	}
	return text
}

// held returns the number of cached results for the members of an input.
func (c *cached) held(t *testing.T, input string) (rules, calls int) {
	t.Helper()
	m := c.machine
	if m.cache == nil {
		return 0, 0
	}
	m.start(t.Context(), m.cache.root, ast.MustParseTerm(input).Value)
	m.recall(c.with.program.stable)
	if m.current != nil {
		rules, calls = m.current.rules.used, m.current.calls.used
	}
	m.retain()
	m.stop()
	return rules, calls
}

// A random policy gives the same results with a cache, for any sequence of stable and other members, on
// two documents in turn.
func TestCacheChangesNothing(t *testing.T) {
	n := *modules / 3
	if testing.Short() {
		n /= 4
	}
	stable := []string{"a", "s", "o", "xs"}
	parts := [][2]string{
		{`"a": "a", "s": "é", "o": {"k": "a", "a": "b"}, "xs": ["a", "b", 1, 1.0, {"b": "a"}]`, `"b": "B", "n": null, "deep": {"list": [[1, 2], ["a", "b"]]}`},
		{`"a": {"b": "a"}, "xs": {"b": "a"}, "o": ["a", "b"], "s": 1`, `"b": false`},
		{`"a": {"b": "a"}, "xs": {"b": "a"}, "o": ["a", "b"], "s": 1.0`, `"b": 1.0, "deep": 1`},
	}
	held := 0
	other := document(t, `{"d": {"a": "b", "xs": ["a", 1]}}`)
	for seed := range uint64(n) {
		source := (&maker{choices: choicesOf(seed + 1000)}).module()
		p, err := newPolicy([]string{source}, fuzzData)
		if err != nil {
			continue // OPA rejects it
		}
		for _, query := range []string{"[v | v := data.p.r0]", "[v | v := data.p.r2]", `[v | v := data.p.r3["a"]]`, "[v | v := data.p.r4]", "[v | v := data.p.r5]"} {
			c := newCached(t, p, query, stable)
			if c == nil {
				continue
			}
			for round := range 4 {
				data := p.data
				if round == 3 {
					data = other
				}
				for i, one := range parts {
					for _, two := range parts[i:] {
						c.agree(t, data, "{"+one[0]+", "+two[1]+"}")
					}
				}
			}
			rules, calls := c.held(t, "{"+parts[0][0]+"}")
			held += rules + calls
			if t.Failed() {
				t.Fatalf("seed %d\n%s", seed+1000, source)
			}
		}
	}
	if held < n {
		t.Errorf("%d results were in the caches of %d policies", held, n)
	}
}

// Results that depend only on stable members are computed once for them; results that depend on other
// members are computed each time.
func TestCacheHolds(t *testing.T) {
	for _, test := range []struct {
		name, source string
		rules, calls int
	}{
		{"a rule", "p if q\n\nq if input.s.id == \"a\"\n\nq if input.s.id == \"b\"", 5, 0},
		{"a rule that reads more", "p := [input.s.id, input.v]", 2, 0},
		{"a rule that reads all", "p := [input[k] | some k in [\"s\", \"v\"]]", 0, 0},
		{"a call with a string of the policy", "p := [f(\"x\"), input.v]\n\nf(x) := [x, input.s.id]", 2, 1},
		{"a call with a string of the request", "p := f(input.v)\n\nf(x) := [x, input.s.id]", 2, 0},
		{"a rule that is remembered and reads more", "p := [v, w]\n\nv := input.v\n\nw := [v, input.s.id]", 2, 0},
		{"a call that is remembered and reads more", "p := [f(\"x\"), w]\n\nf(x) := [x, input.v]\n\nw := [f(\"x\"), input.s.id]", 2, 0},
		{"a call with a number", "p := f(1)\n\nf(x) := [x, input.s.id]", 2, 0},
		{"a definition", "p := 1 if input.s.missing else := 2 if input.s.id == \"c\" else := 3 if input.v", 4, 0},
		{"too many elements", "p if count(q) > 0\n\nq := [[x, y] | some x in input.s.list; some y in input.s.list]", 3, 0},
		{"a set and a list", "p := [q, r, input.v]\n\nq := {x | some x in input.s.list}\n\nr := [{\"x\": [x]} | some x in input.s.list]", 4, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := mustPolicy(t, "package t\n\n"+test.source, nil)
			c := newCached(t, p, "data.t.p", []string{"s"})
			subject := `"s": {"id": "b", "list": ["` + strings.Join(strings.Split("abcdefghijklmnopqrstuvwxyz", ""), `", "`) + `"]}`
			for _, v := range []string{"1", "2", "1.0", `"x"`, `"y"`} {
				c.agree(t, p.data, `{`+subject+`, "v": `+v+`}`)
			}
			if rules, calls := c.held(t, "{"+subject+"}"); rules != test.rules || calls != test.calls {
				t.Errorf("%d results of rules and %d of calls, want %d and %d", rules, calls, test.rules, test.calls)
			}
		})
	}
}

// Definitions without a value for a subject are skipped for that subject only, and only if they read
// nothing else: no argument, no other member, no other document.
func TestRemaining(t *testing.T) {
	for name, source := range map[string]string{
		"the subject alone":       `f(_) if lower(input.s) == "a";; f(_) if lower(input.s) == "b";; f(x) if x == "v"`,
		"an argument outside":     `f(x) if concat("", [x, input.s]) == "va";; f(x) if concat("", [x, input.s]) == "wb";; f(x) if startswith(x, "z")`,
		"an argument by an index": `f(x) if { x in {"v", "w"}; lower(input.s) == "a" };; f(x) if { x in {"v", "w"}; lower(input.s) == "b" };; f(x) if { x == "v"; lower(input.s) == "c" };; f(x) if { x == "w"; lower(input.s) == "d" };; f("z") if lower(input.s) == "d"`,
		"beside an index":         `f(x) if { x == "v"; lower(input.s) == "a" };; f(x) if { x == "w"; lower(input.s) == "a" };; f(_) if lower(input.s) == "b";; f(x) if { lower(input.s) == "c"; startswith(x, "v") };; f(_) if lower(input.s) == "d";; f(_) if lower(input.s) == "e"`,
		"a pattern":               `f([x, _]) if { lower(input.s) == "a"; x == "v" };; f("v") if lower(input.s) == "a";; f(_) if lower(input.s) == "b";; f(_) if lower(input.s) == "c"`,
		"an argument twice":       `g(x, x) if lower(input.s) == "a";; g(_, "w") if lower(input.s) == "b";; g(_, _) if lower(input.s) == "c";; f(x) if g(x, "v")`,
		"what follows with else":  `f(x) := x if lower(input.s) == "a" else := "b" if lower(input.s) == "b" else := input.w if lower(input.s) == "c" else := "z"`,
		"a value of an argument":  `f(x) := [x, 1] if lower(input.s) == "a" else := [1, x] if lower(input.s) == "b" else := [2]`,
		"another member":          `f(_) if input.w == input.s;; f(_) if lower(input.s) == "a";; f(_) if lower(input.s) == "b";; f(_) if { lower(input.s) == "c"; input.w == "v" }`,
		"a rule of another":       `q if input.w == "v";; r if lower(input.s) == "c";; f(_) if q;; f(_) if r;; f(_) if { r; q };; f(_) if lower(input.s) == "d"`,
		"data":                    `f(_) if data.d == input.s;; f(_) if data.d[input.s];; f(_) if lower(input.s) == "b"`,
		"negation":                `f(_) if { input.s != "a"; not q };; f(_) if { not r };; q if lower(input.s) == "b";; r if input.s != "c";; f(x) if not x == "v"`,
		"an error":                `q := 1 if lower(input.s) == "a";; q := 2 if input.s;; f(_) if lower(input.s) == "b";; f(_) if q == 2;; f(_) if lower(input.s) == "c"`,
		"a default":               `default f(_) := false;; f(_) if lower(input.s) == "a";; f(_) if lower(input.s) == "b";; f(x) := false if x == "v"`,
	} {
		t.Run(name, func(t *testing.T) {
			p := mustPolicy(t, "package t\n\n"+strings.ReplaceAll(source, ";; ", "\n\n")+"\n\np := [v | v := f(input.v)]\n", map[string]any{"d": "a"})
			c := newCached(t, p, "data.t.p", []string{"s"})
			if c == nil {
				t.Fatal("the policy is not compiled")
			}
			other := document(t, `{"d": {"c": true}}`)
			values := map[string]bool{}
			for range 3 {
				for _, data := range []*bundles.Document{p.data, other} {
					for _, s := range []string{"a", "b", "c", "d", "e"} {
						for _, v := range []string{`"v"`, `"w"`, `"z"`, `["v", "w"]`, "1"} {
							for _, w := range []string{"v", s} {
								values[c.agree(t, data, `{"s": "`+s+`", "v": `+v+`, "w": "`+w+`"}`)] = true
							}
						}
					}
				}
			}
			if len(values) < 2 {
				t.Errorf("all requests have the result %v", values)
			}
		})
	}
}

// Members that are equal but written differently have separate results, and so do documents. Results
// for large members are not cached.
func TestCacheKeys(t *testing.T) {
	p := mustPolicy(t, `package t

p := [json.marshal(input.s), q]

q := data.d if input.s
`, map[string]any{"d": 1})
	c := newCached(t, p, "data.t.p", []string{"s"})
	for range 3 {
		for _, data := range []*bundles.Document{p.data, document(t, `{"d": 2}`)} {
			for _, s := range []string{"1", "1.0", "true", "null", `"1"`, `["a", 1]`, `["a", 1.0]`, `["a"]`, `{"k": 1}`, `{"k": 1.0}`, `{"l": 1}`, `{"k": 1, "l": 2}`, "{1}", "{1.0}"} {
				for range 3 {
					c.agree(t, data, `{"s": `+s+`}`)
				}
			}
			c.agree(t, data, `{}`)
			c.agree(t, data, `[]`)
		}
	}
	for _, s := range []string{"{1}", `"` + strings.Repeat("x", 5000) + `"`, "[" + strings.Repeat("true, ", 500) + "1]"} {
		for range 4 {
			c.agree(t, p.data, `{"s": `+s+`}`)
		}
		if rules, _ := c.held(t, `{"s": `+s+`}`); rules != 0 {
			t.Errorf("%.40s…: %d results are cached", s, rules)
		}
	}
}

// The number of members with cached results is limited, and later members have their own results.
func TestCacheIsBounded(t *testing.T) {
	p := mustPolicy(t, "package t\n\np := concat(\",\", [q, input.v])\n\nq := upper(input.s)", nil)
	c := newCached(t, p, "data.t.p", []string{"s"})
	for range 3 {
		for i := range 3000 {
			s := strings.Repeat("x", i%60) + strings.Repeat("y", i/60)
			if got := c.agree(t, p.data, `{"s": "`+s+`", "v": "v"}`); got != `"`+strings.ToUpper(s)+`,v"` {
				t.Fatalf("%s: %s", s, got)
			}
		}
	}
	n := 0
	for _, set := range c.machine.cache.slots {
		for _, r := range set {
			if r != nil {
				n++
			}
		}
	}
	if n == 0 || n > cacheSets*cacheWays {
		t.Errorf("the results of %d members are cached", n)
	}
}

// Members of an object can be rules with else. Their value belongs to their own key, and the whole
// object of one query has nothing of another.
func TestRemainingMembers(t *testing.T) {
	p := mustPolicy(t, `package t

o.a := 1 if lower(input.s) == "a" else := 2 if lower(input.s) == "b"

o[k] := v if some k, v in input.m

p := [[v | v := o[input.k]], [v | v := o.a]]

q := [v | v := o]
`, nil)
	for _, query := range []string{"data.t.p", "data.t.q"} {
		c := newCached(t, p, query, []string{"s"})
		if c == nil {
			t.Fatal("the policy is not compiled")
		}
		for range 3 {
			for _, s := range []string{"a", "b", "c"} {
				for _, k := range []string{"a", "x", "y"} {
					c.agree(t, p.data, `{"s": "`+s+`", "k": "`+k+`", "m": {"`+k+`2": 3, "x": 4}}`)
				}
			}
		}
	}
}
