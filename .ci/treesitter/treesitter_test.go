// Package treesitter compares the parser for editors with the compiler's own. It is a separate module,
// since it needs cgo.
package treesitter

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	tree_sitter "github.com/tree-sitter/go-tree-sitter"

	"github.com/qlik2rego/qlik2rego/ci/treesitter/grammar"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// parse returns the tree of a text, and whether it has no errors.
func parse(t *testing.T, text string) (string, bool) {
	t.Helper()
	p := tree_sitter.NewParser()
	defer p.Close()
	if err := p.SetLanguage(tree_sitter.NewLanguage(grammar.Language())); err != nil {
		t.Fatal(err)
	}
	tree := p.Parse([]byte(text), nil)
	defer tree.Close()
	return tree.RootNode().ToSexp(), !tree.RootNode().HasError()
}

// accepted reports whether the compiler's parser accepts a condition.
func accepted(text string) bool {
	_, list := condition.Parse(&diag.Text{Label: "condition", Content: text}, diag.Rule{ID: "1"})
	return !list.HasErrors()
}

// same compares the two parsers.
func same(t *testing.T, text string) {
	t.Helper()
	tree, ok := parse(t, text)
	if want := accepted(text); ok != want {
		t.Errorf("the compiler accepts %t, tree-sitter %t:\n%s\n%s", want, ok, text, tree)
	}
}

// conditions are conditions that other tests do not contain.
var conditions = []string{
	``, `true`, ` false `, `true true`, `!true`, `!!true`, `(true)`, `()`, `(true`, `true)`, `true and`, `and true`, `true or true and true`,
	`TRUE`, `True`, `trueor true`, `true||true`, `true&&!true`, `"a"="b"`, `"a" = "b" = "c"`, `"a"`, `user`, `user.group`, `user = resource.owner`,
	`user.group="a"and user.group="b"`, `user.group = "a"or"b" = user.group`, `user.name like"a*"`, `user.name like user.group`, `user.name matches "x"`,
	`user.name LIKE "x"`, `user.like like "and*"`, `resource.and = "x"`, `resource.or.true = "x"`, `RESOURCE.Stream.Name = "x"`, `resources.name = "x"`,
	`user.empty = "x"`, `user.emptyish = "x"`, `user.group.Empty()`, `user.group.empty ( )`, `user.group.Emptyish()`, `resource.IsOwned()`, `user.IsAnonymous()`,
	`resource.HasPrivilege("read")`, `resource.HasPrivilege.x = "a"`, `user.@a-b = "x"`, `user.@2nd = "x"`, `user.a-b = "x"`, `user.2nd = "x"`, `user . group = "x"`,
	`user.group === "x"`, `user.group <> "x"`, `user.group == "x"`, `user.group !== "x"`, `user.group =! "x"`, `user.group = 'x'`, `user.group = “x”`,
	`user.group = "a\"b"`, `user.group = "a\\"`, `user.group = "a\"`, `user.group = "\w\d"`, "user.group = \"a\nb\"", `user.group = 12`, `user.group = Finance`,
	`node.name = "x"`, `!resource.owner = user`, `not resource.Empty()`, `user.group = "a";`, `user.group = "a" // x`, `((true) or (false)) and !(true)`,
	`"x"=user.name||user.name like"Anna*"&&true`, `user.group in ("a")`, `app.name = "x"`, `user.`, `user.group =`, `user.@ = "x"`, `true.x = "a"`,
}

func TestConditions(t *testing.T) {
	for _, text := range conditions {
		same(t, text)
	}
}

// The examples in docs/language.md, valid and invalid ones.
func TestDocumentedConditions(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range regexp.MustCompile("(?s)```(qlik|qlik-errors)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(block[2]) {
			line = strings.TrimSpace(line)
			if block[1] == "qlik-errors" {
				_, line, _ = strings.Cut(line, " ")
			}
			if strings.TrimSpace(line) != "" {
				same(t, line)
				n++
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d examples were found", n)
	}
}

// Published rules, and the same rules without one character at many positions: unfinished input.
func TestPublishedConditions(t *testing.T) {
	dir := os.Getenv("QLIK_CORPUS")
	if dir == "" {
		t.Skip("QLIK_CORPUS names no corpus")
	}
	file, err := os.Open(filepath.Join(dir, "published-rules.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct{ Condition string }
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		same(t, r.Condition)
		for i := 3; i < len(r.Condition); i += 17 {
			if r.Condition[i] < 0x80 {
				same(t, r.Condition[:i]+r.Condition[i+1:])
			}
		}
	}
}

// A whole file has its header, key by key, and is accepted if its condition is.
func TestFiles(t *testing.T) {
	r := ruleset.Rule{
		ID: "00000000-0000-0000-0000-000000000001", Name: `A: "name"`, Comment: "Two\n\nparagraphs.", Tags: []string{"a", "b c"}, Actions: 6, Disabled: true,
		Filter: &diag.Text{Content: "App*, Stream_*"}, Condition: &diag.Text{Content: "true\nand user.group = \"x\""},
	}
	text := string(r.Format())
	tree, ok := parse(t, text)
	if !ok {
		t.Fatalf("%s\n%s", text, tree)
	}
	keys := regexp.MustCompile(`(?m)^[a-z]+:`).FindAllString(text, -1)
	if got := strings.Count(tree, "(entry key: (key)"); got != len(keys) {
		t.Errorf("%d of %d keys %v: %s", got, len(keys), keys, tree)
	}
	for _, broken := range []string{text + "and", "---\n" + text, strings.Replace(text, "---\n", "", 1)} {
		if tree, ok := parse(t, broken); ok {
			t.Errorf("accepted:\n%s\n%s", broken, tree)
		}
	}
}

// The queries match the grammar, and give the expected colours.
func TestHighlights(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "editors", "tree-sitter-qrule", "queries", "highlights.scm"))
	if err != nil {
		t.Fatal(err)
	}
	language := tree_sitter.NewLanguage(grammar.Language())
	query, failed := tree_sitter.NewQuery(language, string(text))
	if failed != nil {
		t.Fatal(failed)
	}
	defer query.Close()
	p := tree_sitter.NewParser()
	defer p.Close()
	if err := p.SetLanguage(language); err != nil {
		t.Fatal(err)
	}
	source := []byte("---\nname: x\n---\nuser.@a = \"b\" and !resource.stream.Empty()")
	tree := p.Parse(source, nil)
	defer tree.Close()
	cursor := tree_sitter.NewQueryCursor()
	defer cursor.Close()
	var got []string
	captures := cursor.Captures(query, tree.RootNode(), source)
	for match, i := captures.Next(); match != nil; match, i = captures.Next() {
		c := match.Captures[i]
		got = append(got, query.CaptureNames()[c.Index]+" "+strings.TrimSpace(c.Node.Utf8Text(source)))
	}
	for _, want := range []string{
		"property name", "string x", "variable.builtin user", "attribute @a", "operator =", `string "b"`, "keyword.operator and", "keyword.operator !",
		"variable.builtin resource", "variable.member stream", "function.builtin Empty(",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing: %q", want, got)
		}
	}
}
