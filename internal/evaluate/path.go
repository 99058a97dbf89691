package evaluate

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Values are what a path denotes (docs/language.md, section 4.1): strings or entities.
type Values struct {
	Strings  []string
	Entities []*snapshot.Entity
}

func (s Values) empty() bool { return len(s.Strings) == 0 && len(s.Entities) == 0 }

func stringValues(values ...string) Values { return Values{Strings: values} }

func entities(of ...*snapshot.Entity) Values { return Values{Entities: of} }

// path returns what a path denotes for this subject and resource.
func (s scope) path(p condition.Path) Values {
	if p.Root == "user" {
		return s.userPath(p.Segments)
	}
	if p.Root == "node" { // the subject of a view of Sync rules; check rejects all others
		return s.follow(entities(s.question.Subject), p.Segments)
	}
	return s.follow(entities(s.resource), p.Segments)
}

// userPath resolves a path of the user: an attribute of the environment, which the request
// sends, a custom property, a property that every user has, or else a directory attribute. A
// user has no relations.
func (s scope) userPath(segments []condition.Segment) Values {
	if len(segments) == 0 {
		return entities(s.question.Subject)
	}
	first, rest := segments[0], segments[1:]
	if !first.Custom {
		switch schema.Fold(first.Name) {
		case "environment":
			return s.follow(s.attribute(rest[0]), rest[1:])
		case "resourcetype":
			if s.replaced(first) {
				return s.follow(stringValues(s.question.Attribute(first.Name)...), rest)
			}
			return s.follow(stringValues(s.question.Subject.Attributes["resourcetype"]...), rest)
		}
	}
	if name := schema.Fold(first.Name); len(rest) == 0 && s.replaced(first) {
		return stringValues(s.question.Attribute(name)...)
	}
	return s.follow(entities(s.question.Subject), segments)
}

// replaced reports whether the request sends values that replace an attribute of the subject's
// record. Properties of users and custom properties are never replaced, nor is an attribute
// named context: the context of a request is not an attribute of the user.
func (s scope) replaced(segment condition.Segment) bool {
	name := schema.Fold(segment.Name)
	_, declared := s.evaluator.schema.Lookup("User").Properties[name]
	return s.evaluator.session == SessionStored && !segment.Custom && !declared && name != "id" && name != "name" && name != "context" &&
		len(s.question.Environment[name]) > 0
}

// attribute returns an attribute of the environment.
func (s scope) attribute(name condition.Segment) Values {
	if name.Custom {
		return stringValues()
	}
	return stringValues(s.question.Attribute(name.Name)...)
}

// follow resolves the segments one by one, each for all entities of the set. Strings have no
// properties.
func (s scope) follow(from Values, segments []condition.Segment) Values {
	for _, segment := range segments {
		var next Values
		for _, e := range from.Entities {
			one := s.property(e, segment)
			next.Strings = append(next.Strings, one.Strings...)
			next.Entities = append(next.Entities, one.Entities...)
		}
		from = next
	}
	return from
}

// property implements docs/language.md, section 4.4: a relation, a custom property, or one of
// the properties that entities of that type have.
func (s scope) property(e *snapshot.Entity, segment condition.Segment) Values {
	name, t := schema.Fold(segment.Name), s.evaluator.schema.Lookup(e.TypeName)
	if segment.Custom {
		if !t.Custom {
			return stringValues()
		}
		return stringValues(e.Custom[name]...)
	}
	if _, ok := t.Relations[name]; ok {
		return entities(e.Relations[name]...)
	}
	property, listed := t.Properties[name]
	switch {
	case name == "id", name == "name" && t.Transient:
		return identifier(e)
	case name == "name", listed && !property.Many:
		return scalar(e, name)
	case name == "resourcetype":
		return stringValues(e.TypeName)
	case listed:
		return stringValues(e.Lists[name]...)
	case t.Open:
		return stringValues(append(scalar(e, name).Strings, e.Lists[name]...)...)
	case t.Attributes:
		return stringValues(e.Attributes[name]...)
	default:
		return stringValues()
	}
}

func scalar(e *snapshot.Entity, name string) Values {
	if value, ok := e.Scalars[name]; ok {
		return stringValues(value)
	}
	return stringValues()
}

// identifier returns the entity's id. Only Scalars distinguishes an empty id in a request from
// a missing one.
func identifier(e *snapshot.Entity) Values {
	if e.ID != "" {
		return stringValues(e.ID)
	}
	return scalar(e, "id")
}

// same reports whether two entities are the same: by type and id, ignoring case. An entity
// without an id is only equal to itself, and an existing entity is never equal to one that does
// not exist.
func same(a, b *snapshot.Entity) bool {
	return a == b || a.ID != "" && a.Recorded == b.Recorded &&
		a.Type == b.Type && schema.Fold(a.ID) == schema.Fold(b.ID)
}
