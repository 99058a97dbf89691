package resolve

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// variant is one possible meaning of an operand, and the condition under which it applies.
type variant struct {
	guard ir.Predicate
	meaning
}

// variants returns the meanings of an operand. There are two if session attributes replace the
// record's: the session's, if the request sends the name, and else the record's.
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

// isAttribute reports whether a value is an attribute that both the subject's directory and the
// session could provide. The context of a request is not sent by the session.
func (sp *specialiser) isAttribute(p ir.Property) bool {
	if p.Of.Root != ir.User || !p.Of.IsRoot() || p.Name[0] == '@' || p.Name == "id" || p.Name == "name" || p.Name == "context" {
		return false
	}
	_, declared := sp.user.Properties[p.Name]
	return !declared
}

// entityText is a comparison of an entity with a string, interpreted by the option. In a rule
// with an error it is a constant that does not grant.
func (sp *specialiser) entityText(c *condition.Comparison, left, right meaning) ir.Predicate {
	switch sp.options.EntityText {
	case EntityTextIDOrName:
		return sp.idOrName(c, left, right)
	case EntityTextError, EntityTextNever:
	}
	return ir.Constant{Value: sp.negated}
}

// idOrName compares the id, userId and name of an entity with a string.
func (sp *specialiser) idOrName(c *condition.Comparison, left, right meaning) ir.Predicate {
	entity, text := left, right
	if left.entities == nil {
		entity, text = right, left
	}
	var holds, present []ir.Predicate
	for _, m := range sp.namesOf(*entity.entities) {
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

// namesOf are the properties by which a string could identify an entity.
func (sp *specialiser) namesOf(e ir.Entities) []meaning {
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

// typeOf returns the type of entities; for the resource itself that of the class.
func (sp *specialiser) typeOf(e ir.Entities) *schema.Type {
	if e.IsRoot() && e.Root == ir.Resource {
		return sp.class.Type
	}
	return sp.schema.Lookup(e.Type())
}
