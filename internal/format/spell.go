package format

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// names are the spellings of the schema's names, by case-folded name.
type names map[string]string

// spellings returns the names of all properties and relations with a unique spelling.
func spellings(s *schema.Schema) names {
	n := names{"id": "id", "name": "name", "resourcetype": "resourcetype", "environment": "environment"}
	add := func(name string) {
		key := schema.Fold(name)
		if known, ok := n[key]; ok && known != name {
			name = "" // two types spell it differently
		}
		n[key] = name
	}
	for _, t := range s.Types() {
		for _, p := range t.Properties {
			add(p.Name)
		}
		for _, r := range t.Relations {
			add(r.Name)
		}
	}
	return n
}

// spelled returns a tree in which case-insensitive names have the spelling of the schema and of
// Qlik and, with flat, nested chains of the same connective are merged.
func spelled(n condition.Node, names names, flat bool) condition.Node {
	switch n := n.(type) {
	case *condition.Or:
		or := &condition.Or{Range: n.Range}
		for _, operand := range n.Operands {
			operand = spelled(operand, names, flat)
			if inner, ok := operand.(*condition.Or); ok && flat {
				or.Operands = append(or.Operands, inner.Operands...)
			} else {
				or.Operands = append(or.Operands, operand)
			}
		}
		return or
	case *condition.And:
		and := &condition.And{Bare: n.Bare, Range: n.Range}
		for _, operand := range n.Operands {
			operand = spelled(operand, names, flat)
			if inner, ok := operand.(*condition.And); ok && flat {
				and.Operands = append(and.Operands, inner.Operands...)
			} else {
				and.Operands = append(and.Operands, operand)
			}
		}
		return and
	case *condition.Not:
		return &condition.Not{Operand: spelled(n.Operand, names, flat), Bare: n.Bare, Range: n.Range}
	case *condition.Bool:
		return n
	case *condition.Comparison:
		c := *n
		c.Left, c.Right = names.operand(n.Left), names.operand(n.Right)
		return &c
	case *condition.Call:
		c := *n
		c.Path, c.Function = names.path(n.Path), n.Kind().String()
		return &c
	}
	panic("format: unknown node of a condition")
}

func (n names) operand(o condition.Operand) condition.Operand {
	switch o := o.(type) {
	case *condition.String:
		return o
	case *condition.Path:
		p := n.path(*o)
		return &p
	}
	panic("format: unknown operand of a comparison")
}

// path returns a path with the spelling of the schema. A name after user is a directory
// attribute, unless the schema has it, and keeps its spelling.
func (n names) path(p condition.Path) condition.Path {
	segments := make([]condition.Segment, len(p.Segments))
	for i, s := range p.Segments {
		attribute := p.Root == "user" && i > 0
		if name := n[schema.Fold(s.Name)]; name != "" && !s.Custom && !attribute {
			s.Name = name
		}
		segments[i] = s
	}
	p.Segments = segments
	return p
}
