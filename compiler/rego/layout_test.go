package rego

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"pgregory.net/rapid"

	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

// Conditions are broken before operators and never inside quotes. Without the breaks they are equal to
// the original.
func TestWrapCondition(t *testing.T) {
	for _, c := range []struct {
		condition string
		most      int
		want      string
	}{
		{"a and b", 20, "a and b"},
		{`user.group = "a" and user.role = "b"`, 24, "user.group = \"a\"\n  and user.role = \"b\""},
		{`aaaa && bbbb || cccc or dddd`, 14, "aaaa && bbbb\n  || cccc\n  or dddd"},
		{`resource.name = "one two three four five"`, 20, "resource.name =\n  \"one two three four five\""},
		{`"one two three four five six"`, 10, `"one two three four five six"`},
		{"'one two' three", 11, "'one two'\n  three"},
		{"x\r\ny", 10, "x\ny"},
	} {
		if got := wrapCondition(c.condition, c.most); got != c.want {
			t.Errorf("%s is broken to\n%s\nwant\n%s", c.condition, got, c.want)
		}
	}
}

// Code with line breaks has the same meaning, is formatted like opa fmt, and is narrow if possible.
func TestBroken(t *testing.T) {
	word := rapid.StringMatching(`[a-z{},"\\ ]{0,70}`)
	rapid.Check(t, func(t *rapid.T) {
		var members []string
		for _, key := range rapid.SliceOfNDistinct(word, 0, 9, rapid.ID[string]).Draw(t, "keys") {
			strs := rapid.SliceOfNDistinct(word, 1, 6, rapid.ID[string]).Draw(t, "texts")
			members = append(members, quote(key)+": {"+quoteAll(strs)+"}")
		}
		for _, line := range []string{
			"\tinput.x == {" + strings.Join(members, ", ") + "}",
			"\tinput.x in {" + quoteAll(rapid.SliceOfNDistinct(word, 1, 30, rapid.ID[string]).Draw(t, "set")) + "}",
			"\tregex.match(`^{,\"}$`, input.x)",
		} {
			got := broken(line)
			before, after := "package a\n\nx if {\n"+line+"\n\ttrue\n}\n", "package a\n\nx if {\n"+got+"\n\ttrue\n}\n"
			formatted, err := format.Source("a.rego", []byte(after))
			if err != nil || string(formatted) != after {
				t.Fatalf("%v: opa fmt writes\n%s\nnot\n%s", err, formatted, after)
			}
			if !ast.MustParseModule(before).Equal(ast.MustParseModule(after)) {
				t.Fatalf("%s is broken to another meaning:\n%s", line, got)
			}
			for part := range strings.SplitSeq(got, "\n") {
				if _, _, commas := braces(part); width(part) > columns && len(commas) > 0 {
					t.Fatalf("a line is too long: %s", part)
				}
			}
		}
	})
}

// A long string in METADATA is the same string after YAML parsing.
func TestLongScalars(t *testing.T) {
	long := strings.Repeat("Stream_*,App*, ", 20) + `"x"  \y`
	for _, value := range []string{"plain words", "App_*", long, strings.Repeat("x", 200), strings.Repeat("a ", 70) + "  b", " " + strings.Repeat("ä, ", 80)} {
		text := "package a\n\n# METADATA\n" + scalar(" ", "title", value) + "# custom:\n" + scalar("   ", "filter", value) +
			"#   actions: [" + flow("#     ", strings.Fields(strings.Repeat("create changeowner ", 12)), columns-18) + "]\nx := 1\n"
		module, err := ast.ParseModuleWithOpts("a.rego", text, ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		note := module.Annotations[0]
		if note.Title != value || note.Custom["filter"] != value || len(note.Custom["actions"].([]any)) != 24 {
			t.Errorf("%q is read as %q and %q", value, note.Title, note.Custom["filter"])
		}
		for line := range strings.Lines(text) {
			if width(strings.TrimSuffix(line, "\n")) > columns && strings.ContainsAny(line, ", ") && !strings.Contains(line, strings.Repeat("x", 200)) {
				t.Errorf("a line of %d columns: %s", width(line), line)
			}
		}
	}
}
