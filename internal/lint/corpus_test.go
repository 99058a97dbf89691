package lint_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// testdata/hits.md has the number of findings of every lint in the rules of a real site and in published rules, so that a
// review notices a change that makes a lint noisy.
func TestHitsInRealRules(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS is not set")
	}
	site := hits(t, lintRules(readRules(t, filepath.Join(corpus, "site-export", "systemrule.json"))))
	published := map[diag.Code]hit{}
	for _, r := range publishedRules(t, filepath.Join(corpus, "published-rules.jsonl")) {
		for code, h := range hits(t, lintRules([]ruleset.Rule{r})) {
			sum := published[code]
			sum.custom, sum.product = sum.custom+min(h.custom, 1), sum.product+min(h.product, 1)
			published[code] = sum
		}
	}
	var b strings.Builder
	b.WriteString("Rules with a finding: of the 74 rules of a real site, those that the site made and those that come with the product; and of the\n" +
		"published rules that parse, each checked alone. Written by `go test ./internal/lint -run Hits -update`.\n\n" +
		"| code | level | site, own | site, product | published | title |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, l := range lint.All() {
		if site[l.Code].custom+site[l.Code].product+published[l.Code].custom > 0 {
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %s |\n", l.Code, l.Level, site[l.Code].custom, site[l.Code].product, published[l.Code].custom, l.Title)
		}
	}
	current(t, filepath.Join("testdata", "hits.md"), b.String())
}

// hit counts the findings about custom rules and about rules that Qlik ships.
type hit struct{ custom, product int }

func hits(t *testing.T, list diag.List) map[diag.Code]hit {
	t.Helper()
	counts := map[diag.Code]hit{}
	for _, d := range list {
		h := counts[d.Code]
		if d.Severity == diag.Info && lint.Find(d.Code) != nil && lint.Find(d.Code).Level != diag.Info {
			h.product++ // a level that was lowered
		} else {
			h.custom++
		}
		counts[d.Code] = h
	}
	return counts
}

func lintRules(rules []ruleset.Rule) diag.List {
	_, found := compiler.Compile(rules, compiler.Options{SkipInvalid: true})
	return lint.Run(lint.Inputs{Rules: rules, Found: found, Options: resolve.Options{Schema: schema.Default()}}, nil).Findings
}

func readRules(t *testing.T, path string) []ruleset.Rule {
	t.Helper()
	rules, found := ruleset.Read(path)
	if found.HasErrors() {
		t.Fatal(found)
	}
	return rules
}

// publishedRules reads the rules that parse.
func publishedRules(t *testing.T, path string) []ruleset.Rule {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rules []ruleset.Rule
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			ID, Name, ResourceFilter, Condition, Category string
			Actions                                       any
			WellFormed                                    any
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if r.WellFormed != true || r.Condition == "" {
			continue
		}
		rule := ruleset.Rule{ID: r.ID, Name: r.Name, Comment: "published", Type: "Custom", Category: ruleset.Security, Actions: 2}
		if r.ResourceFilter == "" {
			r.ResourceFilter = "App*"
		}
		switch actions := r.Actions.(type) {
		case []any:
			for _, a := range actions {
				if action, ok := ruleset.ParseAction(strings.ReplaceAll(fmt.Sprint(a), " ", "")); ok {
					rule.Actions |= ruleset.Actions(action)
				}
			}
		case float64:
			rule.Actions = ruleset.Actions(actions)
		}
		switch r.Category {
		case "License":
			rule.Category, rule.Context, rule.Actions = ruleset.License, ruleset.Hub, 1
		case "Sync":
			rule.Category, rule.Actions = ruleset.Sync, 1
		}
		rule.Filter = &diag.Text{Label: "resourceFilter", Content: r.ResourceFilter}
		rule.Condition = &diag.Text{Label: "condition", Content: r.Condition}
		rules = append(rules, rule)
	}
	sort.Slice(rules, func(i, j int) bool { return rules[i].ID < rules[j].ID })
	return rules
}
