package compiler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"

	"github.com/qlik2rego/qlik2rego/internal/lint"

	// These packages register codes.
	_ "github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	_ "github.com/qlik2rego/qlik2rego/internal/audit/prove"
	_ "github.com/qlik2rego/qlik2rego/internal/format"
	_ "github.com/qlik2rego/qlik2rego/internal/snapshot"
)

const pages = "../docs/rules"

// Every code of a diagnostic has a page with the code in its heading, and every page has a code.
func TestEveryCodeHasAPage(t *testing.T) {
	var want []string
	for _, info := range diag.Codes() {
		name := filepath.Base(info.Code.Page())
		want = append(want, name)
		page, err := os.ReadFile(filepath.Join(pages, name))
		if heading := fmt.Sprintf("# %s: %s\n", info.Code, info.Title); err == nil && !strings.HasPrefix(string(page), heading) {
			t.Errorf("%s does not begin with %q", name, heading)
		}
	}
	files, err := os.ReadDir(pages)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name())
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("there is no page %s", name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) && name != "README.md" {
			t.Errorf("the page %s has no code", name)
		}
	}
}

// The examples on the pages about meaning are true: every line of the wrong ones gets the page's code
// and no other, the right ones get none. A line is a condition, or `FILTER WORD…: CONDITION` if
// filter, actions or category matter.
func TestExamplesOfPages(t *testing.T) {
	for _, info := range diag.Codes() {
		if code := string(info.Code); !strings.HasPrefix(code, "Q03") && !strings.HasPrefix(code, "Q04") && !strings.HasPrefix(code, "Q05") {
			continue
		}
		if l := lint.Find(info.Code); l != nil && l.Check != nil {
			continue // its examples are tested there
		}
		t.Run(string(info.Code), func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(pages, string(info.Code)+".md"))
			if err != nil {
				t.Fatal(err)
			}
			page := string(data)
			if severity := map[diag.Severity]string{diag.Error: "\nError. ", diag.Warning: "\nWarning. "}[info.Severity]; !strings.Contains(page, severity) {
				t.Errorf("the page does not say%s", severity)
			}
			for line, got := range findings(info.Code, example(t, page, "## Wrong")) {
				if !slices.Equal(slices.Compact(got), []diag.Code{info.Code}) {
					t.Errorf("wrong example %s gets %v", line, got)
				}
			}
			for line, got := range findings(info.Code, example(t, page, "## Right")) {
				if len(got) > 0 {
					t.Errorf("right example %s gets %v", line, got)
				}
			}
		})
	}
}

// example returns the lines of the block below a heading.
func example(t *testing.T, page, heading string) []string {
	t.Helper()
	_, rest, found := strings.Cut(page, heading+"\n\n```qlik\n")
	block, _, closed := strings.Cut(rest, "\n```\n")
	if !found || !closed {
		t.Fatalf("there is no example below %s", heading)
	}
	return strings.Split(block, "\n")
}

var shortForm = regexp.MustCompile(`^([A-Za-z*_.,]+)((?: [A-Za-z]+)*): (.*)$`)

// findings compiles each line of an example and returns its codes. The lines about cycles of
// privileges are one set of rules.
func findings(page diag.Code, lines []string) map[string][]diag.Code {
	var rules []ruleset.Rule
	for _, line := range lines {
		filter, words, condition := "App_*", "read", line
		if m := shortForm.FindStringSubmatch(line); m != nil {
			filter, words, condition = m[1], m[2], m[3]
		}
		actions, sync := strings.CutSuffix(words, " Sync")
		r := newRule(line, filter, actions, condition)
		if sync {
			r.Category = ruleset.Sync
		}
		rules = append(rules, r)
	}
	if page == "Q0501" {
		return map[string][]diag.Code{strings.Join(lines, "; "): codesOf(rules...)}
	}
	codes := map[string][]diag.Code{}
	for _, r := range rules {
		codes[r.Name] = codesOf(r)
	}
	return codes
}

func codesOf(rules ...ruleset.Rule) []diag.Code {
	_, list := compiler.Compile(rules, compiler.Options{})
	var codes []diag.Code
	for _, d := range list {
		codes = append(codes, d.Code)
	}
	return codes
}
