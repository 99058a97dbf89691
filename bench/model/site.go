package model

import (
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Site provides the entities of a bundle's data as Go values. Entities are created on demand and cached,
// so that measurements do not include their creation.
type Site struct {
	data    *bundles.Document
	layouts map[string]*Layout
	known   map[string]map[string]*Entity
	made    int
}

// Layout describes the entities of a type: the slot of each string, by name ("=name" as written, otherwise
// case-folded), and of each relation.
type Layout struct {
	Texts, Relations map[string]int
	// Single reports whether there is at most one string of a name.
	Single map[string]bool
	target map[string]string
}

// Entity is an entity of a site, with what the rules read.
type Entity struct {
	Type, ID string
	Layout   *Layout
	// Texts and Related are indexed by the slots of the layout; slot 0 of Texts is the id.
	Texts   [][]string
	Related [][]*Entity
	// Self is a set with only the entity.
	Self []*Entity
	// Number is the number of entities created before, so that a peer can store its own data about
	// entities in a slice.
	Number int
}

// NewSite returns the entities of a bundle with the given view.
func NewSite(b *bundles.Bundle, view schema.View) *Site {
	s := &Site{data: &b.Data, layouts: map[string]*Layout{}, known: map[string]map[string]*Entity{}}
	for key, t := range view {
		s.layouts[key] = layout(t)
	}
	return s
}

func layout(t *schema.TypeView) *Layout {
	l := &Layout{Texts: map[string]int{"id": 0}, Relations: map[string]int{}, Single: map[string]bool{"id": true}, target: map[string]string{}}
	text := func(name string, form schema.Form, single bool) {
		for prefix, wanted := range map[string]schema.Form{"": schema.Folded, "=": schema.Exact} {
			if key := prefix + name; form&wanted != 0 && key != "id" {
				l.Texts[key], l.Single[key] = 0, single
			}
		}
	}
	for name, form := range t.Scalars {
		text(name, form, true)
	}
	for name, form := range t.Lists {
		text(name, form, false)
	}
	// Slots are in the order of names, with the id first.
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(l.Texts)), func(name string) bool { return name == "id" })
	for i, name := range names {
		l.Texts[name] = i + 1
	}
	for i, name := range slices.Sorted(maps.Keys(t.Relations)) {
		l.Relations[name], l.target[name] = i, schema.Fold(t.Relations[name].Target)
	}
	return l
}

// Layout returns the layout of a type's entities.
func (s *Site) Layout(typ string) *Layout {
	if l := s.layouts[typ]; l != nil {
		return l
	}
	return s.layouts[schema.GeneralKey]
}

// Made returns the number of entities created so far.
func (s *Site) Made() int { return s.made }

// User returns the existing user with the login DIRECTORY\user, or nil.
func (s *Site) User(account string) *Entity {
	id, _ := s.data.Lookup("site", "subjects", schema.Fold(account))
	text, _ := id.(string)
	return s.Entity("user", text)
}

// Entity returns the existing entity with a type and an id, both case-folded, or nil.
func (s *Site) Entity(typ, id string) *Entity {
	if e, ok := s.known[typ][id]; ok {
		return e
	}
	value, _ := s.data.Lookup("site", "entities", typ, id)
	record, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	l := s.Layout(typ)
	e := &Entity{Type: typ, ID: id, Layout: l, Texts: make([][]string, len(l.Texts)), Related: make([][]*Entity, len(l.Relations)), Number: s.made}
	e.Self, e.Texts[0] = []*Entity{e}, []string{id}
	s.made++
	for name, slot := range l.Texts {
		if name != "id" {
			e.Texts[slot] = texts(record[name])
		}
	}
	for name, slot := range l.Relations {
		for _, id := range texts(record[name]) {
			if other := s.Entity(l.target[name], id); other != nil {
				e.Related[slot] = append(e.Related[slot], other)
			}
		}
	}
	if s.known[typ] == nil {
		s.known[typ] = map[string]*Entity{}
	}
	s.known[typ][id] = e
	return e
}

func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		list := make([]string, 0, len(v))
		for _, element := range v {
			if text, ok := element.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}
