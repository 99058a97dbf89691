package lint_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// The examples of every lint are correct: every set of rules under Wrong gets the code, and no set under Right does. The
// page has the same examples.
func TestExamples(t *testing.T) {
	for _, l := range lint.All() {
		if l.Check == nil {
			continue // the package that reports the code tests its page
		}
		t.Run(string(l.Code), func(t *testing.T) {
			if len(l.Doc.Wrong) == 0 || len(l.Doc.Right) == 0 || l.Doc.What == "" || l.Doc.Why == "" || l.Doc.Source == "" {
				t.Error("the documentation is incomplete")
			}
			for _, example := range l.Doc.Wrong {
				result := checkExample(t, l, example)
				if !slices.ContainsFunc(result.Findings, func(d diag.Diagnostic) bool { return d.Code == l.Code }) {
					t.Errorf("the code is not reported for\n%s\nonly %v", example, codes(result.Findings))
				}
			}
			for _, example := range l.Doc.Right {
				result := checkExample(t, l, example)
				for _, d := range result.Findings {
					if d.Code == l.Code {
						t.Errorf("reported for\n%s\n%s", example, d.Summary)
					}
				}
			}
		})
	}
}

// Findings are complete: a summary of one line in lower case, a detail of full sentences, and a fix that changes the
// rule.
func TestFindingsReadWell(t *testing.T) {
	for _, l := range lint.All() {
		if l.Check == nil {
			continue
		}
		for _, example := range l.Doc.Wrong {
			for _, d := range checkExample(t, l, example).Findings {
				if d.Code != l.Code {
					continue
				}
				if d.Summary == "" || strings.HasSuffix(d.Summary, ".") || strings.Contains(d.Summary, "\n") || d.Detail == "" || !strings.HasSuffix(d.Detail, ".") {
					t.Errorf("%s: %q, %q", d.Code, d.Summary, d.Detail)
				}
				if l.Fix == lint.NoFix && d.Fix != nil {
					t.Errorf("%s offers a fix, but is registered without one", l.Code)
				}
			}
		}
	}
}

// checkExample lints one set of rules, one rule per line.
func checkExample(t *testing.T, l *lint.Lint, example string) lint.Result {
	t.Helper()
	rules := parseRules(t, example)
	if l.Whole {
		rules = append(rules, parseRules(t, `"RootAdmin" * ReadOnly: user.roles = "RootAdmin"`)...)
	}
	policy, found := compiler.Compile(rules, compiler.Options{})
	in := lint.Inputs{Rules: rules, Found: found, Options: resolve.Options{Schema: schema.Default()}}
	if policy != nil {
		in.Costs = policy.Costs()
	}
	if l.Doc.Site != "" {
		in.Site = site(t, l.Doc.Site)
	}
	return lint.Run(in, nil)
}

var short = regexp.MustCompile(`^(?:"([^"]*)" )?([A-Za-z*_.,0-9-]+(?:, ?[A-Za-z*_.0-9-]+)*)((?: [A-Za-z]+)*)(?: \{(.*)\})?:(?: (.*))?$`)

// parseRules parses rules in the short form of the pages, one rule per line:
//
//	"NAME" FILTER ACTION… CONTEXT TYPE CATEGORY disabled {COMMENT}: CONDITION
//
// Name, words and comment are optional. A line without a colon after the filter is a condition for read on apps.
func parseRules(t *testing.T, text string) []ruleset.Rule {
	t.Helper()
	var rules []ruleset.Rule
	for i, line := range strings.Split(text, "\n") {
		r := ruleset.Rule{
			ID: fmt.Sprintf("00000000-0000-0000-0000-%012d", i+1), Name: fmt.Sprintf("rule %d", i+1), Comment: "An example.",
			Category: ruleset.Security, Type: "Custom",
		}
		filter, words, comment, content := "App_*", "", "", line
		if m := short.FindStringSubmatch(line); m != nil {
			filter, words, comment, content = m[2], m[3], m[4], m[5]
			if m[1] != "" {
				r.Name = m[1]
			}
		}
		if comment != "" {
			r.Comment = comment
		}
		for _, word := range strings.Fields(words) {
			setWord(t, &r, word)
		}
		if r.Actions == 0 {
			r.Actions = 2
			if strings.HasPrefix(filter, "*") && strings.Contains(line, "*") && words == "" {
				r.Actions = ruleset.All
			}
		}
		r.Filter = &diag.Text{Label: "resourceFilter", Content: filter}
		r.Condition = &diag.Text{Label: "condition", Content: strings.ReplaceAll(content, `\n`, "\n")}
		rules = append(rules, r)
	}
	return rules
}

func setWord(t *testing.T, r *ruleset.Rule, word string) {
	t.Helper()
	if a, ok := ruleset.ParseAction(word); ok {
		r.Actions |= ruleset.Actions(a)
		return
	}
	switch word {
	case "hub":
		r.Context = ruleset.Hub
	case "qmc":
		r.Context = ruleset.QMC
	case "License":
		r.Category, r.Actions, r.Context = ruleset.License, 1, ruleset.Hub
	case "Sync":
		r.Category, r.Actions = ruleset.Sync, 1
	case "Default", "ReadOnly":
		r.Type = word
	case "disabled":
		r.Disabled = true
	case "seed":
		r.Raw = []byte(`{"seedId": "611d73ca-6764-4dac-be40-3e505206e974"}`)
	case "nocomment":
		r.Comment = ""
	case "all":
		r.Actions = ruleset.All
	default:
		t.Fatalf("unknown word %s", word)
	}
}

func codes(list diag.List) []string {
	var all []string
	for _, d := range list {
		all = append(all, string(d.Code))
	}
	return all
}

// site writes a snapshot and opens it.
func site(t *testing.T, text string) *lint.Data {
	t.Helper()
	var collections map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &collections); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range collections {
		if err := os.WriteFile(filepath.Join(dir, strings.ToLower(name)+".json"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return lint.OpenData(dir, schema.Default())
}
