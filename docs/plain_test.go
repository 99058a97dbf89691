package docs

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

// plain are words and phrases that people do not read: translated idioms, and words that
// the project replaced by the terms of the field.
var plain = []struct{ pattern, instead string }{
	{`in place of`, "instead of"},
	{`but for`, "except"},
	{`whole or not at all`, "atomically"},
	{`comes? (to nothing|out)|came out`, "is, evaluates to"},
	{`(is|are|was|were|be) told`, "is reported"},
	{`tells (whether|which|how|what|who)`, "shows, lists, reports"},
	{`mended`, "repaired"},
	{`requesters?|askers?`, "subject, user"},
	{`foreknown`, "precomputed"},
	{`alike`, "equal, equivalent"},
	{`judge[sd]?`, "decide, evaluate"},
	{`held (to|against)`, "compared with"},
	{`for who|from who|of who`, "for users that, for callers that"},
	{`whoever|whomever`, "everybody who, users that"},
	{`anew`, "again"},
	{`blanks?`, "space"},
	{`(is|are) no (valid|json|list|text|object)`, "is not a"},
	{`stands? (for all|for anybody|beside|behind|alone|anywhere|wherever|under)`, "is, is next to"},
	{`mistake in qlik2rego`, "bug in qlik2rego"},
	{`wrong use`, "wrong usage"},
}

// accepted are the places that keep such a word.
var accepted = map[string]bool{
	"CHANGELOG.md: alike":     true, // the former name of a field
	"CHANGELOG.md: requester": true, // the former name of a package
}

// insteadOf returns the replacement of a word that was found.
func insteadOf(found string) string {
	for _, p := range plain {
		if regexp.MustCompile("^(?:" + p.pattern + ")$").MatchString(found) {
			return "write " + strconv.Quote(p.instead)
		}
	}
	return ""
}

// TestPlainEnglish looks for words that the project does not use: in the documentation, in comments, and in the
// strings of the program, which are help texts, messages and generated text.
func TestPlainEnglish(t *testing.T) {
	var patterns []string
	for _, p := range plain {
		patterns = append(patterns, "("+p.pattern+")")
	}
	words := regexp.MustCompile(`\b(?:` + strings.Join(patterns, "|") + `)\b`)
	check := func(path string, line int, text string) {
		for _, found := range words.FindAllString(strings.ToLower(text), -1) {
			if !accepted[path+": "+found] {
				t.Errorf("%s:%d says %q: %s", path, line, found, insteadOf(found))
			}
		}
	}
	others := source.NotIn(".ci", "bench", "testdata", "internal/test", "internal/lint/testdata")
	for _, f := range source.Files(t, ".md", others) {
		eachLine(f, check)
	}
	for _, f := range source.Go(t, others) {
		if source.Product(f.Path) {
			eachString(f, check)
		}
		eachComment(f, check)
	}
}

// eachLine calls check with the lines of a page. Blocks of code are output of programs
// that the tests compare elsewhere.
func eachLine(page source.Text, check func(path string, line int, text string)) {
	code := false
	for i, line := range strings.Split(string(page.Content), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
		} else if !code {
			check(page.Path, i+1, line)
		}
	}
}

// eachComment calls check with the comments of a Go file, without the names that they use for code.
func eachComment(f *source.GoFile, check func(path string, line int, text string)) {
	names := regexp.MustCompile(`(?i)\bjudges?\b`)
	for _, group := range f.Syntax.Comments {
		for _, c := range group.List {
			check(f.Path, f.Line(c), names.ReplaceAllString(c.Text, ""))
		}
	}
}

// eachString calls check with the string literals of a Go file that have several words.
func eachString(f *source.GoFile, check func(path string, line int, text string)) {
	f.Visit(func(n ast.Node) {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && strings.Contains(text, " ") {
			check(f.Path, f.Line(literal), text)
		}
	})
}
