// Package fieldcases decides cases from public reports, which are not in the repository:
// QLIK_FIELD_CASES names a directory with a directory for each case, of rules.json, site/ and
// expect.json, requests with the right answer.
package fieldcases

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// stored are the cases of sites that store the attributes of sessions in the user's record.
var stored = map[string]bool{"F17": true}

// unmet are the cases with a request that is decided otherwise, and why. A case that is
// decided rightly must leave the list.
var unmet = map[string]string{
	"F04":  "!= over a user's groups is read as any; the report says all, and --list-inequality all decides so",
	"F20a": "the help page's spelling Management Access is a warning with the spelling that is sent as fix, and matches nothing",
	"F29":  "a user without a record must be described in the request (--subject-property)",
	"X05a": "a snapshot that was exported in part is not recognized",
}

func TestDecisions(t *testing.T) {
	root := os.Getenv("QLIK_FIELD_CASES")
	if root == "" {
		t.Skip("QLIK_FIELD_CASES names no directory with cases")
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "expect.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases in ", root, err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		id := filepath.Base(dir)
		t.Run(id, func(t *testing.T) {
			wrong := decided(t, dir, stored[id])
			switch why, known := unmet[id]; {
			case known && len(wrong) == 0:
				t.Error("every request is decided rightly: take the case out of unmet")
			case known:
				t.Skip("not met: " + why)
			default:
				for _, w := range wrong {
					t.Error(w)
				}
			}
		})
	}
}

// decided decides the requests of a case by the engine and by the independent evaluator,
// and returns what is decided wrongly. Rules with errors grant nothing, as in the product.
func decided(t *testing.T, dir string, sessionStored bool) (wrong []string) {
	t.Helper()
	var cases []struct {
		Request json.RawMessage
		Right   *bool // nil if nobody knows
		Note    string
	}
	text, err := os.ReadFile(filepath.Join(dir, "expect.json"))
	if err == nil {
		err = json.Unmarshal(text, &cases)
	}
	if err != nil || len(cases) == 0 {
		t.Fatal(len(cases), err)
	}
	options := compiler.Options{Schema: schema.Default(), SkipInvalid: true}
	if sessionStored {
		options.SessionAttributes = resolve.SessionStored
	}
	w, err := workspace.Open(workspace.Source{Rules: []string{filepath.Join(dir, "rules.json")}, Snapshot: filepath.Join(dir, "site"), Options: options})
	if err != nil || w.Policy == nil {
		t.Fatal(err, w.Diagnostics)
	}
	b, err := w.Bundle(t.Context())
	if err != nil {
		return []string{err.Error()}
	}
	e, err := engine.New(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	site, err := w.LoadSite()
	if err != nil {
		t.Fatal(err)
	}
	evaluator := w.Evaluator(site)
	for _, c := range cases {
		d, err := e.Decide(t.Context(), c.Request)
		if err != nil {
			t.Fatal(err)
		}
		if second := evaluator.Decide(c.Request); second.Allow != d.Allow {
			t.Errorf("the engine says %t, the evaluator %t: %s", d.Allow, second.Allow, c.Request)
		}
		if c.Right != nil && d.Allow != *c.Right {
			wrong = append(wrong, c.Note+": "+string(c.Request))
		}
	}
	return wrong
}
