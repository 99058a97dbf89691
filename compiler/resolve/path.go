package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// meaning is what a path denotes for one class of resources: a Value, a set of entities or, if
// neither is set, the empty set.
type meaning struct {
	value    ir.Value
	entities *ir.Entities
	// typeOf is set if the value is the type of the entities that a relation leads to: a
	// literal that only exists if an entity does.
	typeOf *ir.Entities
	// unknown is the index of the first segment that its type does not have, or -1; owner is
	// that type.
	unknown int
	owner   *schema.Type
	// undeclared says that the value is a property that only an open type, or a user as the
	// resource, could have, because they may have any property.
	undeclared bool
}

// path resolves a path for the class. Errors in paths are reported once per rule, by check.
func (sp *specialiser) path(p *condition.Path) meaning {
	segments := p.Segments
	if p.Root == "node" {
		return sp.node(segments)
	}
	if p.Root == "user" {
		if len(segments) > 0 && isEnvironment(segments[0]) {
			if len(segments) == 2 && !segments[1].Custom {
				return meaning{value: ir.Environment{Name: fold(segments[1].Name)}, unknown: -1}
			}
			return meaning{unknown: len(segments) - 1, owner: sp.user}
		}
		return sp.follow(ir.Entities{Root: ir.User, Origin: sp.user.Key()}, sp.user, segments)
	}
	return sp.follow(ir.Entities{Root: ir.Resource, Origin: sp.class.Key}, sp.class.Type, segments)
}

// node resolves a path of a node in a Sync rule. Nodes are the subjects in a view of Sync
// rules; otherwise only the diagnostics need them. A property that is not documented is
// reported, but may exist.
func (sp *specialiser) node(segments []condition.Segment) meaning {
	typ, at := nodeType(sp.schema), ir.Entities{Root: ir.Node, Origin: schema.Fold(schema.NodeType)}
	if sp.options.View == ruleset.Sync {
		at = ir.Entities{Root: ir.User, Origin: typ.Key()}
	}
	m := sp.follow(at, typ, segments)
	if m.undeclared && len(segments) == 1 {
		m.unknown, m.owner = 0, sp.schema.Lookup(schema.NodeType)
	}
	return m
}

func isEnvironment(s condition.Segment) bool {
	return !s.Custom && fold(s.Name) == "environment"
}

func (sp *specialiser) follow(at ir.Entities, typ *schema.Type, segments []condition.Segment) meaning {
	for i, s := range segments {
		if r, ok := typ.Relations[fold(s.Name)]; ok && !s.Custom {
			target := sp.schema.Lookup(r.Target)
			at, typ = at.Follow(ir.Step{Name: fold(r.Name), Type: target.Key(), Many: r.Many}), target
			continue
		}
		m := sp.property(at, typ, s)
		switch {
		case m.unknown == 0:
			m.unknown = i
		case i+1 < len(segments):
			// A string has no properties.
			return meaning{unknown: i + 1, owner: typ}
		}
		return m
	}
	return meaning{entities: &at, unknown: -1}
}

// property resolves the last segment of a path to a string. Its unknown is 0 if the type has no
// such property.
func (sp *specialiser) property(of ir.Entities, typ *schema.Type, s condition.Segment) meaning {
	known := func(v ir.Value) meaning { return meaning{value: v, unknown: -1} }
	name := fold(s.Name)
	if s.Custom {
		if !typ.Custom {
			return meaning{unknown: 0, owner: typ}
		}
		return known(ir.Property{Of: of, Name: "@" + name, List: true})
	}
	// For the subject, any name that is not a property is a directory attribute, including
	// resourcetype.
	if name == "resourcetype" && of.Root != ir.User {
		return sp.resourceType(of, typ)
	}
	switch {
	case name == "id", name == "name" && typ.Transient:
		return known(ir.Property{Of: of, Name: "id", List: false})
	case name == "name":
		return known(ir.Property{Of: of, Name: "name", List: false})
	}
	if p, ok := typ.Properties[name]; ok {
		return known(ir.Property{Of: of, Name: name, List: p.Many})
	}
	if typ.Attributes || typ.Open {
		m := known(ir.Property{Of: of, Name: name, List: true})
		m.undeclared = typ.Open || of.IsRoot() && of.Root == ir.Resource
		return m
	}
	return meaning{unknown: 0, owner: typ}
}

// resourceType is known at compile time, except for types that nothing names and for the exact
// spelling of types outside the schema.
func (sp *specialiser) resourceType(of ir.Entities, typ *schema.Type) meaning {
	if !of.IsRoot() {
		return meaning{value: ir.Literal{Text: typ.Name}, typeOf: &of, unknown: -1}
	}
	if sp.class.InSchema {
		return meaning{value: ir.Literal{Text: typ.Name}, unknown: -1}
	}
	return meaning{value: ir.Property{Of: of, Name: "resourcetype", List: true}, unknown: -1}
}
