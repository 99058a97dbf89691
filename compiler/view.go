package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// view collects what the rules of a plan read. It includes every type of the schema, even if
// nothing of the type is read; types outside the schema share schema.GeneralKey.
func view(plan *privilege.Plan, s *schema.Schema) schema.View {
	v := viewer{schema.View{}, s}
	for _, t := range s.Types() {
		v.view.Of(t.Key())
	}
	v.view.Of(schema.GeneralKey)
	// The record of a subject says whether the subject is anonymous. A node has no directory.
	if _, ok := s.Lookup("User").Properties["userdirectory"]; ok {
		v.text("user", "userdirectory", false, schema.Folded)
	}
	v.view.Merge(readIn(plan, s))
	return v.view
}

// readIn collects only what the rules of a plan read.
func readIn(plan *privilege.Plan, s *schema.Schema) schema.View {
	v := viewer{schema.View{}, s}
	for _, c := range plan.Classes {
		for _, r := range c.Rules {
			ir.Visit(r.Predicate, func(a ir.Atom, _ bool) { v.atom(a) })
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

func (v viewer) atom(a ir.Atom) {
	read := ir.OperandsOf(a)
	for _, value := range read.Values {
		v.value(value, read.Exact)
	}
	for _, e := range read.Entities {
		v.entities(e)
	}
}

func (v viewer) value(value ir.Value, exact bool) {
	p, ok := value.(ir.Property)
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

func (v viewer) entities(e ir.Entities) {
	at := e.Origin
	for _, s := range e.Steps {
		v.view.Of(v.key(at)).Relations[s.Name] = schema.Relation{Name: s.Name, Target: s.Type, Many: s.Many}
		at = s.Type
	}
}
