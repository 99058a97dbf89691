package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// variant is one of the meanings that an operand has, and when it has that one.
type variant struct {
	guard ir.Predicate
	meaning
}

// variants returns the meanings of an operand. There are two where session attributes
// take the place of the record's: those of the session, where the request sends the
// name, and else the record's.
func (sp *specialiser) variants(o condition.Operand) []variant {
	m := sp.operand(o)
	p, ok := m.value.(ir.Property)
	if sp.options.SessionAttributes != SessionStored || !ok || !sp.isAttribute(p) {
		return []variant{{ir.Constant{Value: true}, m}}
	}
	sent := ir.Environment{Name: p.Name}
	return []variant{
		{ir.Present{Value: sent}, meaning{value: sent, unknown: -1}},
		{ir.Not(ir.Present{Value: sent}), m},
	}
}

// isAttribute says whether a value is an attribute that the subject's directory or
// session could say. That the request comes from somewhere is not sent by the session.
func (sp *specialiser) isAttribute(p ir.Property) bool {
	if p.Of.Root != ir.User || !p.Of.IsRoot() || p.Name[0] == '@' || p.Name == "id" || p.Name == "name" || p.Name == "context" {
		return false
	}
	_, declared := sp.user.Properties[p.Name]
	return !declared
}

// entityText is a comparison of an entity with a text under the option. In error, it
// stands for what the rule does not grant.
func (sp *specialiser) entityText(c *condition.Comparison, left, right meaning) ir.Predicate {
	switch sp.options.EntityText {
	case EntityTextIDOrName:
		return sp.idOrName(c, left, right)
	case EntityTextError, EntityTextNever:
	}
	return ir.Constant{Value: sp.negated}
}

// idOrName compares the texts of an entity, its id, userId and name, with a text.
func (sp *specialiser) idOrName(c *condition.Comparison, left, right meaning) ir.Predicate {
	entity, text := left, right
	if left.entities == nil {
		entity, text = right, left
	}
	var holds, present []ir.Predicate
	for _, m := range sp.textsOf(*entity.entities) {
		l, r := m, right
		if left.entities == nil {
			l, r = left, m
		}
		p := sp.compare(c, l, r)
		if c.Op.Inequality() {
			p = ir.And(m.present(), text.present(), p)
		}
		holds, present = append(holds, p), append(present, m.present())
	}
	if !c.Op.Inequality() {
		return ir.Or(holds...)
	}
	if sp.options.ListInequality == All {
		equal := *c
		equal.Op = c.Op.Opposite()
		return ir.Not(sp.idOrName(&equal, left, right))
	}
	return ir.Or(append(holds, ir.Not(ir.Or(present...)), ir.Not(text.present()))...)
}

// textsOf are the texts by which an entity could be named.
func (sp *specialiser) textsOf(e ir.Entities) []meaning {
	typ := sp.user
	if e.Type() != sp.user.Key() {
		typ = sp.typeOf(e)
	}
	names := []string{"id", "name"}
	if typ.Attributes {
		names = append(names, "userId")
	}
	var all []meaning
	for _, name := range names {
		all = append(all, sp.property(e, typ, condition.Segment{Name: name}))
	}
	return all
}

// typeOf returns the type of entities: that of the class for the resource itself.
func (sp *specialiser) typeOf(e ir.Entities) *schema.Type {
	if e.IsRoot() && e.Root == ir.Resource {
		return sp.class.Type
	}
	return sp.schema.Lookup(e.Type())
}
