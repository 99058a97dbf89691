package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// meaning is what a path denotes for one class of resources: a Value, a set of
// entities or, where neither is set, the empty set.
type meaning struct {
	value    Value
	entities *Entities
	// typeOf is set where the value is the type of entities that a relation
	// leads to: a literal that is there only if an entity is.
	typeOf *Entities
	// unknown is the index of the first segment that the type before it does
	// not have, -1 if there is none; owner is that type.
	unknown int
	owner   *schema.Type
	// undeclared says that the value is a property that only an open type, or a
	// user as the resource, could have: they may carry anything.
	undeclared bool
}

// path resolves a path for the class. The errors that a path can have are
// found once per rule, by check.
func (sp *specialiser) path(p *condition.Path) meaning {
	segments := p.Segments
	if p.Root == "node" {
		return sp.node(segments)
	}
	if p.Root == "user" {
		if len(segments) > 0 && isEnvironment(segments[0]) {
			if len(segments) == 2 && !segments[1].Custom {
				return meaning{value: Environment{fold(segments[1].Name)}, unknown: -1}
			}
			return meaning{unknown: len(segments) - 1, owner: sp.user}
		}
		return sp.follow(Entities{Root: User, Origin: sp.user.Key()}, sp.user, segments)
	}
	return sp.follow(Entities{Root: Resource, Origin: sp.class.Key}, sp.class.Type, segments)
}

// node resolves what a Sync rule asks of a node. Only the diagnostics need it: of
// a node's properties none is documented but the name, so any may be there.
func (sp *specialiser) node(segments []condition.Segment) meaning {
	at := Entities{Root: Node, Origin: "servernodeconfiguration"}
	switch len(segments) {
	case 0:
		return meaning{entities: &at, unknown: -1}
	case 1:
		return meaning{value: Property{at, fold(segments[0].Name), segments[0].Custom}, undeclared: true, unknown: -1}
	}
	return meaning{unknown: 1, owner: sp.schema.Lookup(at.Origin)}
}

func isEnvironment(s condition.Segment) bool {
	return !s.Custom && fold(s.Name) == "environment"
}

func (sp *specialiser) follow(at Entities, typ *schema.Type, segments []condition.Segment) meaning {
	for i, s := range segments {
		if r, ok := typ.Relations[fold(s.Name)]; ok && !s.Custom {
			target := sp.schema.Lookup(r.Target)
			at, typ = at.Follow(Step{Name: fold(r.Name), Type: target.Key(), Many: r.Many}), target
			continue
		}
		m := sp.property(at, typ, s)
		switch {
		case m.unknown == 0:
			m.unknown = i
		case i+1 < len(segments):
			// A text has no properties.
			return meaning{unknown: i + 1, owner: typ}
		}
		return m
	}
	return meaning{entities: &at, unknown: -1}
}

// property resolves the last segment of a path to a text. Its unknown is 0
// where the type has no such property.
func (sp *specialiser) property(of Entities, typ *schema.Type, s condition.Segment) meaning {
	known := func(v Value) meaning { return meaning{value: v, unknown: -1} }
	name := fold(s.Name)
	if s.Custom {
		if !typ.Custom {
			return meaning{unknown: 0, owner: typ}
		}
		return known(Property{of, "@" + name, true})
	}
	// Of the requester, any name that is no property is a directory attribute,
	// resourcetype included.
	if name == "resourcetype" && of.Root != User {
		return sp.resourceType(of, typ)
	}
	switch {
	case name == "id", name == "name" && typ.Transient:
		return known(Property{of, "id", false})
	case name == "name":
		return known(Property{of, "name", false})
	}
	if p, ok := typ.Properties[name]; ok {
		return known(Property{of, name, p.Many})
	}
	if typ.Attributes || typ.Open {
		m := known(Property{of, name, true})
		m.undeclared = typ.Open || of.IsRoot() && of.Root == Resource
		return m
	}
	return meaning{unknown: 0, owner: typ}
}

// resourceType is known when compiling, but for the types that nothing names
// and for the exact spelling of types outside the schema.
func (sp *specialiser) resourceType(of Entities, typ *schema.Type) meaning {
	if !of.IsRoot() {
		return meaning{value: Literal{typ.Name}, typeOf: &of, unknown: -1}
	}
	if sp.class.InSchema {
		return meaning{value: Literal{typ.Name}, unknown: -1}
	}
	return meaning{value: Property{of, "resourcetype", true}, unknown: -1}
}
