// Package testsite opens generated sites for the tests of the audit: compiled, with both implementations of the
// rules, and with the session of one of its requests. Only tests import it.
package testsite

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// Site is a compiled case.
type Site struct {
	Dir       string // rules.json, and the snapshot in the folder snapshot
	Bundle    *bundles.Bundle
	Engine    *engine.Engine
	Reference *evaluate.Evaluator
}

// EveryAction is the mask of all actions.
func EveryAction() (mask uint32) {
	for _, a := range ruleset.AllActions {
		mask |= uint32(a)
	}
	return mask
}

// Open compiles a case of valid rules.
func Open(t testing.TB, c sitegen.Case) Site {
	t.Helper()
	o := Site{Dir: t.TempDir()}
	if err := c.Write(o.Dir); err != nil {
		t.Fatal(err)
	}
	site, found := snapshot.Open(filepath.Join(o.Dir, "snapshot"), schema.Default())
	if found.HasErrors() {
		t.Fatal(found)
	}
	loaded, found := site.Load(snapshot.NoProgress{})
	if found.HasErrors() {
		t.Fatal(found)
	}
	rules, found := ruleset.Decode("rules.json", c.Rules)
	if found.HasErrors() {
		t.Fatal(found)
	}
	policy, list := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatalf("the rules do not compile: %v", list)
	}
	var err error
	if o.Bundle, err = bundles.InMemory(t.Context(), policy, func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, snapshot.NoProgress{})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if o.Engine, err = engine.New(t.Context(), o.Bundle); err != nil {
		t.Fatal(err)
	}
	if o.Reference, found = evaluate.New(rules, loaded, evaluate.Options{}); found.HasErrors() {
		t.Fatal(found)
	}
	return o
}

// Types returns the keys of the types with entities.
func (o Site) Types() []string { return sitedata.Types(&o.Bundle.Data) }

// GrantedBy returns the ids of the rules that grant an action, in order. It fails the test unless both
// implementations agree.
func (o Site) GrantedBy(t testing.TB, s partition.Session, subject, typ, id string, action ruleset.Action) []string {
	t.Helper()
	context := map[string]any{}
	if s.Context != "" {
		context["request_context"] = s.Context
	}
	if s.Environment != nil {
		context["environment"] = s.Environment
	}
	text, err := json.Marshal(map[string]any{
		"subject":  map[string]any{"type": "user", "id": subject},
		"resource": map[string]any{"type": typ, "id": id},
		"action":   map[string]any{"name": action.Name()},
		"context":  context,
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := o.Engine.Decide(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	r := o.Reference.Decide(text)
	if r.Err != nil || r.Reason != d.Reason || !slices.Equal(r.GrantedBy, d.GrantedBy) && len(r.GrantedBy)+len(d.GrantedBy) > 0 {
		t.Fatalf("%s: the engine says %v, the reference %v", text, d, r)
	}
	if d.Reason != engine.Granted && d.Reason != engine.NoRule {
		t.Fatalf("%s is %s", text, d.Reason)
	}
	return d.GrantedBy
}

// Session returns a session with the environment of one of the case's requests; n selects the request and the
// context.
func Session(c sitegen.Case, n uint64) partition.Session {
	s := partition.Session{Context: []string{"hub", "qmc", ""}[n%3]}
	for _, line := range c.Requests {
		var request struct {
			Context struct {
				Environment map[string]any `json:"environment"`
			} `json:"context"`
		}
		if json.Unmarshal(line, &request) != nil || len(request.Context.Environment) < 2 {
			continue
		}
		s.Environment = map[string][]string{}
		for name, value := range request.Context.Environment {
			switch v := value.(type) {
			case string:
				s.Environment[name] = []string{v}
			case []any:
				for _, e := range v {
					if text, ok := e.(string); ok {
						s.Environment[name] = append(s.Environment[name], text)
					}
				}
			}
		}
		maps.DeleteFunc(s.Environment, func(_ string, values []string) bool { return len(values) == 0 })
		return s
	}
	return s
}
