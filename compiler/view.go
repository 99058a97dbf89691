package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// view collects what the rules of a plan read. Every type of the schema is in
// it, also one of which nothing is read; types outside share schema.GeneralKey.
func view(plan *privilege.Plan, s *schema.Schema) schema.View {
	v := viewer{schema.View{}, s}
	for _, t := range s.Types() {
		v.view.Of(t.Key())
	}
	v.view.Of(schema.GeneralKey)
	// Whether a requester on record is anonymous is in the record.
	v.text("user", "userdirectory", false, schema.Folded)
	for _, c := range plan.Classes {
		for _, r := range c.Rules {
			resolve.Visit(r.Predicate, func(test resolve.Predicate, _ bool) { v.test(test) })
		}
	}
	return v.view
}

type viewer struct {
	view   schema.View
	schema *schema.Schema
}

func (v viewer) key(typ string) string {
	if _, ok := v.schema.Type(typ); ok {
		return typ
	}
	return schema.GeneralKey
}

func (v viewer) test(p resolve.Predicate) {
	switch p := p.(type) {
	case resolve.OneOf:
		v.value(p.Value, p.Exact)
	case resolve.Common:
		v.value(p.Left, p.Exact)
		v.value(p.Right, p.Exact)
	case resolve.Identical:
		v.value(p.Left, p.Exact)
		v.value(p.Right, p.Exact)
	case resolve.Like:
		v.value(p.Value, false)
	case resolve.Matches:
		v.value(p.Value, true)
	case resolve.Present:
		v.value(p.Value, false)
	case resolve.Exists:
		v.entities(p.Entities)
	case resolve.CommonEntity:
		v.entities(p.Left)
		v.entities(p.Right)
	case resolve.IdenticalEntity:
		v.entities(p.Left)
		v.entities(p.Right)
	case resolve.Privilege:
		v.entities(p.Entities)
	default: // connectives are taken apart by Visit; the rest reads no entity
	}
}

func (v viewer) value(value resolve.Value, exact bool) {
	p, ok := value.(resolve.Property)
	if !ok {
		return
	}
	v.entities(p.Of)
	form := schema.Folded
	if exact {
		form = schema.Exact
	}
	if p.Name == "id" && !exact {
		return // the key of every entity
	}
	v.text(v.key(p.Of.Type()), p.Name, p.List, form)
}

func (v viewer) text(typ, name string, list bool, form schema.Form) {
	t := v.view.Of(typ)
	if list {
		t.Lists[name] |= form
		return
	}
	t.Scalars[name] |= form
}

func (v viewer) entities(e resolve.Entities) {
	at := e.Origin
	for _, s := range e.Steps {
		v.view.Of(v.key(at)).Relations[s.Name] = schema.Relation{Name: s.Name, Target: s.Type, Many: s.Many}
		at = s.Type
	}
}
