package matrix_test

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/classes"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/reference"
	"github.com/qlik2rego/qlik2rego/internal/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

var sites = flag.Uint64("sites", 4, "how many sites TestMatrixIsCellByCell looks at")

var everyAction = func() (mask uint32) {
	for _, a := range ruleset.AllActions {
		mask |= uint32(a)
	}
	return mask
}()

// opened is a generated case, compiled, with both readings of it.
type opened struct {
	bundle    *bundles.Bundle
	engine    *engine.Engine
	reference *reference.Evaluator
}

func open(t *testing.T, c sitegen.Case) opened {
	t.Helper()
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	site, found := snapshot.Open(filepath.Join(dir, "snapshot"), schema.Default())
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
	policy, _ := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatal("the rules do not compile")
	}
	var o opened
	var err error
	if o.bundle, err = bundles.InMemory(t.Context(), policy, func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, snapshot.NoProgress{})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if o.engine, err = engine.New(t.Context(), o.bundle); err != nil {
		t.Fatal(err)
	}
	if o.reference, found = reference.New(rules, loaded, reference.Options{}); found.HasErrors() {
		t.Fatal(found)
	}
	return o
}

// granting are the rules that grant an action, by both readings.
func (o opened) granting(t *testing.T, q classes.Question, subject, typ, id string, action ruleset.Action) []string {
	t.Helper()
	context := map[string]any{}
	if q.Session.Context != "" {
		context["request_context"] = q.Session.Context
	}
	if q.Session.Environment != nil {
		context["environment"] = q.Session.Environment
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
	d, err := o.engine.Decide(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	r := o.reference.Decide(text)
	if r.Err != nil || r.Reason != d.Reason || !slices.Equal(r.GrantedBy, d.GrantedBy) && len(r.GrantedBy)+len(d.GrantedBy) > 0 {
		t.Fatalf("%s: the engine says %v, the reference %v", text, d, r)
	}
	if d.Reason != engine.Granted && d.Reason != engine.NoRule {
		t.Fatalf("%s is %s", text, d.Reason)
	}
	return d.GrantedBy
}

// TestMatrixIsCellByCell holds on generated sites: the matrix says of every pair
// and action what both readings of the rules decide, with the same rules.
func TestMatrixIsCellByCell(t *testing.T) {
	size := sitegen.Size{Users: 7, Streams: 4, Apps: 6, Objects: 7, Others: 2, Rules: 25, Requests: 60}
	seeds := *sites
	if testing.Short() {
		seeds = 1
	}
	cells, granted, asked := 0, 0, int64(0)
	for seed := uint64(1); seed <= seeds; seed++ {
		c := sitegen.Generate(seed, size)
		o := open(t, c)
		q := classes.Question{Types: o.bundle.Data.Keys("site", "entities"), Actions: everyAction, Session: session(c, int(seed))}
		if seed%4 == 0 {
			q.Actions = 2 | 4
		}
		m, err := matrix.Compute(t.Context(), o.bundle, q, snapshot.NoProgress{})
		if err != nil {
			t.Fatal(err)
		}
		asked += m.Asked
		for _, r := range m.Types {
			for i, subject := range m.Model.Requesters.Subjects {
				for j, id := range r.Handles[:r.Recorded] {
					rules := m.Granting(r, int32(i), int32(j))
					for _, a := range ruleset.AllActions {
						if q.Actions&uint32(a) == 0 {
							continue
						}
						var got []string
						for _, n := range rules {
							if r.Rules[n].Actions&uint32(a) != 0 {
								got = append(got, r.Rules[n].ID)
							}
						}
						slices.Sort(got)
						want := o.granting(t, q, subject, r.Type, id, a)
						cells++
						granted += len(want)
						if !slices.Equal(got, want) && len(got)+len(want) > 0 {
							t.Fatalf("seed %d: %s may %s %s %s by %q, in the matrix by %q", seed, subject, a.Name(), r.Type, id, want, got)
						}
					}
				}
			}
		}
	}
	t.Logf("%d cells, granted %d times; the policy was asked %d times", cells, granted, asked)
	if granted == 0 {
		t.Error("nothing is granted: nothing was compared")
	}
}

// session takes the context of one of the case's requests.
func session(c sitegen.Case, n int) classes.Session {
	contexts := []string{"hub", "qmc", ""}
	s := classes.Session{Context: contexts[n%3]}
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
		for _, name := range slices.Sorted(maps.Keys(request.Context.Environment)) {
			switch v := request.Context.Environment[name].(type) {
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
		break
	}
	return s
}
