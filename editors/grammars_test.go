package editors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

var update = flag.Bool("update", false, "write the generated files")

// The generated files are what the table of the language says.
func TestGrammarsAreCurrent(t *testing.T) {
	for name, content := range map[string][]byte{
		"vscode/syntaxes/condition.tmLanguage.json": conditionGrammar(t),
		"vscode/syntaxes/qrule.tmLanguage.json":     ruleGrammar(t),
		"tree-sitter-qrule/words.json":              wordList(t),
	} {
		path := filepath.FromSlash(name)
		if *update {
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, content) {
			t.Errorf("%s is not current: run go test ./editors -update", name)
		}
	}
}

// words returns the words of entries as an alternative of a regular expression.
func words(lists ...[]condition.Entry) string {
	var all []string
	for _, list := range lists {
		for _, e := range list {
			all = append(all, regexp.QuoteMeta(e.Word))
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) }) // the longest first
	return strings.Join(all, "|")
}

type rule map[string]any

// split returns the operators that are symbols and those that are words.
func split(operators []condition.Entry) (symbols, named []condition.Entry) {
	for _, o := range operators {
		if strings.ContainsAny(o.Word, "=!") {
			symbols = append(symbols, o)
		} else {
			named = append(named, o)
		}
	}
	return symbols, named
}

// conditionGrammar is the TextMate grammar of conditions.
func conditionGrammar(t *testing.T) []byte {
	v := condition.Language()
	symbols, named := split(v.Operators)
	return encode(t, rule{
		"name": "Qlik condition", "scopeName": "source.qlik-condition",
		"comment": "Generated from the table of the language: go test ./editors -update",
		"patterns": []rule{
			{
				"name": "string.quoted.double.qlik", "begin": `"`, "end": `"`,
				"patterns": []rule{{"name": "constant.character.escape.qlik", "match": `\\[\\"]`}},
			},
			{"name": "invalid.illegal.quote.qlik", "match": `['‘’“”„]`},
			{"name": "invalid.illegal.operator.qlik", "match": `<>|===|=!|<=|>=|<|>`},
			{"name": "invalid.illegal.keyword.qlik", "match": `(?<![.\w@-])(?!(?:` + words(v.Connectives, named, v.Constants) + `)\b)(?i:` + words(v.Connectives, named, v.Constants) + `|not)\b`},
			{"name": "keyword.operator.logical.qlik", "match": `(?<![.\w@-])(?:` + words(v.Connectives) + `)\b|&&|\|\|`},
			{"name": "keyword.operator.comparison.qlik", "match": words(symbols) + `|(?<![.\w@-])(?:` + words(named) + `)\b`},
			{"name": "keyword.operator.negation.qlik", "match": `!`},
			{"name": "constant.language.qlik", "match": `(?<![.\w@-])(?:` + words(v.Constants) + `)\b(?!\.)`},
			{"name": "variable.language.qlik", "match": `(?<![.\w@-])(?i:` + words(v.Roots) + `)\b`},
			{"name": "support.function.qlik", "match": `(?<=\.)(?i:` + words(v.Functions) + `)(?=\s*\()`},
			{"name": "variable.other.property.custom.qlik", "match": `(?<=\.)@[\w-]+`},
			{"name": "variable.other.property.qlik", "match": `(?<=\.)\w+`},
		},
	})
}

// ruleGrammar is the TextMate grammar of .qrule files.
func ruleGrammar(t *testing.T) []byte {
	header := []rule{
		{
			"match":    `^(` + strings.Join(qrule.Keys, "|") + `)(:)(?=\s|$)`,
			"captures": rule{"1": rule{"name": "entity.name.tag.qrule"}, "2": rule{"name": "punctuation.separator.key-value.qrule"}},
		},
		{"name": "invalid.illegal.key.qrule", "match": `^[\w-]+(?=:)`},
		{"name": "invalid.illegal.comment.qrule", "match": `^#.*$|(?<=\s)#.*$`},
		{
			"name": "string.quoted.double.qrule", "begin": `"`, "end": `"|$`,
			"patterns": []rule{{"name": "constant.character.escape.qrule", "match": `\\.`}},
		},
		{"name": "string.quoted.single.qrule", "begin": `'`, "end": `'|$`},
		{"name": "string.unquoted.qrule", "match": `[^\s\[\],"'#:|][^\[\],#\n]*`},
	}
	return encode(t, rule{
		"name": "Qlik security rule", "scopeName": "source.qrule",
		"comment": "Generated from the table of the language: go test ./editors -update",
		"patterns": []rule{
			{
				"begin": `\A---\s*$`, "beginCaptures": rule{"0": rule{"name": "punctuation.definition.header.begin.qrule"}},
				"end": `^---\s*$`, "endCaptures": rule{"0": rule{"name": "punctuation.definition.header.end.qrule"}},
				"name": "meta.header.qrule", "patterns": header,
			},
			{"include": "source.qlik-condition"},
		},
	})
}

// TestStudioColoursEveryWord: the editor of the studio's page has its words by hand.
func TestStudioColoursEveryWord(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("..", "internal", "studio", "web", "src", "rules", "condition.ts"))
	if err != nil {
		t.Fatal(err)
	}
	v := condition.Language()
	_, named := split(v.Operators)
	for _, e := range slices.Concat(v.Connectives, named, v.Constants) {
		if !regexp.MustCompile(`[:|]` + regexp.QuoteMeta(e.Word) + `[)|]`).Match(source) {
			t.Errorf("condition.ts does not colour %s", e.Word)
		}
	}
}

// wordList is the table of words as the grammar of tree-sitter reads it.
func wordList(t *testing.T) []byte {
	v := condition.Language()
	lists := map[string][]string{"keys": qrule.Keys}
	for name, entries := range map[string][]condition.Entry{
		"roots": v.Roots, "connectives": v.Connectives, "constants": v.Constants, "operators": v.Operators, "functions": v.Functions,
	} {
		for _, e := range entries {
			lists[name] = append(lists[name], e.Word)
		}
	}
	return encode(t, lists)
}

// The parser of tree-sitter is generated from the grammar and the words as they are. The
// generator is not needed for the test: it notes what it read.
func TestTreeSitterParserIsCurrent(t *testing.T) {
	hash := sha256.New()
	for _, name := range []string{"grammar.js", "words.json"} {
		text, err := os.ReadFile(filepath.Join("tree-sitter-qrule", name))
		if err != nil {
			t.Fatal(err)
		}
		hash.Write(text)
	}
	path := filepath.Join("tree-sitter-qrule", "src", "sources.sha256")
	noted, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := hex.EncodeToString(hash.Sum(nil)); strings.TrimSpace(string(noted)) != want {
		t.Errorf("generate the parser again, as described in editors/tree-sitter-qrule/README.md, which writes %s into %s", want, path)
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
