package compiled

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A refusal has a reason and a location.
func TestRefusals(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{`p if { q with input as 1 }`, "data.t.p uses with"},
		{`p := http.send({"method": "get", "url": "x"})`, "data.t.p uses the built-in function http.send"},
		{`p if walk(input, [["a", x], x])`, "data.t.p uses walk with a path that has a value"},
		{`p := data.t`, "a reference to a whole package"},
		{`p := data.other[input.x].rule`, "a reference to rules with a computed name"},
		{`p := x if { x := data[input.x] }`, ""},
		{`p[x].y[z] := 1 if { some x, z in input }`, "a rule with a computed path"},
		{`p if f(input, 1)`, "a call with an output that is not a new variable"},
	} {
		t.Run(test.body, func(t *testing.T) {
			source := "package t\n\nq := input\n\nf(x) := x\n\n" + test.body
			p, err := newPolicy([]string{source, "package other.a\n\nrule := 1"}, nil)
			if err != nil {
				t.Skip(err) // OPA rejects it first
			}
			_, err = p.program.Query("data.t.p")
			var refusal *Refusal
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
			// A second query returns the same error.
			if _, again := p.program.Query("data.t.p"); again == nil || again.Error() != err.Error() {
				t.Errorf("the second time: %v", again)
			}
			if _, err := p.program.Query("data.t.q"); err != nil {
				t.Errorf("a rule beside it: %v", err)
			}
		})
	}
}

// A query ends with its context, even in the middle of an enumeration.
func TestCancellation(t *testing.T) {
	p, err := newPolicy([]string{"package t\n\np if { some a in input; some b in input; some c in input; some d in input; a + b + c + d < 0 }"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.program.Query("data.t.p")
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([]*ast.Term, 1000)
	for i := range numbers {
		numbers[i] = ast.InternedTerm(i)
	}
	stopped := errors.New("stopped")
	ctx := &endsLater{Context: t.Context(), left: 5, cause: stopped}
	if _, err := q.Eval(ctx, p.data, ast.NewArray(numbers...)); !errors.Is(err, stopped) {
		t.Errorf("%v, want the error of the context", err)
	}
}

// endsLater is a context that ends after a number of checks.
type endsLater struct {
	context.Context
	left  int
	cause error
}

func (c *endsLater) Err() error {
	if c.left--; c.left < 0 {
		return c.cause
	}
	return nil
}

// Definitions that contradict each other are an error, but only if both have a value.
func TestConflicts(t *testing.T) {
	p, err := newPolicy([]string{`package t

p := 1 if input.a

p := 2 if input.b

f(x) := 1 if x.a

f(x) := 2 if x.b

g := f(input)

o[k] := v if { k := "a"; some v in input.values }

c := {"a": v | some v in input.values}
`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"data.t.p", "data.t.g", "data.t.o", `data.t.o["a"]`, "data.t.c"} {
		for _, text := range []string{`{"a": 1}`, `{"b": 1}`, `{"a": 1, "b": 1}`, `{"values": [1, 1.0]}`, `{"values": [1, 2]}`, `{}`} {
			p.agree(t, query, ast.MustParseTerm(text).Value)
		}
	}
}

// The selection of rules by a hash map finds every rule that may have a value.
func TestChoice(t *testing.T) {
	source := `package t

default f(_, _) := "none"

f("a", _) := "head"

f(x, y) := "both" if { x == "b"; y in {"c", "d"} }

f(x, _) := "in" if x in ["e", "f", "e"]

f(x, _) := "number" if x == 1

f(_, y) := "second" if y == "g"

f(x, _) := "else first" if { x == "h"; input.no } else := "else" if x == "h"

f(x, _) := "any" if { x == input.any }

f(x, _) := "late" if { input.late == "yes"; x == "k" }

p contains [x, y, f(x, y)] if { some x in input.xs; some y in input.ys }
`
	p, err := newPolicy([]string{source}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, any := range []string{`"z"`, `"zz"`, `2`} {
		for _, late := range []string{`"yes"`, `"no"`} {
			input := ast.MustParseTerm(`{"xs": ["a", "b", "e", "f", 1, 1.0, "h", "k", "z", null, ["a"]], "ys": ["c", "d", "x", {"a": 1}], "any": ` + any + `, "late": ` + late + `}`).Value
			p.agree(t, "data.t.p", input)
		}
	}
	p.agree(t, "[f | f := data.t.f(\"a\", \"g\")]", ast.Null{})
}

// The second argument selects rules if the first does not; negated conditions select none.
func TestChoiceOfOthers(t *testing.T) {
	p := mustPolicy(t, `package t

second(_, "a") := 1

second(_, "b") := 2

second(_, "c") := 3

second(_, y) := 4 if y in {"d", "e"}

negated(x) := "none of them" if not x == "a"

negated(x) := "a" if x == "a"

negated(x) := "none of them" if { not x in {"a", "b"}; x == "c" }

p contains [x, y, second(x, y)] if { some x in input.xs; some y in input.xs }

q contains [x, negated(x)] if some x in input.xs
`, nil)
	for _, query := range []string{"data.t.p", "data.t.q"} {
		p.agree(t, query, ast.MustParseTerm(`{"xs": ["a", "b", "c", "d", "e", "z", 1]}`).Value)
	}
}

// Memoized results survive the growth of the table of calls.
func TestMemoryGrows(t *testing.T) {
	p := mustPolicy(t, `package t

f(x) := [x, input.z]

p := {f(x) | some x in input.xs}

q := [p, {f(x) | some x in input.xs}]
`, nil)
	var xs []string
	for i := range 2000 {
		xs = append(xs, strconv.Quote("x"+strconv.Itoa(i)))
	}
	p.agree(t, "data.t.q", ast.MustParseTerm(`{"z": "z", "xs": [`+strings.Join(xs, ", ")+`]}`).Value)
}

// concat is undefined for lists and sets of anything but strings.
func TestConcatOfOthers(t *testing.T) {
	p := mustPolicy(t, `package t

p := concat(",", input.xs)

q := concat(",", {x | some x in input.xs})
`, nil)
	for _, xs := range []string{`["a", 1]`, `["a", null, "b"]`, `[["a"]]`, `["a", "b"]`, "[]", `{"k": "a"}`, `"a"`} {
		for _, query := range []string{"data.t.p", "data.t.q"} {
			p.agree(t, query, ast.MustParseTerm(`{"xs": `+xs+`}`).Value)
		}
	}
}

// A pattern only matches lists of its own length.
func TestPatternsOfLists(t *testing.T) {
	p := mustPolicy(t, `package t

p := [x, y] if [x, y] = input.list

q contains [x, y] if some [x, y] in input.lists

r := x if [x, ["a", y]] = input.nested

s contains x if [x] = input.lists[_]
`, nil)
	for _, list := range []string{"[]", "[1]", "[1, 2]", "[1, 2, 3]", "null"} {
		for _, query := range []string{"data.t.p", "data.t.q", "data.t.r", "data.t.s"} {
			p.agree(t, query, ast.MustParseTerm(`{"list": `+list+`, "lists": [`+list+`, ["x", "y", "z"], ["v", "w"]], "nested": [`+list+`, ["a", 1, 2]]}`).Value)
		}
	}
}

// More results than the initial size of a machine's tables are memoized, and no result leaks into the
// next query.
func TestMemory(t *testing.T) {
	p, err := newPolicy([]string{`package t

f(x, y) := [x, y, input.z]

p := {f(x, y) | some x in input.xs; some y in input.xs}

deep(x) := y if { y := [a | some a in x; f(a, a)] }

q := deep(input.xs)
`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, z := range []string{"1", "2", `"a"`} {
		var xs []string
		for i := range 30 {
			xs = append(xs, `"x`+strings.Repeat("y", i)+`"`, `true`, `null`, `1.0`, `[1]`)
		}
		input := ast.MustParseTerm(`{"z": ` + z + `, "xs": [` + strings.Join(xs, ", ") + `]}`).Value
		p.agree(t, "data.t.p", input)
		p.agree(t, "data.t.q", input)
	}
	q, err := p.program.Query("data.t.p")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if v, err := q.Eval(t.Context(), p.data, ast.MustParseTerm(`{"z": 0, "xs": [1]}`).Value); err != nil || toJSON(t, v) != `[[1,1,0]]` {
			t.Errorf("%v, %v", v, err)
		}
	}
}

func TestJSON(t *testing.T) {
	p, err := newPolicy([]string{`package t

p := [1.50, "a", null, true, {"b", "a"}, {"k": [1]}, data.d, [x | some x in data.d.list]]
`}, map[string]any{"d": map[string]any{"list": []any{nil, 1, map[string]any{"a": "b"}}}})
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.program.Query("data.t.p")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := q.Eval(t.Context(), p.data, ast.Null{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.opa(t.Context(), "data.t.p", ast.Null{})
	if err != nil {
		t.Fatal(err)
	}
	if got := toJSON(t, plain); got != want[0] {
		t.Errorf("%s, OPA says %s", got, want[0])
	}
}

// OPA answers a call with the result of an earlier one with equal arguments, even if the numbers are
// written differently. Compiled code does the same, even if the function has a single call.
func TestCallsWithEqualNumbers(t *testing.T) {
	p := mustPolicy(t, `package t

f(x) := json.marshal(x)

g(x, _) := f(x)

p := [g(input.v, "a"), g(input.w, "b")]
`, nil)
	for _, input := range []string{`{"v": 1, "w": 1.0}`, `{"v": 1.0, "w": 1}`, `{"v": 1, "w": 2}`, `{"v": "1", "w": 1}`, `{"v": [1], "w": [1.0]}`} {
		if refusal := p.agree(t, "data.t.p", ast.MustParseTerm(input).Value); refusal != nil {
			t.Fatal(refusal)
		}
	}
}
