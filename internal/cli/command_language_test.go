package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// languageCase is a condition on the two apps of the site below, for the user anna: whether it grants read on "Sales"
// and on "Other".
type languageCase struct {
	condition    string
	sales, other bool
}

// languageCases has a case for every operator and function of the language. The test runs each of them plain and
// negated through every consumer of conditions, so that it fails if a new one is forgotten somewhere.
var languageCases = map[string]languageCase{
	condition.Equal.String():         {`resource.name = "sales"`, true, false},
	condition.ExactEqual.String():    {`resource.name == "Sales"`, true, false},
	condition.NotEqual.String():      {`resource.name != "other"`, true, false},
	condition.ExactNotEqual.String(): {`resource.name !== "Other"`, true, false},
	condition.Like.String():          {`resource.name like "sal*"`, true, false},
	condition.Matches.String():       {`resource.name matches "s.les"`, true, false},
	condition.HasPrivilege.String():  {`resource.stream.HasPrivilege("read")`, true, false},
	condition.IsAnonymous.String():   {`user.IsAnonymous()`, false, false},
	condition.Empty.String():         {`resource.stream.Empty()`, false, true},
	condition.IsOwned.String():       {`resource.IsOwned()`, true, false},
}

func TestEveryOperatorAndFunctionInEveryConsumer(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	var names []string
	for _, o := range condition.Operators() {
		names = append(names, o.String())
	}
	for _, f := range condition.Functions() {
		names = append(names, f.String())
	}
	site := filepath.Join(t.TempDir(), "site")
	writeFiles(t, site, map[string]string{
		"user.json":   `[{"id": "u1", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": [], "attributes": [], "customProperties": []}]`,
		"stream.json": `[{"id": "s1", "name": "Everyone", "owner": null, "customProperties": []}]`,
		"app.json": `[{"id": "a1", "name": "Sales", "owner": {"id": "u1"}, "stream": {"id": "s1"}, "customProperties": []},
			{"id": "a2", "name": "Other", "owner": null, "stream": null, "customProperties": []}]`,
	})
	for _, name := range names {
		c, ok := languageCases[name]
		if !ok {
			t.Errorf("%s has no case in languageCases: add one", name)
			continue
		}
		t.Run(name, func(t *testing.T) { c.hold(t, site) })
		t.Run("!"+name, func(t *testing.T) {
			languageCase{"!(" + c.condition + ")", !c.sales, !c.other}.hold(t, site)
		})
	}
}

func (c languageCase) hold(t *testing.T, site string) {
	dir := t.TempDir()
	rules, tests := filepath.Join(dir, "rules.json"), filepath.Join(dir, "tests_test.rego")
	export, err := json.Marshal([]any{
		map[string]any{"id": "r1", "name": "Tested", "rule": c.condition, "resourceFilter": "App_*", "actions": 2, "category": "Security", "ruleContext": 0},
		map[string]any{"id": "r2", "name": "Streams", "rule": `user.name = "Anna"`, "resourceFilter": "Stream_*", "actions": 2, "category": "Security", "ruleContext": 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, dir, map[string]string{"rules.json": string(export)})
	inputs := []string{rules, "--snapshot", site}
	for id, want := range map[string]bool{"a1": c.sales, "a2": c.other} {
		request := []string{"--subject", `ACME\anna`, "--action", "read", "--resource", "App:" + id, "--format", "json"}
		for _, engine := range []string{"opa", "reference"} {
			code, out := command(t, append(append([]string{"eval", "--engine", engine}, inputs...), request...)...)
			if granted := code == 0; granted != want || code > 1 {
				t.Errorf("%s on %s by %s: exit %d, granted should be %t\n%s", c.condition, id, engine, code, want, out)
			}
		}
		code, out := command(t, append(append([]string{"explain"}, inputs...), request...)...)
		var reported struct{ Allow bool }
		if err := json.Unmarshal([]byte(out), &reported); err != nil || reported.Allow != want || code > 1 {
			t.Errorf("explain of %s on %s: exit %d, %v, allow should be %t\n%s", c.condition, id, code, err, want, out)
		}
		if !strings.Contains(out, "Tested") {
			t.Errorf("explain of %s on %s does not name the rule\n%s", c.condition, id, out)
		}
	}
	c.checked(t, inputs)
	c.proved(t, dir, inputs)
	c.filtered(t, rules, site)
	// The generated tests cover the branches, detect changes of the rule, and pass.
	if code, out := command(t, append(append([]string{"testgen", "-o", tests, "--score"}, inputs...), "--format", "json")...); code != 0 {
		t.Fatalf("testgen of %s: exit %d\n%s", c.condition, code, out)
	}
	if code, out := command(t, append([]string{"test", rules, tests}, inputs[1:]...)...); code != 0 {
		t.Errorf("the tests of %s: exit %d\n%s", c.condition, code, out)
	}
}

// checked runs all lints, and formats the rules.
func (c languageCase) checked(t *testing.T, inputs []string) {
	t.Helper()
	if code, out := command(t, append([]string{"check"}, inputs...)...); code > 1 {
		t.Errorf("check of %s: exit %d\n%s", c.condition, code, out)
	}
	if code, out := command(t, "fmt", "--check", inputs[0]); code > 1 {
		t.Errorf("fmt of %s: exit %d\n%s", c.condition, code, out)
	}
}

// proved checks the condition with the solver on both sides: the rule gives read to exactly its users and, if the site
// has an example, to somebody.
func (c languageCase) proved(t *testing.T, dir string, inputs []string) {
	t.Helper()
	name := filepath.Join(dir, "policy.assert.yaml")
	prove := func(assertion string, want int) {
		writeFiles(t, dir, map[string]string{"policy.assert.yaml": fmt.Sprintf(assertion, c.condition)})
		if code, out := command(t, "prove", inputs[0], "--assert", name); code != want {
			t.Errorf("%s: exit %d, want %d\n%s", fmt.Sprintf(assertion, c.condition), code, want, out)
		}
	}
	prove("- only: {who: '%s', action: read, on: App}\n", 0)
	prove("- always: {who: '%s', action: read, on: App}\n", 0)
	if c.sales || c.other {
		prove("- never: {who: '%s', action: read, on: App}\n", 1)
	}
}

// filtered compares the rows that a filter selects.
func (c languageCase) filtered(t *testing.T, rules, snapshot string) {
	t.Helper()
	w, err := workspace.Open(workspace.Source{Rules: []string{rules}, Snapshot: snapshot, Options: compiler.Options{Schema: schema.Default()}})
	if err != nil {
		t.Fatal(err)
	}
	site, err := w.LoadSite()
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.Filter(site, []byte(`{"subject": {"type": "user", "id": "ACME\\anna"}, "action": {"name": "read"}, "resource": {"type": "App", "id": "a1"}}`), "app")
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range site.Records["app"] {
		if got, want := filter.Holds(f.Node, app), app.ID == "a1" && c.sales || app.ID == "a2" && c.other; got != want {
			t.Errorf("the filter of %s selects %s: %t, want %t", c.condition, app.ID, got, want)
		}
	}
}

// command runs a command line and returns its exit code and what it writes.
func command(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), &Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, args)
	if code > 1 {
		t.Log(fmt.Sprint(args), stderr.String())
	}
	return code, stdout.String()
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
