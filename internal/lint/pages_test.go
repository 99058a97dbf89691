package lint_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"

	// These packages register codes of their own.
	_ "github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	_ "github.com/qlik2rego/qlik2rego/internal/snapshot"
)

var update = flag.Bool("update", false, "write the pages and tables that are generated")

const pages = "../../docs/rules"

// The pages of the lints of this package are generated from their documentation.
func TestPagesAreCurrent(t *testing.T) {
	for _, l := range lint.All() {
		if l.Check != nil {
			current(t, filepath.Join(pages, filepath.Base(l.Code.Page())), page(l))
		}
	}
	current(t, filepath.Join(pages, "README.md"), index())
}

// The page of every code, errors included, has the same headings in the same order.
func TestPagesHaveOneForm(t *testing.T) {
	for _, info := range diag.Codes() {
		data, err := os.ReadFile(filepath.Join(pages, filepath.Base(info.Code.Page())))
		if err != nil {
			t.Error(err)
			continue
		}
		var headings []string
		for line := range strings.Lines(string(data)) {
			if h, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
				headings = append(headings, h)
			}
		}
		if got := strings.Join(headings, ", "); got != "Wrong, Right, Why, Source, Configuration" {
			t.Errorf("%s has the headings %s", info.Code, got)
		}
	}
}

func current(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, []byte(want)) {
		t.Errorf("%s is not up to date (%v): run go test ./internal/lint -update", path, err)
	}
}

func page(l *lint.Lint) string {
	var b strings.Builder
	level := l.Level.String()
	fmt.Fprintf(&b, "# %s: %s\n\n%s%s. %s\n\n", l.Code, l.Title, strings.ToUpper(level[:1]), level[1:], wrap(l.Doc.What))
	fmt.Fprintf(&b, "## Wrong\n\n```qlik\n%s\n```\n\n", strings.Join(l.Doc.Wrong, separator(l)))
	fmt.Fprintf(&b, "## Right\n\n```qlik\n%s\n```\n\n", strings.Join(l.Doc.Right, separator(l)))
	if l.Doc.Site != "" {
		fmt.Fprintf(&b, "Both on this site:\n\n```json\n%s\n```\n\n", l.Doc.Site)
	}
	fmt.Fprintf(&b, "## Why\n\n%s\n\n## Source\n\n%s\n\n## Configuration\n\n%s\n", wrap(l.Doc.Why), wrap(l.Doc.Source), configuration(l))
	return b.String()
}

// separator is between examples. An example with several rules is one set.
func separator(l *lint.Lint) string {
	for _, example := range append(l.Doc.Wrong, l.Doc.Right...) {
		if strings.Contains(example, "\n") {
			return "\n\n"
		}
	}
	return "\n"
}

func configuration(l *lint.Lint) string {
	var b strings.Builder
	setting := fmt.Sprintf("%s: {level: off}", l.Code)
	if l.Max > 0 {
		setting = fmt.Sprintf("%s: {level: warning, max: %d}", l.Code, l.Max)
	}
	fmt.Fprintf(&b, "```yaml\n# .qlik2rego.yaml\nlint:\n  %s\n```\n\n", setting)
	fmt.Fprintf(&b, "%s\n", wrap(fmt.Sprintf("For one rule, write `qlik2rego:ignore %s REASON` into its comment. %s", l.Code, fixSentence[l.Fix])))
	return strings.TrimRight(b.String(), "\n")
}

var fixSentence = map[lint.FixClass]string{
	lint.NoFix:     "There is no fix to apply.",
	lint.Suggested: "The suggested fix changes what the rule grants: it is shown and never applied by itself.",
	lint.Automatic: "`qlik2rego check --fix` applies the fix if the rule is proved to grant the same afterwards.",
}

var categoryTitle = map[lint.Category]string{
	lint.Security: "Security", lint.Bug: "Bugs", lint.CrossRule: "Across rules", lint.Site: "On a site", lint.License: "License and Sync rules",
	lint.Performance: "Performance", lint.Portability: "Portability", lint.Style: "Style", lint.Input: "Input",
}

// index lists all codes by category, errors of the compiler first.
func index() string {
	var b strings.Builder
	b.WriteString("# What qlik2rego reports\n\nErrors keep a rule from compiling. Everything else is a lint: `qlik2rego check --list-rules` lists them with their levels,\n" +
		"`.qlik2rego.yaml` configures them. The index is generated: `go test ./internal/lint -update`.\n")
	table := func(title string, rows []string) {
		fmt.Fprintf(&b, "\n## %s\n\n| code | level | finding | fix |\n| --- | --- | --- | --- |\n%s", title, strings.Join(rows, ""))
	}
	var errors []string
	for _, info := range diag.Codes() {
		if lint.Find(info.Code) == nil {
			errors = append(errors, fmt.Sprintf("| [%s](%[1]s.md) | %s | %s | |\n", info.Code, info.Severity, cell(info.Title)))
		}
	}
	table("Errors", errors)
	for _, category := range lint.Categories() {
		var rows []string
		for _, l := range lint.All() {
			if l.Category == category {
				fix := string(l.Fix)
				if l.Fix == lint.NoFix {
					fix = ""
				}
				rows = append(rows, fmt.Sprintf("| [%s](%[1]s.md) | %s | %s | %s |\n", l.Code, l.Level, cell(l.Title), fix))
			}
		}
		table(categoryTitle[category], rows)
	}
	b.WriteString("\n## Not checked\n\nThese codes are reserved for lints whose input is not known:\n\n| code | what it would report, and what is missing |\n| --- | --- |\n")
	for _, l := range leftOut {
		fmt.Fprintf(&b, "| %s | %s |\n", l[0], l[1])
	}
	return b.String()
}

// leftOut has the codes of planned lints that do not exist, with the reason.
var leftOut = [][2]string{
	{"Q0483", "a property that the site's `accessibleattributes` do not list: the shape of that answer of the repository service is not documented, and no export of it is at hand to read"},
	{"Q0913", "a rule edited outside of the change window: it needs the audit log, whose shape is not documented"},
	{"Q1012", "more demand for licences than are free: it needs the licence overview, whose shape is not documented"},
}

func cell(s string) string { return strings.NewReplacer("|", `\|`, "<", `\<`).Replace(s) }

// wrap breaks lines at 120 columns.
func wrap(text string) string {
	var paragraphs []string
	for _, paragraph := range strings.Split(text, "\n\n") {
		var lines []string
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && len(line)+1+len(word) > 120 {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimSpace(line + " " + word)
		}
		paragraphs = append(paragraphs, strings.Join(append(lines, line), "\n"))
	}
	return strings.Join(paragraphs, "\n\n")
}
