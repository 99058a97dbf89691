package fieldcases

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// answers are the expected findings for each rule of conditions.json: the code, and a part of the summary,
// the detail or the fix.
var answers = map[string]struct {
	code diag.Code
	text string
}{
	"F28":  {"Q0219", `user.environment.group = "admin"`},
	"F30":  {"Q0205", `"`},
	"F39":  {"Q0309", "resource.stream.Empty()"},
	"F40":  {"Q0125", "did you mean Stream_*?"},
	"F40b": {"Q0126", "test resource.name in the condition"},
	"F40c": {"Q0125", "did you mean QmcSection_App?"},
	"F40d": {"Q0126", "resource.objectType"},
}

// Each common mistake gives one finding, with a suitable fix.
func TestConditions(t *testing.T) {
	var cases []struct{ ID, ResourceFilter, Rule, Right string }
	text, err := os.ReadFile(filepath.Join(root(t), "conditions.json"))
	if err == nil {
		err = json.Unmarshal(text, &cases)
	}
	if err != nil || len(cases) != len(answers) {
		t.Fatal(len(cases), err)
	}
	for _, c := range cases {
		want := answers[c.ID]
		_, found := compiler.Compile([]ruleset.Rule{{
			ID: c.ID, Name: c.ID, Actions: 2,
			Filter:    &diag.Text{Label: "resourceFilter", Content: c.ResourceFilter},
			Condition: &diag.Text{Label: "condition", Content: c.Rule},
		}}, compiler.Options{})
		if len(found) != 1 || found[0].Code != want.code {
			t.Errorf("%s: %+v, want one finding: %s", c.ID, found, c.Right)
			continue
		}
		said := []string{found[0].Summary, found[0].Detail}
		if fix := found[0].Fix; fix != nil {
			said = append(said, fix.Replacement)
		}
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, want.text) }) {
			t.Errorf("%s: %q, want %s (%s)", c.ID, said, want.text, c.Right)
		}
		if warning := strings.HasPrefix(c.Right, "warning"); warning != (found[0].Severity == diag.Warning) {
			t.Errorf("%s is of the severity %v, want %s", c.ID, found[0].Severity, c.Right)
		}
	}
}
