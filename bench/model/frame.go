package model

import (
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Query is a request with its entities.
type Query struct {
	Subject, Resource *Entity
	Stage             Stage
	From              ruleset.Context
	// Environment contains strings by case-folded name and, under "=" and the name, as written.
	Environment map[string][]string
}

// Frame is one evaluation within a decision: the query and a resource, which is that of the request or a
// related one.
type Frame struct {
	*Query
	Resource *Entity
	Held     *Held
}

// Held caches the rights that a decision has evaluated. There are few, so that a list is faster than a
// map.
type Held []held

type held struct {
	entity *Entity
	stage  Stage
	has    bool
}

// May returns the cached result for a right on an entity, or calls find.
func (f *Frame) May(s Stage, e *Entity, find func(*Frame) bool) bool {
	for _, h := range *f.Held {
		if h.entity == e && h.stage == s {
			return h.has
		}
	}
	has := find(&Frame{Query: f.Query, Resource: e, Held: f.Held})
	*f.Held = append(*f.Held, held{e, s, has})
	return has
}

// Texts returns a function that returns the strings of a value. If a class lacks it, there are none.
func (s *Site) Texts(v ir.Value, exact bool) func(*Frame) []string {
	switch v := v.(type) {
	case ir.Literal:
		text := []string{Text(v, exact)}
		return func(*Frame) []string { return text }
	case ir.Environment:
		name := v.Name
		if exact {
			name = "=" + name
		}
		return func(f *Frame) []string { return f.Environment[name] }
	case ir.Property:
		slot, ok := s.Layout(v.Of.Type()).Texts[Name(v, exact)]
		if !ok {
			return func(*Frame) []string { return nil }
		}
		if v.Of.IsRoot() && v.Of.Root == ir.User {
			return func(f *Frame) []string { return f.Subject.Texts[slot] }
		}
		if v.Of.IsRoot() {
			return func(f *Frame) []string { return f.Resource.Texts[slot] }
		}
		entities := s.Entities(v.Of)
		return func(f *Frame) []string {
			switch found := entities(f); len(found) {
			case 0:
				return nil
			case 1:
				return found[0].Texts[slot]
			default:
				var all []string
				for _, e := range found {
					all = append(all, e.Texts[slot]...)
				}
				return all
			}
		}
	}
	return nil
}

// Text returns the string of a literal, case-folded unless exact is set.
func Text(l ir.Literal, exact bool) string {
	if exact {
		return l.Text
	}
	return schema.Fold(l.Text)
}

// Name returns the key of a property in the data: with = in front if exact is set, otherwise case-folded.
func Name(p ir.Property, exact bool) string {
	if exact {
		return "=" + p.Name
	}
	return p.Name
}

// Single reports whether a value has at most one string.
func (s *Site) Single(v ir.Value, exact bool) bool {
	p, ok := v.(ir.Property)
	return !ok && !v.Many() || ok && !p.Of.Many() && s.Layout(p.Of.Type()).Single[Name(p, exact)]
}

// Entities returns a function that returns a set of entities.
func (s *Site) Entities(e ir.Entities) func(*Frame) []*Entity {
	if e.IsRoot() {
		if e.Root == ir.User {
			return func(f *Frame) []*Entity { return f.Subject.Self }
		}
		return func(f *Frame) []*Entity { return f.Resource.Self }
	}
	parent := s.Entities(e.Parent())
	slot, ok := s.Layout(e.Parent().Type()).Relations[e.Steps[len(e.Steps)-1].Name]
	if !ok {
		return func(*Frame) []*Entity { return nil }
	}
	return func(f *Frame) []*Entity {
		found := parent(f)
		if len(found) == 1 {
			return found[0].Related[slot]
		}
		var all []*Entity
		for _, p := range found {
			all = append(all, p.Related[slot]...)
		}
		return all
	}
}
