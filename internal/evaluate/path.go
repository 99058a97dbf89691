package evaluate

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Values are what a path denotes (docs/language.md, section 4.1): texts or entities.
type Values struct {
	Texts    []string
	Entities []*snapshot.Entity
}

func (s Values) empty() bool { return len(s.Texts) == 0 && len(s.Entities) == 0 }

func texts(values ...string) Values { return Values{Texts: values} }

func entities(of ...*snapshot.Entity) Values { return Values{Entities: of} }

// path returns what a path denotes for this subject and resource.
func (s scope) path(p condition.Path) Values {
	if p.Root == "user" {
		return s.userPath(p.Segments)
	}
	if p.Root == "node" { // the subject of a view of Sync rules; check refuses any other
		return s.follow(entities(s.Subject), p.Segments)
	}
	return s.follow(entities(s.resource), p.Segments)
}

// userPath reads user and what follows it: the attributes of the environment,
// which the request brings along, a custom property, a text that every user
// has, or else a directory attribute. A user has no relations.
func (s scope) userPath(segments []condition.Segment) Values {
	if len(segments) == 0 {
		return entities(s.Subject)
	}
	first, rest := segments[0], segments[1:]
	if !first.Custom {
		switch schema.Fold(first.Name) {
		case "environment":
			return s.follow(s.attribute(rest[0]), rest[1:])
		case "resourcetype":
			if s.replaced(first) {
				return s.follow(texts(s.Attribute(first.Name)...), rest)
			}
			return s.follow(texts(s.Subject.Attributes["resourcetype"]...), rest)
		}
	}
	if name := schema.Fold(first.Name); len(rest) == 0 && s.replaced(first) {
		return texts(s.Attribute(name)...)
	}
	return s.follow(entities(s.Subject), segments)
}

// replaced says whether the request sends values that take the place of an attribute
// of the subject's record. Properties of users and custom properties stay, and so
// does an attribute context: where a request comes from is no attribute of the user.
func (s scope) replaced(segment condition.Segment) bool {
	name := schema.Fold(segment.Name)
	_, declared := s.schema.Lookup("User").Properties[name]
	return s.session == SessionStored && !segment.Custom && !declared && name != "id" && name != "name" && name != "context" &&
		len(s.Environment[name]) > 0
}

// attribute returns an attribute of the environment.
func (s scope) attribute(name condition.Segment) Values {
	if name.Custom {
		return texts()
	}
	return texts(s.Attribute(name.Name)...)
}

// follow takes the segments one by one, each from all entities of the set.
// Texts lead nowhere.
func (s scope) follow(from Values, segments []condition.Segment) Values {
	for _, segment := range segments {
		var next Values
		for _, e := range from.Entities {
			one := s.property(e, segment)
			next.Texts = append(next.Texts, one.Texts...)
			next.Entities = append(next.Entities, one.Entities...)
		}
		from = next
	}
	return from
}

// property reads docs/language.md, section 4.4: a relation, a custom property, or one of
// the texts that entities of that type have.
func (s scope) property(e *snapshot.Entity, segment condition.Segment) Values {
	name, t := schema.Fold(segment.Name), s.schema.Lookup(e.TypeName)
	if segment.Custom {
		if !t.Custom {
			return texts()
		}
		return texts(e.Custom[name]...)
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
		return texts(e.TypeName)
	case listed:
		return texts(e.Lists[name]...)
	case t.Open:
		return texts(append(scalar(e, name).Texts, e.Lists[name]...)...)
	case t.Attributes:
		return texts(e.Attributes[name]...)
	default:
		return texts()
	}
}

func scalar(e *snapshot.Entity, name string) Values {
	if value, ok := e.Scalars[name]; ok {
		return texts(value)
	}
	return texts()
}

// identifier returns the entity's id. That a request may ask for a resource
// whose id is the empty text shows in Scalars alone.
func identifier(e *snapshot.Entity) Values {
	if e.ID != "" {
		return texts(e.ID)
	}
	return scalar(e, "id")
}

// same reports whether two entities are one: by type and id, ignoring case. Who
// has no id is nobody but itself, and an entity on record is none that is not.
func same(a, b *snapshot.Entity) bool {
	return a == b || a.ID != "" && a.Recorded == b.Recorded &&
		a.Type == b.Type && schema.Fold(a.ID) == schema.Fold(b.ID)
}
