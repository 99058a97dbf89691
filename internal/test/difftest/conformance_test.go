package difftest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// TestConformance checks both engines with the vectors of the operators: a line contains two lists of
// strings, an operator and the result.
func TestConformance(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("QLIK_CONFORMANCE")
	if dir == "" {
		t.Skip("QLIK_CONFORMANCE names no folder with operators.jsonl")
	}
	file, err := os.Open(filepath.Join(dir, "operators.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	type vector struct {
		Left, Right []string
		Op          string
		Expect      bool
	}
	var vectors []vector
	var rules []map[string]any
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		// A pattern is always a literal in the rule.
		right := "resource.@right"
		if v.Op == "like" || v.Op == "matches" {
			right = `"` + strings.ReplaceAll(v.Right[0], `\`, `\\`) + `"`
		}
		id := fmt.Sprintf("line-%d", len(vectors)+1)
		rules = append(rules, map[string]any{
			"id": id, "name": id, "category": "Security", "resourceFilter": "App_" + id, "actions": 2, "ruleContext": 0,
			"rule": fmt.Sprintf("user.@left %s %s", v.Op, right),
		})
		vectors = append(vectors, v)
	}
	export, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	s, failed := open(t.Context(), sitegen.Case{Rules: export}, options{})
	if failed.kind != "" {
		t.Fatal(failed)
	}
	defer s.close()
	for i, v := range vectors {
		request, err := json.Marshal(map[string]any{
			"subject": map[string]any{"type": "user", "id": `A\b`, "properties": map[string]any{"custom": map[string]any{"left": v.Left}}},
			"action":  map[string]any{"name": "read"},
			"resource": map[string]any{
				"type": "App", "id": fmt.Sprintf("line-%d", i+1),
				"properties": map[string]any{"custom": map[string]any{"right": v.Right}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		got, failed := s.compare(t.Context(), request)
		if failed.kind != "" {
			t.Fatal(failed)
		}
		if got.Allow != v.Expect {
			t.Errorf("line %d: %q %s %q is %t, want %t", i+1, v.Left, v.Op, v.Right, got.Allow, v.Expect)
		}
	}
}
