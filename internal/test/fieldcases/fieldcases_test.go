// Package fieldcases decides cases from public reports, which are not in the repository: QLIK_FIELD_CASES
// is a directory with a subdirectory for each case, with rules.json, site/ and expect.json, which contains
// requests with the right answer.
package fieldcases

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// readings are the options of the cases whose site does not use the default reading.
var readings = map[string]func(*compiler.Options){
	// The site stores session attributes in the user's record.
	"F17": func(o *compiler.Options) { o.SessionAttributes = resolve.SessionStored },
	// The author reports that != "QlikConsumer" excludes consumers with other groups.
	"F04": func(o *compiler.Options) { o.ListInequality = resolve.All },
}

// contradicted are requests, by case and note, whose decision differs from the report, with the reason.
var contradicted = map[string]map[string]string{
	"F20a": {"help page spelling with blank": "docs/language.md, section 4: the QMC sends ManagementAccess; the help page's spelling is a warning, and matches nothing"},
	"F29":  {"first login: no record yet": "docs/formats.md, section 3: a user without a record is unknown unless the request describes one; see TestFirstLogin"},
}

// partial are the cases whose snapshot lacks a field that rules read: no decision is made.
var partial = map[string]bool{"X05a": true, "X05b": true}

func TestDecisions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root(t), "*", "expect.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases: ", err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		id := filepath.Base(dir)
		t.Run(id, func(t *testing.T) {
			for _, wrong := range decided(t, dir, id) {
				t.Error(wrong)
			}
		})
	}
}

// decided decides the requests of a case with the engine and with the independent evaluator, and returns
// the wrong decisions. Rules with errors grant nothing, as in Qlik Sense.
func decided(t *testing.T, dir, id string) (wrong []string) {
	t.Helper()
	var cases []struct {
		Request json.RawMessage
		Right   *bool // nil if the right answer is unknown
		Note    string
	}
	text, err := os.ReadFile(filepath.Join(dir, "expect.json"))
	if err == nil {
		err = json.Unmarshal(text, &cases)
	}
	if err != nil || len(cases) == 0 {
		t.Fatal(len(cases), err)
	}
	w := open(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "site"), readings[id])
	if partial[id] {
		refused(t, w)
		return nil
	}
	deciders := both(t, w)
	for _, c := range cases {
		d := deciders.decide(t, c.Request)
		if _, known := contradicted[id][c.Note]; known {
			*c.Right = !*c.Right
		}
		if c.Right != nil && d.Allow != *c.Right {
			wrong = append(wrong, c.Note+": "+string(c.Request))
		}
	}
	return wrong
}

// open opens rules and a site. The function option, unless it is nil, changes the default options.
func open(t *testing.T, rules, site string, option func(*compiler.Options)) *workspace.Workspace {
	t.Helper()
	options := compiler.Options{Schema: schema.Default(), SkipInvalid: true}
	if option != nil {
		option(&options)
	}
	w, err := workspace.Open(workspace.Source{Rules: []string{rules}, Snapshot: site, Options: options})
	if err != nil || w.Policy == nil {
		t.Fatal(err, w.Diagnostics)
	}
	return w
}

// refused checks that neither a bundle nor the evaluator accepts a partial snapshot.
func refused(t *testing.T, w *workspace.Workspace) {
	t.Helper()
	if _, err := w.Bundle(t.Context()); err == nil {
		t.Error("a bundle is made of a snapshot that lacks a field")
	}
	if _, err := w.LoadSite(); err == nil {
		t.Error("the evaluator reads a snapshot that lacks a field")
	}
	if !slices.ContainsFunc(w.Diagnostics, func(d diag.Diagnostic) bool { return d.Code == "Q0615" }) {
		t.Error("the field is not reported: ", w.Diagnostics)
	}
}

// pair is the engine and the independent evaluator of one workspace.
type pair struct {
	engine    *engine.Engine
	evaluator *evaluate.Evaluator
}

func both(t *testing.T, w *workspace.Workspace) pair {
	t.Helper()
	b, err := w.Bundle(t.Context())
	if err != nil {
		t.Fatal(err, w.Diagnostics)
	}
	e, err := engine.New(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	site, err := w.LoadSite()
	if err != nil {
		t.Fatal(err)
	}
	return pair{e, w.Evaluator(site)}
}

// decide decides a request with both, which must agree.
func (p pair) decide(t *testing.T, request []byte) engine.Decision {
	t.Helper()
	d, err := p.engine.Decide(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if second := p.evaluator.Decide(request); second.Allow != d.Allow || second.Reason != d.Reason {
		t.Errorf("the engine says %t, the evaluator %t: %s", d.Allow, second.Allow, request)
	}
	return d
}

// The first log-in of a user without a record: the request describes the user, and the rule for the session's
// groups grants access (F29).
func TestFirstLogin(t *testing.T) {
	dir := filepath.Join(root(t), "F29")
	p := both(t, open(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "site"), nil))
	const request = `{"subject": {"type": "user", "id": "COMPANY\\new"%s}, "action": {"name": "read"},
		"resource": {"type": "Stream", "id": "c0de3001-0000-4000-8000-000000003001"},
		"context": {"request_context": "hub", "environment": {"group": "group 2"}}}`
	if d := p.decide(t, fmt.Appendf(nil, request, "")); d.Allow || d.Reason != engine.UnknownSubject {
		t.Error("nobody knows the user, and the decision is ", d)
	}
	if d := p.decide(t, fmt.Appendf(nil, request, `, "properties": {"name": "New"}`)); !d.Allow {
		t.Error("the user is described, and the decision is ", d)
	}
}

// root returns the directory of the cases.
func root(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("QLIK_FIELD_CASES")
	if dir == "" {
		t.Skip("QLIK_FIELD_CASES names no directory with cases")
	}
	return dir
}
