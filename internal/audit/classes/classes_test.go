package classes_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/classes"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/reference"
	"github.com/qlik2rego/qlik2rego/internal/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

var sites = flag.Uint64("sites", 4, "how many sites TestClassesAreExact looks at")

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

// rights are the rules that grant each action, as a text, by both readings.
func (o opened) rights(t *testing.T, q classes.Question, subject, typ, id string) string {
	t.Helper()
	request := map[string]any{"subject": map[string]any{"type": "user", "id": subject}, "resource": map[string]any{"type": typ, "id": id}}
	context := map[string]any{}
	if q.Session.Context != "" {
		context["request_context"] = q.Session.Context
	}
	if q.Session.Environment != nil {
		context["environment"] = q.Session.Environment
	}
	request["context"] = context
	var b strings.Builder
	for _, a := range ruleset.AllActions {
		if q.Actions&uint32(a) == 0 {
			continue
		}
		request["action"] = map[string]any{"name": a.Name()}
		text, err := json.Marshal(request)
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
		fmt.Fprintf(&b, "%s %q\n", a.Name(), d.GrantedBy)
	}
	return b.String()
}

// TestClassesAreExact holds on generated sites: of two pairs that do not stand
// apart and are of the same classes, every action is granted by the same rules.
func TestClassesAreExact(t *testing.T) {
	size := sitegen.Size{Users: 7, Streams: 4, Apps: 6, Objects: 7, Others: 2, Rules: 25, Requests: 60}
	seeds := *sites
	if testing.Short() {
		seeds = 1
	}
	pairs, folded, apart := 0, 0, 0
	for seed := uint64(1); seed <= seeds; seed++ {
		c := sitegen.Generate(seed, size)
		o := open(t, c)
		q := classes.Question{Types: o.bundle.Data.Keys("site", "entities"), Actions: everyAction, Session: session(c, int(seed))}
		if seed%3 == 0 {
			q.Actions = 2
		}
		m, err := classes.Fold(t.Context(), &o.bundle.Data, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, typ := range q.Types {
			r := m.Resources[typ]
			type pair struct{ requester, resource int32 }
			known := map[pair]string{}
			for i, subject := range m.Requesters.Subjects {
				for j, id := range r.Handles[:r.Recorded] {
					pairs++
					if slices.Contains(r.Apart[int32(j)], int32(i)) {
						apart++
						continue
					}
					p := pair{m.Requesters.Of[i], r.Of[j]}
					rights := o.rights(t, q, subject, typ, id)
					first, seen := known[p]
					if !seen {
						known[p] = rights
						continue
					}
					folded++
					if first != rights {
						t.Fatalf("seed %d: %s and %s %s are of classes of which another pair has\n%s, but they have\n%s", seed, subject, typ, id, first, rights)
					}
				}
			}
		}
	}
	t.Logf("%d pairs, %d of the classes of others, %d apart", pairs, folded, apart)
	if folded*20 < pairs || apart == 0 {
		t.Errorf("%d pairs, only %d of the classes of others and %d apart: too little is compared", pairs, folded, apart)
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
