package solve

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// Persona restricts the user of a question to one with given properties and no others. The
// properties that identify the user may have any value that no rule names, unless they are
// given.
type Persona struct {
	// Strings are the properties of the user by case-folded name, session attributes as
	// environment.NAME; they are compared ignoring case. A property that identifies the user is
	// free only if it is missing here; a name without strings is a property that the user does
	// not have.
	Strings map[string][]string
	// Free are kinds of properties that may have any value.
	Free []Kind
	// Resource restricts the resource as well, nil for any.
	Resource *Record
}

// Record is a resource, or the target of a relation, with given properties and no others.
type Record struct {
	// Strings are the properties by case-folded name, with the @ of custom properties.
	Strings map[string][]string
	// Relations are by case-folded name; a missing one leads nowhere.
	Relations map[string]*Record
}

// Kind is a kind of properties of the user.
type Kind string

// The kinds.
const (
	Roles      Kind = "roles"
	Custom     Kind = "custom properties"
	Attributes Kind = "directory attributes"
	Session    Kind = "session attributes"
	Login      Kind = "identity"
)

// kindOf returns the kind of a value of the user.
func kindOf(v *value) Kind {
	if v.node == nil {
		return Session
	}
	name, custom := strings.CutPrefix(v.name, "@")
	return KindOf(name, custom)
}

// KindOf returns the kind of a property of the user, which is not a session attribute.
func KindOf(name string, custom bool) Kind {
	switch name = schema.Fold(name); {
	case custom:
		return Custom
	case name == "roles":
		return Roles
	case isField(name):
		return Login
	}
	return Attributes
}

// ScopeFor is Scope with the user restricted to a persona.
func (w *World) ScopeFor(class int, p Persona, formulas ...Formula) *Scope {
	return w.scope(class, false, &p, formulas)
}

// fix records the strings of a record for the values of a node. A user's own record has the
// same free properties as the user.
func (s *Scope) fix(n *node, r *Record) {
	for name, v := range n.values {
		ofUser := n.typ == "user" && slices.Contains(s.persona.Free, kindOf(v))
		if !ofUser && (n != s.resource || name != "resourcetype") {
			s.fixed[v] = r.Strings[name]
		}
	}
	for step, children := range n.children {
		for _, child := range children {
			if to := r.Relations[step]; to != nil {
				s.fix(child, to)
			}
		}
	}
}

// stateRecord states where the relations of a record lead.
func (s *Scope) stateRecord(n *node, r *Record) {
	for step, children := range n.children {
		for i, child := range children {
			to := r.Relations[step]
			if to == nil || i > 0 {
				s.sat.Add(s.exists(child).Not())
				continue
			}
			s.sat.Add(s.exists(child))
			s.stateRecord(child, to)
		}
	}
}

// given returns the strings of the persona for a value, and whether the persona restricts the
// value.
func (s *Scope) given(v *value) ([]string, bool) {
	if strs, fixed := s.fixed[v]; fixed {
		return strs, true
	}
	if s.persona == nil || v == s.environment["context"] || v.node != nil && v.node != s.user || slices.Contains(s.persona.Free, kindOf(v)) {
		return nil, false
	}
	name := v.name
	if v.node == nil {
		name = "environment." + v.name
	}
	return s.persona.Strings[name], true
}

// statePersona states the properties of the persona, and that it has no others.
func (s *Scope) statePersona(v *value) {
	strs, restricted := s.given(v)
	if !restricted {
		return
	}
	c := s.components[v]
	_, fixed := s.fixed[v]
	_, known := s.persona.Strings[v.name]
	anything := !fixed && !known && kindOf(v) == Login
	for i, t := range c.strs {
		named := t.Literal || slices.Contains(t.Matches, true)
		if !anything && !containsFold(strs, t.Fold) || anything && named {
			s.sat.Add(v.bits[i].Not())
		}
	}
	for _, text := range strs {
		var has []sat.Lit
		for _, i := range c.folds[schema.Fold(text)] {
			has = append(has, v.bits[i])
		}
		s.sat.Add(has...)
	}
}

func containsFold(strs []string, fold string) bool {
	return slices.ContainsFunc(strs, func(t string) bool { return schema.Fold(t) == fold })
}

// UnionOfKinds returns the kinds of both lists, without duplicates, in order of first
// occurrence.
func UnionOfKinds(list, more []Kind) []Kind {
	list = slices.Clone(list)
	for _, k := range more {
		if !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}
