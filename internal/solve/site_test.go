package solve

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

func text(label, content string) *diag.Text { return &diag.Text{Label: label, Content: content} }

func siteRules(tb testing.TB) []ruleset.Rule {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		tb.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	rules, list := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	if list.HasErrors() {
		tb.Fatal(list)
	}
	return rules
}

// TestSite asks for every type and action of a real site whether an anonymous user, or any user, can have the right. The
// evaluator confirms every witness.
func TestSite(t *testing.T) {
	rules := siteRules(t)
	parsed, _ := Parse(rules)
	anonymous := &Condition{Filter: text("filter", "*"), Text: text("condition", "user.IsAnonymous()")}
	w, err := New([][]*Rule{parsed}, []*Condition{anonymous}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	evaluator, list := evaluate.New(rules, &snapshot.Site{}, evaluate.Options{})
	if list.HasErrors() {
		t.Fatal(list)
	}
	possible, impossible := 0, 0
	for i, c := range w.Classes {
		for _, action := range ruleset.AllActions {
			granted := Granted{0, action}
			for _, formulas := range [][]Formula{{granted}, {granted, Holds{Condition: anonymous}}} {
				a := w.Scope(i, formulas...).Ask(formulas...)
				switch a.Verdict {
				case Unknown:
					t.Errorf("%s %s: %s", c.Key, action.Name(), a.Reason)
				case noMeaning:
					t.Errorf("%s %s: the question has no meaning", c.Key, action.Name())
				case Impossible:
					impossible++
				case Possible:
					possible++
					request := a.Witness.Request(action)
					if d := evaluator.Decide(request); !d.Allow || len(formulas) == 2 && !slices.Contains([]string{"NONE", "none"}, a.Witness.User.Strings["userdirectory"][0]) {
						t.Errorf("%s %s: %s\n%s", c.Key, action.Name(), d.Reason, request)
					}
				}
			}
		}
	}
	t.Logf("%d possible, %d impossible", possible, impossible)
	if possible < 300 || impossible < 100 {
		t.Errorf("%d possible, %d impossible: too few of one kind", possible, impossible)
	}
}
