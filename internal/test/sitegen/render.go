package sitegen

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

type object = map[string]any

// encode writes JSON on one line.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("sitegen: " + err.Error()) // a bug: it is made of texts, numbers, lists and objects
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// files writes the world as the files of a snapshot.
func (w *world) files() map[string][]byte {
	files := map[string][]byte{}
	for _, kind := range w.kinds {
		var all []any
		for _, e := range w.records[kind] {
			o := w.full(e)
			if _, known := w.schema.Type(kind); !known || chance(w.rand, 2) {
				o["schemaPath"] = kind
			}
			all = append(all, o)
		}
		files[strings.ToLower(kind)+".json"] = encode(all)
	}
	return files
}

// full writes an entity like the QRS, with condensed relations.
func (w *world) full(e *entity) object {
	o := object{"id": e.id}
	for _, name := range slices.Sorted(maps.Keys(e.scalars)) {
		if value := e.scalars[name]; value != nil || chance(w.rand, 2) {
			o[w.key(name)] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.lists)) {
		o[w.key(name)] = append([]any{}, e.lists[name]...)
	}
	if e.kind.Custom || chance(w.rand, 8) { // fields that the type lacks are ignored
		var items []any
		for _, p := range e.custom {
			items = append(items, object{"value": p.value, "definition": object{"id": guid(w.rand), "name": p.name}})
		}
		if !e.kind.Custom {
			items = append(items, object{"value": w.word("x"), "definition": object{"name": pick(w.rand, w.hints.custom)}})
		}
		o["customProperties"] = items
	}
	if e.kind.Attributes {
		var items []any
		for _, p := range e.attributes {
			items = append(items, object{"attributeType": p.name, "attributeValue": p.value})
		}
		o["attributes"] = items
	}
	if e.kind.Open {
		o["settings"] = object{"deep": w.word("x")}
	}
	for _, key := range slices.Sorted(maps.Keys(e.relations)) {
		relation := e.kind.Relations[key]
		var all []any
		for _, target := range e.relations[key] {
			all = append(all, w.condensed(target))
		}
		switch {
		case relation.Many:
			o[w.key(relation.Name)] = append([]any{}, all...)
		case len(all) == 1:
			o[w.key(relation.Name)] = all[0]
		case chance(w.rand, 2):
			o[w.key(relation.Name)] = nil
		}
	}
	return o
}

// key writes a JSON key, sometimes in another case.
func (w *world) key(name string) string {
	if chance(w.rand, 30) {
		return recase(w.rand, name)
	}
	return name
}

// condensed writes an entity inside another one. The fields of an existing entity, except its id, are outdated,
// because readers must join the entity itself.
func (w *world) condensed(e *entity) object {
	if !e.recorded {
		return w.full(e)
	}
	o := object{"id": recase(w.rand, e.id), "name": w.word("stale")}
	if e.kind.Name == "User" {
		o["userId"], o["userDirectory"] = w.word("stale"), "STALE"
	}
	return o
}

// site returns the joined site that a reader of the files gets, for measurements with the independent
// evaluator.
func (w *world) site() *snapshot.Site {
	site := &snapshot.Site{Records: map[string]map[string]*snapshot.Entity{}, Users: map[string]*snapshot.Entity{}}
	made := map[*entity]*snapshot.Entity{}
	for _, kind := range w.kinds {
		byID := map[string]*snapshot.Entity{}
		for _, e := range w.records[kind] {
			byID[schema.Fold(e.id)] = join(e, made)
		}
		site.Records[schema.Fold(kind)] = byID
	}
	for _, e := range w.records["User"] {
		site.Users[schema.Fold(e.scalars["userDirectory"].(string)+`\`+e.scalars["userId"].(string))] = made[e]
	}
	return site
}

func join(e *entity, made map[*entity]*snapshot.Entity) *snapshot.Entity {
	if s, ok := made[e]; ok {
		return s
	}
	s := &snapshot.Entity{
		Type: e.kind.Key(), TypeName: e.kind.Name, ID: e.id, Recorded: e.recorded,
		Scalars: map[string]string{}, Lists: map[string][]string{}, Custom: map[string][]string{},
		Attributes: map[string][]string{}, Relations: map[string][]*snapshot.Entity{},
	}
	made[e] = s
	for name, value := range e.scalars {
		if text, ok := textOf(value); ok {
			s.Scalars[schema.Fold(name)] = text
		}
	}
	for name, values := range e.lists {
		for _, value := range values {
			if text, ok := textOf(value); ok {
				s.Lists[schema.Fold(name)] = append(s.Lists[schema.Fold(name)], text)
			}
		}
	}
	for _, p := range e.custom {
		s.Custom[schema.Fold(p.name)] = append(s.Custom[schema.Fold(p.name)], p.value)
	}
	for _, p := range e.attributes {
		s.Attributes[schema.Fold(p.name)] = append(s.Attributes[schema.Fold(p.name)], p.value)
	}
	for key, targets := range e.relations {
		for _, target := range targets {
			s.Relations[key] = append(s.Relations[key], join(target, made))
		}
	}
	return s
}

// textOf returns the string that a JSON value is for a rule.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, v != "1753-01-01T00:00:00.000Z"
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	case json.Number:
		return v.String(), true
	}
	return "", false
}
