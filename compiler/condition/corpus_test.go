package condition

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// corpus returns a file of the collection of real rules in the directory QLIK_CORPUS.
func corpus(t *testing.T, name string) *os.File {
	t.Helper()
	folder := os.Getenv("QLIK_CORPUS")
	if folder == "" {
		t.Skip("QLIK_CORPUS is not set: no real rules to read")
	}
	file, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func checkRoundTrip(t *testing.T, id, condition string) {
	t.Helper()
	tree := mustParse(t, condition)
	if again := mustParse(t, Print(tree)); !Same(tree, again) {
		t.Errorf("rule %s: %s reads as %s", id, Print(tree), Print(again))
	}
}

// Rules that people publish as working can be parsed, except two that have paths without a root.
func TestPublishedRules(t *testing.T) {
	lines := bufio.NewScanner(corpus(t, "published-rules.jsonl"))
	lines.Buffer(nil, maxLength)
	read := 0
	for lines.Scan() {
		var rule struct {
			ID         string `json:"id"`
			Condition  string `json:"condition"`
			WellFormed any    `json:"wellFormed"` // true, false or "unknown"
		}
		if err := json.Unmarshal(lines.Bytes(), &rule); err != nil {
			t.Fatal(err)
		}
		if rule.WellFormed != true {
			continue
		}
		read++
		_, list := Parse(textOf(rule.Condition), ruleless)
		if len(list) == 0 {
			checkRoundTrip(t, rule.ID, rule.Condition)
			continue
		}
		for _, d := range list {
			if d.Code != codeRoot || d.Fix == nil {
				t.Errorf("rule %s: %s: %s", rule.ID, d.Code, d.Summary)
			}
		}
	}
	if lines.Err() != nil || read == 0 {
		t.Fatalf("%d rules read: %v", read, lines.Err())
	}
}

// All rules of a real site can be parsed.
func TestSiteRules(t *testing.T) {
	var rules []struct {
		ID   string `json:"id"`
		Rule string `json:"rule"`
	}
	if err := json.NewDecoder(corpus(t, "site-export/systemrule.json")).Decode(&rules); err != nil {
		t.Fatal(err)
	}
	if len(rules) == 0 {
		t.Fatal("no rules")
	}
	for _, rule := range rules {
		checkRoundTrip(t, rule.ID, rule.Rule)
	}
}
