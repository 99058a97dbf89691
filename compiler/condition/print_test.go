package condition

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

func TestPrint(t *testing.T) {
	tests := []struct{ condition, want string }{
		{``, `true`},
		{`((true))or(false)`, `true or false`},
		{`true or(false and true)`, `true or false and true`},
		{`(true or false)&&(true)`, `(true or false) and true`},
		{`true and (false and true)`, `true and (false and true)`},
		{`(true or false)||true`, `(true or false) or true`},
		{`!true`, `!true`},
		{`!(true and false)`, `!(true and false)`},
		{`!user.name="x"`, `!(user.name = "x")`},
		{`!!(user.name!=="x")`, `!!(user.name !== "x")`},
		{`RESOURCE.@Group-1.Like=="\w\\\"` + "\n" + `"`, `resource.@Group-1.Like == "\\w\\\"` + "\n" + `"`},
		{`resource.hasprivilege ( "Read" ) and user.Empty()`, `resource.hasprivilege("Read") and user.Empty()`},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			if got := Print(mustParse(t, test.condition)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Any tree is printed as a condition that is parsed to the same tree.
func TestPrintIsUndoneByParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := genNode(4).Draw(t, "tree")
		printed := Print(tree)
		read, list := Parse(textOf(printed), ruleless)
		if len(list) > 0 {
			t.Fatalf("%s does not parse: %s", printed, list[0].Summary)
		}
		if !Same(read, tree) {
			t.Fatalf("%s reads as %s", printed, Print(read))
		}
		if again := Print(read); again != printed {
			t.Fatalf("%s prints as %s", printed, again)
		}
	})
}

// The range of every node covers a text that is parsed to that node.
func TestRangesReadAsTheirNodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := Print(genNode(3).Draw(t, "tree"))
		tree, _ := Parse(textOf(source), ruleless)
		Walk(tree, func(n Node) bool {
			part := source[n.Span().Start:n.Span().End]
			if read, _ := Parse(textOf(part), ruleless); read == nil || !Same(read, n) {
				t.Fatalf("%s is the range of %s", part, Print(n))
			}
			return true
		})
	})
}

// genNode generates trees as documented in ast.go, including Or nested in Or and And nested in And.
func genNode(depth int) *rapid.Generator[Node] {
	return rapid.Custom(func(t *rapid.T) Node {
		kinds := 3
		if depth > 0 {
			kinds = 6
		}
		switch rapid.IntRange(1, kinds).Draw(t, "kind") {
		case 1:
			return &Bool{Value: rapid.Bool().Draw(t, "value")}
		case 2:
			return genComparison(t)
		case 3:
			return genCall(t)
		case 4:
			return &Not{Operand: genNode(depth-1).Draw(t, "operand")}
		case 5:
			return &And{Operands: rapid.SliceOfN(genNode(depth-1), 2, 4).Draw(t, "operands")}
		}
		return &Or{Operands: rapid.SliceOfN(genNode(depth-1), 2, 4).Draw(t, "operands")}
	})
}

func genComparison(t *rapid.T) Node {
	n := &Comparison{Left: genOperand(t), Op: Operator(rapid.IntRange(int(Equal), int(Matches)).Draw(t, "operator"))}
	if n.Op == Like || n.Op == Matches {
		n.Right = genString(t)
	} else {
		n.Right = genOperand(t)
	}
	return n
}

func genCall(t *rapid.T) Node {
	names := append(functionNames(), "hasprivilege", "EMPTY")
	n := &Call{Path: *genPath(t), Function: rapid.SampledFrom(names).Draw(t, "function")}
	if rapid.Bool().Draw(t, "argument") {
		n.Argument = genString(t)
	}
	return n
}

func genOperand(t *rapid.T) Operand {
	if rapid.Bool().Draw(t, "string") {
		return genString(t)
	}
	return genPath(t)
}

func genString(t *rapid.T) *String {
	return &String{Value: rapid.OneOf(rapid.StringMatching(`["\\a“’ \n]*`), rapid.String()).Draw(t, "text")}
}

func genPath(t *rapid.T) *Path {
	p := &Path{Root: rapid.SampledFrom(roots).Draw(t, "root")}
	for range rapid.IntRange(0, 3).Draw(t, "segments") {
		s := Segment{Name: rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_]{0,3}|and|true|Empty`).Draw(t, "name")}
		if rapid.Bool().Draw(t, "custom") {
			s = Segment{Name: rapid.StringMatching(`[A-Za-z0-9_-]{1,4}`).Draw(t, "name"), Custom: true}
		}
		p.Segments = append(p.Segments, s)
	}
	return p
}

func TestNames(t *testing.T) {
	tests := []struct{ got, want string }{
		{ExactNotEqual.String(), "!=="},
		{Operator(0).String(), "invalid operator"},
		{IsOwned.String(), "IsOwned"},
		{Function(0).String(), "invalid function"},
		{(&Call{Function: "owned"}).Kind().String(), "invalid function"},
		{(&Path{Root: "user", Segments: []Segment{{Name: "a"}, {Name: "b", Custom: true}}}).String(), "user.a.@b"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

func TestWalk(t *testing.T) {
	tree := mustParse(t, `user = "a" or !resource.Empty() and (true or false)`)
	var visited []string
	visit := func(into func(Node) bool) []string {
		visited = nil
		Walk(tree, func(n Node) bool {
			visited = append(visited, Print(n))
			return into(n)
		})
		return visited
	}
	all := []string{
		`user = "a" or !resource.Empty() and (true or false)`, `user = "a"`,
		`!resource.Empty() and (true or false)`, `!resource.Empty()`, `resource.Empty()`, `true or false`, `true`, `false`,
	}
	if got := visit(func(Node) bool { return true }); !slices.Equal(got, all) {
		t.Errorf("got %q", got)
	}
	without := visit(func(n Node) bool {
		_, and := n.(*And)
		return !and
	})
	if !slices.Equal(without, all[:3]) {
		t.Errorf("below an And that is not entered: got %q", without)
	}
}

func TestSame(t *testing.T) {
	different := []string{
		`true`, `false`, `user = "a"`, `user == "a"`, `"a" = user`, `user = "b"`, `user = user`, `user = node`, `user = user.a`, `user = user.@a`,
		`user.Empty()`, `user.empty()`, `user.Empty("")`, `user.Empty("a")`, `node.Empty()`,
		`!true`, `!false`, `true and true`, `true and true and true`, `true and (true and true)`, `true or true`,
	}
	for i, a := range different {
		for j, b := range different {
			if got := Same(mustParse(t, a), mustParse(t, b)); got != (i == j) {
				t.Errorf("Same(%s, %s) = %t", a, b, got)
			}
		}
	}
	if Same(nil, mustParse(t, `true`)) || equalOperands(nil, &String{}) {
		t.Error("nothing is the same as something")
	}
	if !Same(mustParse(t, `!user="a"`), mustParse(t, ` ! ( USER = "a" )`)) {
		t.Error("ranges and parentheses count")
	}
}
