package snapshot

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// role is the role of a field for a reader of the entity.
type role int

const (
	ignored role = iota
	scalar
	list
	relation
	identifier
	customProperties
	attributes
)

// slot is a field that entities of a type may have.
type slot struct {
	role role
	// key is the case-folded name of the field.
	key string
	// property describes how the strings of the field are read.
	property schema.Property
	relation schema.Relation
	// target is the key of the type that the relation leads to.
	target string
	// counter is nil for a field that rules do not need.
	counter *tally
}

// plan describes how entities of one type are read: completely, or reduced to what a view reads.
type plan struct {
	typ *schema.Type
	key string
	// outside reports whether the type is not in the schema.
	outside bool
	view    *schema.TypeView // nil for everything
	census  *census          // nil if rules need no field
	slots   map[string]*slot // by case-folded name, created on demand
	// spelt finds slots by names as written. Its size is limited, because the number of field
	// names in a file is not.
	spelt map[string]*slot
}

const maxSpelt = 1 << 12

var nothing = &schema.TypeView{}

func newPlan(s *schema.Schema, name string, view schema.View) *plan {
	_, known := s.Type(name)
	t := s.Lookup(name)
	p := &plan{typ: t, key: t.Key(), outside: !known, slots: map[string]*slot{}, spelt: map[string]*slot{}}
	if view != nil {
		p.view = view[p.key]
		if p.view == nil && !known {
			p.view = view[schema.GeneralKey]
		}
		if p.view == nil {
			p.view = nothing
		}
	}
	return p
}

// slot returns the slot of a field, by its name as written.
func (p *plan) slot(name []byte) *slot {
	if s, ok := p.spelt[string(name)]; ok {
		return s
	}
	key := schema.Fold(string(name))
	s, ok := p.slots[key]
	if !ok {
		s = p.classify(key)
		s.counter = p.census.field(key)
		if s.role != ignored {
			p.slots[key] = s
		}
	}
	if len(p.spelt) < maxSpelt {
		p.spelt[string(name)] = s
	}
	return s
}

func (p *plan) classify(key string) *slot {
	r, related := p.typ.Relations[key]
	property, declared := p.typ.Properties[key]
	kind := ignored
	switch {
	case key == "id":
		kind = identifier
	case related:
		if p.readsRelation(key) {
			return &slot{role: relation, key: key, relation: r, target: schema.Fold(r.Target)}
		}
	case key == "name" && p.typ.Transient, key == "resourcetype":
		// The id and the type determine these; the value in the file is ignored.
	case key == "name", declared && !property.Many:
		if p.readsText(key) || p.login(key) {
			kind = scalar
		}
	case key == "customproperties" && p.typ.Custom:
		if p.readsLists(true) {
			kind = customProperties
		}
	case key == "attributes" && p.typ.Attributes:
		if p.readsLists(false) {
			kind = attributes
		}
	case declared, p.typ.Open, p.view != nil && p.key == schema.Fold(schema.NodeType):
		// Sync rules may read any property of a node.
		if p.readsText(key) && !strings.HasPrefix(key, "@") {
			kind = list
		}
	}
	return &slot{role: kind, key: key, property: property}
}

// login reports whether a field is part of a user's login. Logins are always read, whatever the rules
// read.
func (p *plan) login(key string) bool {
	return p.key == "user" && (key == "userid" || key == "userdirectory")
}

// readsText reports whether a property of one or many strings is read.
func (p *plan) readsText(name string) bool {
	if p.view == nil {
		return true
	}
	_, one := p.view.Scalars[name]
	_, many := p.view.Lists[name]
	return one || many
}

// readsRelation reports whether a relation is read.
func (p *plan) readsRelation(name string) bool {
	if p.view == nil {
		return true
	}
	_, ok := p.view.Relations[name]
	return ok
}

// readsLists reports whether any custom property is read or, if custom is false, any other list.
func (p *plan) readsLists(custom bool) bool {
	if p.view == nil {
		return true
	}
	for name := range p.view.Lists {
		if strings.HasPrefix(name, "@") == custom {
			return true
		}
	}
	return false
}
