package sitegen

import (
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// path is a path in a condition, with the values of the witness.
type path struct {
	text     string
	entities bool
	kind     *schema.Type // of the entities
	values   []string
	of       []*entity
}

// paths lists the paths from a resource of the witness along all relations of its type. A missing relation
// has its paths too, without values.
func (w *world) paths(from string, t *schema.Type, of []*entity) []path {
	var found []path
	text := func(name string, values func(*entity) []string) {
		p := path{text: from + "." + w.name(name)}
		for _, e := range of {
			p.values = append(p.values, values(e)...)
		}
		found = append(found, p)
	}
	scalar := func(name string) {
		text(name, func(e *entity) []string { return e.textsOf(name) })
	}
	text("id", func(e *entity) []string {
		if e.id == "" {
			return nil
		}
		return []string{e.id}
	})
	text("resourcetype", func(e *entity) []string { return []string{e.kind.Name} })
	if t.Transient {
		text("name", func(e *entity) []string { return []string{e.id} })
	} else {
		scalar("name")
	}
	for _, key := range slices.Sorted(maps.Keys(t.Properties)) {
		scalar(t.Properties[key].Name)
	}
	if t.Open {
		for _, name := range w.hints.open {
			if _, isRelation := t.Relations[schema.Fold(name)]; !isRelation && name != "stream" {
				scalar(name)
			}
		}
		text("settings", func(*entity) []string { return nil })
	}
	if t.Custom {
		for _, name := range w.hints.custom {
			text("@"+name, func(e *entity) []string { return valuesOf(e.custom, name) })
		}
	}
	if t.Attributes {
		for _, name := range w.hints.attributes {
			text(name, func(e *entity) []string { return valuesOf(e.attributes, name) })
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Relations)) {
		relation := t.Relations[key]
		next := path{text: from + "." + w.name(relation.Name), entities: true, kind: w.schema.Lookup(relation.Target)}
		for _, e := range of {
			next.of = append(next.of, e.relations[key]...)
		}
		found = append(found, next)
		found = append(found, w.paths(next.text, next.kind, next.of)...)
	}
	return found
}

// userPaths lists the paths from user.
func (w *world) userPaths(x *witness) []path {
	var found []path
	text := func(name string, values []string) {
		found = append(found, path{text: "user." + w.name(name), values: values})
	}
	for _, name := range []string{"name", "userId", "userDirectory", "roles"} {
		text(name, x.user.textsOf(name))
	}
	if x.user.id != "" {
		text("id", []string{x.user.id})
	}
	for _, name := range w.hints.custom {
		text("@"+name, valuesOf(x.user.custom, name))
	}
	for _, name := range w.hints.attributes {
		text(name, valuesOf(x.user.attributes, name))
	}
	for _, name := range w.hints.attending {
		text("environment."+w.name(name), x.environment[schema.Fold(name)])
	}
	return found
}

// name writes the name of a property, a relation or a custom property, sometimes in another case, as rules
// do.
func (w *world) name(name string) string { return asciiCase(w.rand, name) }

func (e *entity) textsOf(name string) []string {
	var found []string
	for _, v := range append([]any{e.scalars[name]}, e.lists[name]...) {
		if text, ok := textOf(v); ok {
			found = append(found, text)
		}
	}
	return found
}

func valuesOf(pairs []pair, name string) []string {
	var found []string
	for _, p := range pairs {
		if schema.Fold(p.name) == schema.Fold(name) {
			found = append(found, p.value)
		}
	}
	return found
}
