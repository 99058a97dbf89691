package testgen

import (
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// sketch is an entity in the making.
type sketch struct {
	typ  *schema.Type
	name string
	// texts are by folded name, custom properties with the @ in front; spelled is
	// how conditions write them.
	texts     map[string][]string
	spelled   map[string]string
	relations map[string]*sketch
}

func newSketch(t *schema.Type, name string) *sketch {
	return &sketch{typ: t, name: name, texts: map[string][]string{}, spelled: map[string]string{}, relations: map[string]*sketch{}}
}

// slot is what an operand leads to: texts, of an entity, the environment or a
// literal, or an entity.
type slot struct {
	of     *sketch
	key    string
	name   string
	many   bool
	values map[string][]string // of the environment
	fixed  []string            // of a literal
	entity *sketch
	// missing are the relations on the way there that do not stand yet.
	missing []func()
}

// slot finds what an operand leads to. Entities on the way are sketched, and stand
// only once the slot is filled.
func (d *draft) slot(o condition.Operand, at *sketch) slot {
	text, isText := o.(*condition.String)
	if isText {
		return slot{fixed: []string{text.Value}}
	}
	path := o.(*condition.Path)
	if path.Root == "user" {
		at = d.subject
		if isEnvironment(path) {
			name := path.Segments[1].Name
			return slot{values: d.environment, key: name, name: name, many: true}
		}
	}
	s := slot{entity: at}
	for _, segment := range path.Segments {
		key := schema.Fold(segment.Name)
		relation, isRelation := s.entity.typ.Relations[key]
		if segment.Custom || !isRelation {
			return s.property(segment, key)
		}
		from, target := s.entity, s.entity.relations[key]
		if target == nil {
			target = newSketch(d.schema.Lookup(relation.Target), relation.Target)
			s.missing = append(s.missing, func() {
				from.relations[key] = target
				from.spelled[key] = relation.Name
			})
		}
		s.entity = target
	}
	return s
}

func (s slot) property(segment condition.Segment, key string) slot {
	p := slot{of: s.entity, key: key, name: segment.Name, missing: s.missing}
	listed, known := s.entity.typ.Properties[key]
	switch {
	case segment.Custom:
		p.key, p.many = "@"+key, true
		if !s.entity.typ.Custom {
			return slot{}
		}
	case key == "resourcetype":
		return slot{fixed: []string{s.entity.name}}
	case known:
		p.many, p.name = listed.Many, listed.Name
	case key != "id" && key != "name":
		p.many = true
	case s.entity.typ.Transient:
		p.key = "id"
	}
	return p
}

// exists makes the entities of the slot stand.
func (s slot) exists() {
	for _, make := range s.missing {
		make()
	}
}

// texts are those that the slot has.
func (s slot) texts() []string {
	switch {
	case s.fixed != nil:
		return s.fixed
	case s.values != nil:
		return s.values[s.key]
	case s.of != nil:
		return s.of.texts[s.key]
	}
	return nil
}

// add adds a text or, where it is to be alone or there can be one only, replaces
// what is there.
func (s slot) add(text string, alone bool) {
	into := s.values
	if s.of != nil {
		into = s.of.texts
		s.of.spelled[s.key] = s.name
	}
	if into == nil {
		return
	}
	s.exists()
	switch {
	case alone || !s.many:
		into[s.key] = []string{text}
	case !slices.Contains(into[s.key], text):
		into[s.key] = append(into[s.key], text)
	}
}

// request writes the draft as a request.
func (d *draft) request() Request {
	subject := Entity{Type: "user", Properties: d.subject.properties(true)}
	directory, login := d.subject.one("userdirectory", "DESCRIBED"), d.subject.one("userid", "subject")
	if d.anonymous {
		directory = "NONE"
	}
	subject.ID = directory + `\` + login
	if len(subject.Properties) == 0 && !d.anonymous {
		subject.Properties = map[string]any{"name": "A described subject"}
	}
	resource := Entity{Type: d.resource.name, ID: d.resource.one("id", madeUp), Properties: d.resource.properties(true)}
	delete(resource.Properties, "id")
	if len(resource.Properties) == 0 {
		resource.Properties = map[string]any{"name": "A described resource"}
	}
	return Request{subject, resource, Context{d.from.String(), d.environment}}
}

func (s *sketch) one(key, otherwise string) string {
	if texts := s.texts[key]; len(texts) > 0 {
		return texts[0]
	}
	return otherwise
}

// properties writes an entity in the short form of requests.
func (s *sketch) properties(root bool) map[string]any {
	fields := map[string]any{}
	groups := map[string]map[string]any{"custom": {}, "attributes": {}}
	for _, key := range slices.Sorted(maps.Keys(s.texts)) {
		texts, name := s.texts[key], s.spelled[key]
		if name == "" {
			name = key
		}
		property, known := s.typ.Properties[key]
		switch {
		case root && s.typ.Attributes && (key == "userid" || key == "userdirectory"):
		case key[0] == '@':
			groups["custom"][name] = texts
		case known && property.Many:
			fields[property.Name] = texts
		case known, key == "id", key == "name":
			fields[name] = texts[0]
		case s.typ.Attributes:
			groups["attributes"][name] = texts
		case s.typ.Open:
			fields[name] = texts
		}
	}
	for name, group := range groups {
		if len(group) > 0 {
			fields[name] = group
		}
	}
	for key, target := range s.relations {
		if nested := target.properties(false); len(nested) > 0 {
			fields[s.spelled[key]] = nested
			continue
		}
		fields[s.spelled[key]] = map[string]any{"id": madeUpEntity}
	}
	return fields
}
