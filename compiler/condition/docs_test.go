package condition

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

const docs = "../../docs"

// block returns the lines of the first fenced block after a line of a page. An indented line continues
// the condition before it.
func block(t *testing.T, page, after string) []string {
	t.Helper()
	_, rest, found := strings.Cut(page, after+"\n")
	_, rest, open := strings.Cut(rest, "```")
	_, rest, _ = strings.Cut(rest, "\n")
	code, _, closed := strings.Cut(rest, "\n```")
	if !found || !open || !closed {
		t.Fatalf("no block after %q", after)
	}
	return strings.Split(strings.ReplaceAll(code, "\n ", "\x00 "), "\n")
}

func readPage(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(docs, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}

// TestLanguagePageHasEveryOperatorAndFunction checks that each has a row in its table.
func TestLanguagePageHasEveryOperatorAndFunction(t *testing.T) {
	page := readPage(t, "language.md")
	for _, o := range Operators() {
		if !strings.Contains(page, "\n| `A "+o.String()+" ") {
			t.Errorf("docs/language.md, section 4.2, has no row for %s", o)
		}
	}
	for _, f := range Functions() {
		if !strings.Contains(page, "\n| `."+f.String()+"(") {
			t.Errorf("docs/language.md, section 4.3, has no row for %s", f)
		}
	}
}

func codesOf(condition string) []diag.Code {
	_, list := Parse(textOf(strings.ReplaceAll(condition, "\x00", "\n")), ruleless)
	var codes []diag.Code
	for _, d := range list {
		codes = append(codes, d.Code)
	}
	return codes
}

// Every wrong example on a code's page gets that code and no other, and every right one can be parsed.
// The codes of the limits have no examples.
func TestPagesOfCodes(t *testing.T) {
	for _, info := range diag.Codes() {
		t.Run(string(info.Code), func(t *testing.T) {
			page := readPage(t, "rules/"+string(info.Code)+".md")
			if title := "# " + string(info.Code) + ": " + info.Title + "\n"; !strings.HasPrefix(page, title) {
				t.Errorf("the page does not begin with %q", title)
			}
			switch info.Code {
			case codeTooLong, codeTooDeep, codeInvalidUTF8, codeTooMany:
				return
			}
			for _, condition := range block(t, page, "## Wrong") {
				if codes := slices.Compact(codesOf(condition)); !slices.Equal(codes, []diag.Code{info.Code}) {
					t.Errorf("wrong example %s gets %v", condition, codes)
				}
			}
			for _, condition := range block(t, page, "## Right") {
				if codes := codesOf(condition); len(codes) > 0 {
					t.Errorf("right example %s gets %v", condition, codes)
				}
			}
		})
	}
}

// The grammar in docs/language.md is the one that the parser uses.
func TestGrammarOfTheLanguagePage(t *testing.T) {
	want := strings.Join(block(t, readPage(t, "language.md"), "<!-- grammar -->"), "\n")
	if got := parser.String(); got != want {
		t.Errorf("docs/language.md says:\n%s\nthe parser says:\n%s", want, got)
	}
}

// The examples in docs/language.md behave as documented. Those in a block of errors begin with their
// code.
func TestExamplesOfTheLanguagePage(t *testing.T) {
	fences := regexp.MustCompile("(?s)```(qlik|qlik-errors)\n(.*?)\n```").FindAllStringSubmatch(readPage(t, "language.md"), -1)
	if len(fences) == 0 {
		t.Fatal("no examples")
	}
	for _, fence := range fences {
		for line := range strings.SplitSeq(fence[2], "\n") {
			var want []diag.Code
			if fence[1] == "qlik-errors" {
				code, condition, _ := strings.Cut(line, " ")
				want, line = []diag.Code{diag.Code(code)}, condition
			}
			if got := codesOf(line); !slices.Equal(got, want) {
				t.Errorf("%s gets %v, the page says %v", line, got, want)
			}
		}
	}
}
