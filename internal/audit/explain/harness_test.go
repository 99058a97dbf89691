package explain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// subject has the explainer and the embedded engine of one site.
type subject struct {
	rules   []ruleset.Rule
	policy  *compiler.Policy
	found   diag.List
	dir     string // the snapshot
	bundle  *bundles.Bundle
	engine  *engine.Engine
	explain *explain.Explainer
	// plain does not search for proposals.
	plain *explain.Explainer
	site  *snapshot.Site
}

// open reads rules and a snapshot folder.
func open(t *testing.T, rulesFile, dir string, options compiler.Options) *subject {
	t.Helper()
	s := &subject{dir: dir}
	s.rules, s.found = ruleset.Read(rulesFile)
	policy, found := compiler.Compile(s.rules, options)
	if s.found = append(s.found, found...); policy == nil {
		t.Fatalf("%s does not compile: %v", rulesFile, s.found)
	}
	s.policy = policy
	s.decide(t, dir)
	o := explain.Options{Skipped: policy.Skipped, Diagnostics: s.found}
	if options.ListInequality == resolve.All {
		o.Readings.ListInequality = evaluate.All
	}
	s.explain = explain.New(s.rules, s.site, o)
	o.Proposals = -1
	s.plain = explain.New(s.rules, s.site, o)
	return s
}

// decide returns an engine for a snapshot folder.
func (s *subject) decide(t *testing.T, dir string) {
	t.Helper()
	snap, found := snapshot.Open(dir, nil)
	if found.HasErrors() {
		t.Fatalf("%s: %v", dir, found)
	}
	if s.site, found = snap.Load(nil); found.HasErrors() {
		t.Fatalf("%s: %v", dir, found)
	}
	bundle, err := bundles.InMemory(t.Context(), s.policy, func(ctx context.Context, w io.Writer) error {
		_, err := snap.Project(ctx, s.policy.View, w, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.bundle = bundle
	if s.engine, err = engine.New(t.Context(), bundle); err != nil {
		t.Fatal(err)
	}
}

// out explains a request, with proposals.
func (s *subject) out(t *testing.T, request []byte) *explain.Explanation {
	t.Helper()
	return by(t, s.explain, request)
}

// by explains a request, or fails the test if that is not possible.
func by(t *testing.T, e *explain.Explainer, request []byte) *explain.Explanation {
	t.Helper()
	x, err := e.Explain(request)
	if err != nil {
		t.Fatalf("%s: %v", request, err)
	}
	return x
}

// ask returns a request.
func ask(subject, action, typeName, id, from string) []byte {
	r := object{
		"subject": object{"type": "user", "id": subject}, "action": object{"name": action},
		"resource": object{"type": typeName, "id": id},
	}
	if from != "" {
		r["context"] = object{"request_context": from}
	}
	return encode(r)
}

type object = map[string]any

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, lists and objects
	}
	return text
}

func decode(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// after applies a proposal to a copy of the snapshot files and to the request, like a person who knows only the
// text of the proposal. It returns the folder and the request.
func after(t *testing.T, dir string, request []byte, p explain.Proposal) (string, []byte) {
	t.Helper()
	into := t.TempDir()
	if err := os.CopyFS(into, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	changed, _ := decode(t, request).(object)
	for _, c := range p.Changes {
		if c.Where == explain.InRequest {
			inRequest(t, changed, c)
			continue
		}
		path := filepath.Join(into, filepath.Base(c.File))
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%s: %v", c.Sentence, err)
		}
		all, _ := decode(t, content).([]any)
		hit := false
		for _, e := range all {
			if e := e.(object); strings.EqualFold(textOf(member(e, "id")), c.Entity.ID) {
				hit = true
				change(t, e, c)
			}
		}
		if !hit {
			t.Fatalf("%s: there is no %s in %s", c.Sentence, c.Entity.ID, c.File)
		}
		if err := os.WriteFile(path, encode(all), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return into, encode(changed)
}

// inRequest changes the request.
func inRequest(t *testing.T, request object, c explain.Change) {
	t.Helper()
	path := strings.Split(c.Field, ".")
	at := request
	for _, step := range path[:len(path)-1] {
		if _, ok := at[step].(object); !ok {
			at[step] = object{}
		}
		at = at[step].(object)
	}
	name := path[len(path)-1]
	switch {
	case c.Kind == "context":
		at[name] = c.Value
	case strings.HasPrefix(c.Field, "context.environment."):
		at[nameOf(at, name)] = values(at[nameOf(at, name)], c)
	default:
		c.Field = name
		change(t, at, c)
	}
}

// change changes an entity in the format of the repository or of a request.
func change(t *testing.T, e object, c explain.Change) {
	t.Helper()
	field := nameOf(e, c.Field)
	switch {
	case c.Field == "attributes":
		e[field] = pairs(e[field], c, c.Property, "attributeValue", "attributeType")
	case c.Field == "customProperties":
		if short, ok := member(e, "custom").(object); ok && c.Entity.OnRecord == false {
			name := nameOf(short, strings.TrimPrefix(c.Property, "@"))
			short[name] = values(short[name], c)
			return
		}
		e[field] = pairs(e[field], c, strings.TrimPrefix(c.Property, "@"), "value", "definition")
	case c.Kind == "relate":
		e[field] = object{"id": c.Target.ID, "name": c.Target.Name}
		if c.Field == "stream" && c.Entity.Type == "App" {
			e[nameOf(e, "published")] = true
		}
	case c.Kind == "set":
		e[field] = c.Value
	case c.Field == "roles":
		e[field] = values(e[field], c)
	case c.Kind == "remove":
		delete(e, field)
	default:
		t.Fatalf("the test does not support this change: %+v", c)
	}
}

// pairs adds or removes an item of a custom property or of an attribute.
func pairs(old any, c explain.Change, name, valueField, nameField string) any {
	if short, ok := old.(object); ok {
		key := nameOf(short, name)
		short[key] = values(short[key], c)
		return short
	}
	list, _ := old.([]any)
	var kept []any
	for _, item := range list {
		item, _ := item.(object)
		about := member(item, nameField)
		if definition, ok := about.(object); ok {
			about = member(definition, "name")
		}
		if !strings.EqualFold(textOf(about), name) || textOf(member(item, valueField)) != c.Value {
			kept = append(kept, item)
		}
	}
	if c.Kind == "add" {
		var about any = name
		if nameField == "definition" {
			about = object{"name": name}
		}
		kept = append(kept, object{valueField: c.Value, nameField: about})
	}
	return kept
}

// values adds or removes a value of a list.
func values(old any, c explain.Change) any {
	list, isList := old.([]any)
	if !isList && old != nil {
		list = []any{old}
	}
	kept := []any{}
	for _, v := range list {
		if textOf(v) != c.Value {
			kept = append(kept, v)
		}
	}
	if c.Kind == "add" {
		kept = append(kept, c.Value)
	}
	return kept
}

// nameOf returns the name under which an object has a member, ignoring case.
func nameOf(o object, name string) string {
	best := ""
	for other := range o {
		if strings.EqualFold(other, name) && (best == "" || other < best) {
			best = other
		}
	}
	if best == "" {
		return name
	}
	return best
}

func member(o object, name string) any { return o[nameOf(o, name)] }

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}
