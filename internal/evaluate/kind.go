package evaluate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// kind is what an operand denotes on a resource of some type, regardless of whether it has a
// value.
type kind int

const (
	// nothing is a property that the type does not have, anything one that an open type may
	// have.
	nothing kind = iota
	anything
	text
	entity
)

// mixes reports whether an entity is compared with a string.
func mixes(a, b kind) bool { return a == entity && b == text || a == text && b == entity }

func (s scope) kind(o condition.Operand) kind {
	return kindOf(s.evaluator.schema, s.evaluator.schema.Lookup(s.resource.TypeName), o)
}

// kindOf returns the kind of an operand on a resource of a type.
func kindOf(s *schema.Schema, resource *schema.Type, o condition.Operand) kind {
	p, ok := o.(*condition.Path)
	if !ok {
		return text
	}
	t := resource
	if p.Root == "user" {
		if len(p.Segments) > 0 && !p.Segments[0].Custom && schema.Fold(p.Segments[0].Name) == "environment" {
			if len(p.Segments) == 2 && !p.Segments[1].Custom {
				return text
			}
			return nothing
		}
		t = s.Lookup("User")
	}
	if p.Root == "node" { // the subject of a view of Sync rules
		t = s.Lookup("User")
	}
	for i, segment := range p.Segments {
		if r, ok := t.Relations[schema.Fold(segment.Name)]; ok && !segment.Custom {
			t = s.Lookup(r.Target)
			continue
		}
		if i+1 < len(p.Segments) {
			return nothing
		}
		// A user as the resource itself may have any property; the subject, and a user that a
		// relation leads to, have only named ones.
		return textKind(t, segment, p.Root == "resource" && i == 0)
	}
	return entity
}

func textKind(t *schema.Type, segment condition.Segment, itself bool) kind {
	name := schema.Fold(segment.Name)
	_, declared := t.Properties[name]
	switch {
	case segment.Custom && t.Custom:
		return text
	case segment.Custom:
		return nothing
	case declared, name == "id", name == "name", name == "resourcetype":
		return text
	case t.Open, t.Attributes && itself:
		return anything
	case t.Attributes:
		return text
	}
	return nothing
}

// compareMixed compares an entity with a string according to the option. By default it is an
// error of the rule, unless another type of its filter can read it.
func (s scope) compareMixed(n *condition.Comparison, left, right Values) bool {
	switch s.evaluator.entityText {
	case EntityTextIDOrName:
		return s.compareStrings(n, namesOf(left), namesOf(right))
	case EntityTextNever:
		return s.negated
	case EntityTextError:
	}
	if !s.readable(n) {
		s.fail(fmt.Errorf("rule %s compares an entity with a text: %s", s.rule.ID, sourceOf(s.rule.Rule, n)))
	}
	return s.negated
}

// namesOf returns strings and, for entities, their ids, userIds and names.
func namesOf(v Values) []string {
	names := slices.Clone(v.Strings)
	for _, e := range v.Entities {
		names = append(names, identifier(e).Strings...)
		for _, key := range []string{"name", "userid"} {
			if value, ok := e.Scalars[key]; ok && (key == "name" || e.Type == "user") {
				names = append(names, value)
			}
		}
	}
	return names
}

// readable reports whether the comparison is one of strings or of entities for some type of the
// schema that the rule's filter reaches.
func (s scope) readable(n *condition.Comparison) bool {
	return slices.ContainsFunc(s.evaluator.schema.Types(), func(t *schema.Type) bool {
		left, right := kindOf(s.evaluator.schema, t, n.Left), kindOf(s.evaluator.schema, t, n.Right)
		return left == right && (left == text || left == entity) && s.reaches(t)
	})
}

// reaches reports whether the filter of the rule may match a resource of a type.
func (s scope) reaches(t *schema.Type) bool {
	for _, item := range s.rule.filter.Items {
		typ, _, whole := strings.Cut(item.Text, "_")
		if !namesSection(item) && (whole && typ == t.Key() || !whole && item.Prefix && strings.HasPrefix(t.Key(), typ)) {
			return true
		}
	}
	return hits(s.rule.filter, &snapshot.Entity{Type: t.Key(), TypeName: t.Name}, s.evaluator.schema)
}
