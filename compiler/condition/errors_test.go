package condition

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

var update = flag.Bool("update", false, "rewrite the diagnostics in testdata/errors")

func textOf(content string) *diag.Text { return &diag.Text{Label: "condition", Content: content} }

func rendered(t *testing.T, list diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := (diag.Terminal{}).Render(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// errorCase is an entry of a table in testdata/errors: a condition and its rendered diagnostics.
type errorCase struct {
	group, name, condition, want string
}

// errorCases reads the tables. They are archives in txtar's format in which every
// condition is followed by a section with its diagnostics.
func errorCases(t testing.TB) []errorCase {
	var cases []errorCase
	for _, file := range errorTables(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		table := strings.ReplaceAll(string(data), "\r\n", "\n")
		sections := header.Split(table, -1)
		for i, name := range header.FindAllStringSubmatch(table, -1) {
			if i%2 == 0 {
				cases = append(cases, errorCase{
					group: filepath.Base(file), name: name[1],
					condition: strings.TrimSuffix(sections[i+1], "\n"), want: sections[i+2],
				})
			}
		}
	}
	return cases
}

var header = regexp.MustCompile(`(?m)^-- (.+) --\n`)

func errorTables(t testing.TB) []string {
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables in testdata/errors: %v", err)
	}
	return files
}

// rewrite replaces the diagnostics in the tables by the actual ones.
func rewrite(t *testing.T, got map[errorCase]string) {
	for _, file := range errorTables(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		comment, _, _ := strings.Cut(string(data), "-- ")
		for _, c := range errorCases(t) {
			if c.group == filepath.Base(file) {
				comment += "-- " + c.name + " --\n" + c.condition + "\n-- " + c.name + ": diagnostics --\n" + got[c]
			}
		}
		if err := os.WriteFile(file, []byte(comment), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Every mistake that language.md lists has its own message, and one cause has one diagnostic.
func TestErrors(t *testing.T) {
	seen := map[diag.Code]bool{}
	got := map[errorCase]string{}
	for _, c := range errorCases(t) {
		t.Run(c.group+"/"+c.name, func(t *testing.T) {
			tree, list := Parse(textOf(c.condition), diag.Rule{})
			if tree != nil || len(list) == 0 {
				t.Fatalf("condition %q parses, want an error", c.condition)
			}
			for _, d := range list {
				seen[d.Code] = true
			}
			got[c] = rendered(t, list)
			if got[c] != c.want && !*update {
				t.Errorf("condition %s\ngot:\n%s\nwant:\n%s", c.condition, got[c], c.want)
			}
		})
	}
	if *update {
		rewrite(t, got)
	}
	for _, info := range diag.Codes() {
		switch info.Code {
		case codeTooLong, codeTooDeep, codeInvalidUTF8, codeTooMany:
			continue // limits_test.go
		}
		if !seen[info.Code] {
			t.Errorf("no condition of testdata/errors gets %s (%s)", info.Code, info.Title)
		}
	}
}

// A fix resolves its error: if every error of a condition has a fix, applying them gives a condition
// that can be parsed, or an error that a person must resolve.
func TestFixesRepair(t *testing.T) {
	const rounds = 5
	for _, c := range errorCases(t) {
		t.Run(c.group+"/"+c.name, func(t *testing.T) {
			condition := c.condition
			for range rounds {
				_, list := Parse(textOf(condition), diag.Rule{})
				if len(list) == 0 || slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Fix == nil }) {
					return
				}
				for _, d := range slices.Backward(list) {
					condition = condition[:d.Fix.Range.Start] + d.Fix.Replacement + condition[d.Fix.Range.End:]
				}
			}
			t.Errorf("%s becomes %s and still has fixes", c.condition, condition)
		})
	}
}

// Invisible characters are written as escapes here and not in a table.
func TestInvisibleCharacters(t *testing.T) {
	tests := []struct{ name, condition, want string }{
		{"no-break space", "user.a\u00a0=\u00a0\"x\"", `error[Q0213]: U+00A0 NO-BREAK SPACE is not a space
 --> condition 1:7
  |
1 | user.a<U+00A0>=<U+00A0>"x"
  |       ^^^^^^^^
  = It comes with text that is copied from a page or a word processor.
  = fix: write a plain space
  |
1 | user.a =<U+00A0>"x"
  |       +
  = see docs/rules/Q0213.md

error[Q0213]: U+00A0 NO-BREAK SPACE is not a space
 --> condition 1:9
  |
1 | user.a<U+00A0>=<U+00A0>"x"
  |                ^^^^^^^^
  = It comes with text that is copied from a page or a word processor.
  = fix: write a plain space
  |
1 | user.a<U+00A0>= "x"
  |                +
  = see docs/rules/Q0213.md
`},
		{"byte-order mark", "\ufefftrue", `error[Q0213]: U+FEFF ZERO WIDTH NO-BREAK SPACE is not a space
 --> condition 1:1
  |
1 | <U+FEFF>true
  | ^^^^^^^^
  = It comes with text that is copied from a page or a word processor.
  = fix: write a plain space
  |
1 |  true
  | +
  = see docs/rules/Q0213.md
`},
		{"escape sequence", "user.a = \x1b[31mred", `error[Q0213]: U+001B <control> is not allowed outside strings
 --> condition 1:10
  |
1 | user.a = <U+001B>[31mred
  |          ^^^^^^^^
  = see docs/rules/Q0213.md
`},
		{"unpaired replacement character", "user.a = \ufffd", `error[Q0213]: ` + "`\ufffd`" + ` (U+FFFD REPLACEMENT CHARACTER) is not allowed outside strings
 --> condition 1:10
  |
1 | user.a = ` + "\ufffd" + `
  |          ^
  = see docs/rules/Q0213.md
`},
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

// The parser continues after a syntax error: each broken part has an error of its own, and correct
// parts have none.
func TestAllSyntaxErrors(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string // the code of each error, and the text it is about
	}{
		{`user.group = and resource.name = or user.name like`, []string{"Q0220 =", "Q0220 =", "Q0220 like"}},
		{`(user.group = "a" and ) or resource.name = and user.name`, []string{"Q0220 and", "Q0220 =", "Q0222 user.name"}},
		{`user.group "a" and resource.name "b" or user.name = "c"`, []string{`Q0221 user.group "a"`, `Q0221 resource.name "b"`}},
		{`user.group = and (resource.name = "b" or user.name = "c")`, []string{"Q0220 ="}},
		{`(user.group = and resource.name = "b") or user.name = "c"`, []string{"Q0220 ="}},
		{`user.group = and or user.name = "c"`, []string{"Q0220 ="}},
		{`user.group = and`, []string{"Q0220 ="}},
		{`user.group "a" (resource.name = and user.group = ) and user.name =`, []string{`Q0221 user.group "a"`, "Q0220 ="}},
		{`resource.HasPrivilege("read" and user.name) and user.group =`, []string{"Q0223 (", "Q0220 ="}},
	} {
		_, list := Parse(&diag.Text{Content: test.text}, diag.Rule{})
		var got []string
		for _, d := range list {
			got = append(got, string(d.Code)+" "+test.text[d.Subject.Start:d.Subject.End])
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s\ngot  %q\nwant %q", test.text, got, test.want)
		}
	}
}
