package condition

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func mustParse(t testing.TB, condition string) Node {
	t.Helper()
	tree, list := Parse(textOf(condition), diag.Rule{})
	if len(list) > 0 {
		t.Fatalf("condition %q: %s: %s", condition, list[0].Code, list[0].Summary)
	}
	return tree
}

// outline formats a tree with its structure and ranges, for the tables.
func outline(source string, n Node) string {
	span := n.Span()
	operands := func(nodes []Node) string {
		var parts []string
		for _, operand := range nodes {
			parts = append(parts, outline(source, operand))
		}
		return strings.Join(parts, ", ")
	}
	bare := func(b bool) string {
		if b {
			return " bare"
		}
		return ""
	}
	text := "<" + source[span.Start:span.End] + ">"
	switch n := n.(type) {
	case *Or:
		return "or" + text + "[" + operands(n.Operands) + "]"
	case *And:
		return "and" + bare(n.Bare) + text + "[" + operands(n.Operands) + "]"
	case *Not:
		return "not" + bare(n.Bare) + text + "[" + outline(source, n.Operand) + "]"
	case *Bool:
		return fmt.Sprintf("%t%s", n.Value, text)
	case *Comparison:
		op := "<" + source[n.OpRange.Start:n.OpRange.End] + ">"
		return outlineOperand(source, n.Left) + " " + n.Op.String() + op + " " + outlineOperand(source, n.Right)
	case *Call:
		argument := ""
		if n.Argument != nil {
			argument = outlineOperand(source, n.Argument)
		}
		return fmt.Sprintf("%s %s(%s)<%s>", n.Kind(), outlineOperand(source, &n.Path), argument, source[n.FunctionRange.Start:n.FunctionRange.End])
	}
	return "?"
}

func outlineOperand(source string, o Operand) string {
	span := o.Span()
	text := source[span.Start:span.End]
	switch o := o.(type) {
	case *String:
		return fmt.Sprintf("%q<%s>", o.Value, text)
	case *Path:
		out := o.Root
		for _, s := range o.Segments {
			out += " " + s.Name
			if s.Custom {
				out += " custom"
			}
			out += "<" + source[s.Range.Start:s.Range.End] + ">"
		}
		return out + "<" + text + ">"
	}
	return "?"
}

func TestParse(t *testing.T) {
	tests := []struct{ condition, want string }{
		// Section 1: no condition is true.
		{"", "true<>"},
		{" \t\r\n ", "true<>"},
		{"true", "true<true>"},
		{" (false) ", "false<false>"},

		// Section 2: strings.
		{`user.a="x\\y\"z\w"`, `user a<a><user.a> =<=> "x\\y\"z\\w"<"x\\y\"z\w">`},
		{`"\\" = "a` + "\n\tb" + `"`, `"\\"<"\\"> =<=> "a\n\tb"<"a` + "\n\tb" + `">`},
		{`"“Größe” 'x' // <GUID>" = "日本"`, `"“Größe” 'x' // <GUID>"<"“Größe” 'x' // <GUID>"> =<=> "日本"<"日本">`},

		// Section 2: operators, the longest first, with and without spaces.
		{`user="x"`, `user<user> =<=> "x"<"x">`},
		{`user=="x"`, `user<user> ==<==> "x"<"x">`},
		{`user!="x"`, `user<user> !=<!=> "x"<"x">`},
		{`user!=="x"`, `user<user> !==<!==> "x"<"x">`},
		{`user like"x"`, `user<user> like<like> "x"<"x">`},
		{`user matches"x"`, `user<user> matches<matches> "x"<"x">`},
		{`user = "x"or true and(false)&&true||!true`,
			`or<user = "x"or true and(false)&&true||!true>[user<user> =<=> "x"<"x">, and bare<true and(false)&&true>[true<true>, false<false>, true<true>], not<!true>[true<true>]]`},

		// Section 2: paths. Keywords may be segments, roots ignore case, custom
		// properties may contain a dash and begin with a digit.
		{`USER.Like.and.@true-1 = Resource.@1.x_2`,
			`user Like<Like> and<and> true-1 custom<@true-1><USER.Like.and.@true-1> =<=> resource 1 custom<@1> x_2<x_2><Resource.@1.x_2>`},
		{`"x" = node.name`, `"x"<"x"> =<=> node name<name><node.name>`},
		{`user like "x" and user.like like "y"`,
			`and<user like "x" and user.like like "y">[user<user> like<like> "x"<"x">, user like<like><user.like> like<like> "y"<"y">]`},

		// Section 3: precedence, and chains are flat.
		{`true and false and true`, `and<true and false and true>[true<true>, false<false>, true<true>]`},
		{`true or false and true`, `or<true or false and true>[true<true>, and bare<false and true>[false<false>, true<true>]]`},
		{`true or (false and true)`, `or<true or (false and true)>[true<true>, and<false and true>[false<false>, true<true>]]`},
		{`(true or false) and true`, `and<(true or false) and true>[or<true or false>[true<true>, false<false>], true<true>]`},
		{`true and (false and true)`, `and<true and (false and true)>[true<true>, and<false and true>[false<false>, true<true>]]`},
		{`((true or (false)) or true)`, `or<(true or (false)) or true>[or<true or (false)>[true<true>, false<false>], true<true>]`},
		{`!!true`, `not<!!true>[not<!true>[true<true>]]`},
		{`!user = "x" and true`, `and<!user = "x" and true>[not bare<!user = "x">[user<user> =<=> "x"<"x">], true<true>]`},
		{`! ( user = "x" )`, `not<! ( user = "x" )>[user<user> =<=> "x"<"x">]`},
		{`!(true or true)`, `not<!(true or true)>[or<true or true>[true<true>, true<true>]]`},

		// Sections 3 and 4.3: calls. Names ignore case, spaces are optional.
		{`resource.HasPrivilege("read")`, `HasPrivilege resource<resource>("read"<"read">)<HasPrivilege>`},
		{`!resource.@a.empty ( )`, `not<!resource.@a.empty ( )>[Empty resource a custom<@a><resource.@a>()<empty>]`},
		{`User.isanonymous()`, `IsAnonymous user<User>()<isanonymous>`},
		{`resource.IsOwned()`, `IsOwned resource<resource>()<IsOwned>`},
		{`resource.Empty = "x"`, `resource Empty<Empty><resource.Empty> =<=> "x"<"x">`},
		// The parser does not check the meaning of a function.
		{`user.name.IsOwned("x")`, `IsOwned user name<name><user.name>("x"<"x">)<IsOwned>`},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			if got := outline(test.condition, mustParse(t, test.condition)); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// A diagnostic contains the rule and the text.
func TestDiagnosticsNameTheRule(t *testing.T) {
	text, rule := textOf("user.a = 'x'"), diag.Rule{ID: "1", Name: "one"}
	_, list := Parse(text, rule)
	if len(list) != 1 || list[0].Text != text || list[0].Rule != rule || list[0].Severity != diag.Error {
		t.Errorf("got %+v", list)
	}
}

// Hostile conditions end in an error quickly. The bound is far above the necessary time, even with the
// race detector on a busy machine, and far below the time of quadratic work on a megabyte.
func TestLimits(t *testing.T) {
	const enough = time.Minute
	tests := []struct {
		name, condition string
		want            diag.Code // "" if the condition parses
	}{
		{"100,000 parentheses", strings.Repeat("(", 100_000) + "true" + strings.Repeat(")", 100_000), codeTooDeep},
		{"100,000 negations", strings.Repeat("!", 100_000) + "true", codeTooDeep},
		{"100,000 closing parentheses", strings.Repeat(")", 100_000), codeUnbalanced},
		{"256 parentheses", strings.Repeat("(", 256) + "true" + strings.Repeat(")", 256), ""},
		{"257 parentheses", strings.Repeat("(", 257) + "true" + strings.Repeat(")", 257), codeTooDeep},
		{"256 negations of a comparison", strings.Repeat("!", 256) + `user = "x"`, ""},
		{"256 negated parentheses", strings.Repeat("!(", 256) + "true" + strings.Repeat(")", 256), ""},
		{"many negations side by side", strings.Repeat("!true and ", 1000) + "!!(true)", ""},
		{"100,000 operands", strings.Repeat("true or ", 100_000) + "true", ""},
		{"1 MiB", `user = "` + strings.Repeat("x", maxLength-9) + `"`, ""},
		{"more than 1 MiB", `user = "` + strings.Repeat("x", maxLength-8) + `"`, codeTooLong},
		{"10 MB", strings.Repeat("((((((((((", 1_000_000), codeTooLong},
		{"invalid UTF-8", "user = \"\ufffd\xff\"", codeInvalidUTF8},
		{"1 MiB of words", strings.Repeat("x ", maxLength/2), codeRoot},
		{"1 MiB of one word", strings.Repeat("x", maxLength), codeRoot},
		{"1 MiB of dots", "user" + strings.Repeat(".", maxLength-4), codeTooMany},
		{"1 MiB of quotes", strings.Repeat("’", maxLength/3), codeTooMany},
		{"1 MiB of no-break spaces and tabs", strings.Repeat("\u00a0\t", maxLength/3), codeTooMany},
		{"1 MiB of openings", strings.Repeat("<", maxLength), codeTooMany},
		{"1 MiB of slashes and stars", strings.Repeat("/*/", maxLength/3), codeTooMany},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			tree, list := Parse(textOf(test.condition), diag.Rule{})
			if took := time.Since(start); took > enough {
				t.Errorf("took %v", took)
			}
			switch {
			case test.want == "" && len(list) > 0:
				t.Errorf("got %s: %s, want no error", list[0].Code, list[0].Summary)
			case test.want != "" && tree != nil:
				t.Errorf("parses, want %s", test.want)
			case test.want != "" && !slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == test.want }):
				t.Errorf("got %s: %s, want %s", list[0].Code, list[0].Summary, test.want)
			}
			if len(list) > maxErrors+1 {
				t.Errorf("%d diagnostics", len(list))
			}
			if out := rendered(t, list); len(out) > 64<<10 {
				t.Errorf("%d bytes for the terminal", len(out))
			}
		})
	}
}

// The messages of the limits themselves.
func TestLimitMessages(t *testing.T) {
	tests := []struct{ name, condition, want string }{
		{"too deep", strings.Repeat("(", 257), `error[Q0202]: condition is nested too deep
 --> condition 1:257
  |
1 | …((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
  |                                                                                                     ^
  = At most 256 parentheses and ! may be open at a time.
  = see docs/rules/Q0202.md
`},
		{"invalid UTF-8", "user = \"\ufffd\xff\"", "error[Q0203]: byte 0xFF is not valid UTF-8\n --> condition 1:10\n  |\n1 | user = \"\ufffd<0xFF>\"\n  |" +
			"          ^^^^^^\n  = Save the file as UTF-8, or export the rules again.\n  = see docs/rules/Q0203.md\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, list := Parse(textOf(test.condition), diag.Rule{})
			if got := rendered(t, list); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

func TestTooManyErrors(t *testing.T) {
	_, list := Parse(textOf(strings.Repeat("user.a = 'x' and ", 30)+"true"), diag.Rule{})
	if len(list) != maxErrors+1 || list[maxErrors].Code != codeTooMany || list[maxErrors].Fix != nil {
		t.Errorf("got %d diagnostics, the last %+v", len(list), list[len(list)-1])
	}
}

func BenchmarkParse(b *testing.B) {
	for _, operands := range []int{1, 10, 60_000} {
		b.Run(fmt.Sprintf("operands=%d", operands), func(b *testing.B) {
			text := textOf(strings.Repeat(`user.a = "b" and `, operands-1) + `user.a = "b"`)
			b.ReportAllocs()
			for b.Loop() {
				if tree, _ := Parse(text, ruleless); tree == nil {
					b.Fatal("does not parse")
				}
			}
		})
	}
}
