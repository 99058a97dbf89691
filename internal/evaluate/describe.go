package evaluate

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// never is the repository's date for something that has not happened.
const never = "1753-01-01T00:00:00.000Z"

// describe converts the description in a request to an entity: QRS fields, the short form, or
// both mixed. Keys ignore case: of keys that differ only in case, the one that sorts first is
// used for a string or a relation, while lists are united. Properties that the type does not
// have are ignored.
func (e *Evaluator) describe(kind string, properties object) *snapshot.Entity {
	t := e.schema.Lookup(kind)
	entity := &snapshot.Entity{
		Type:       schema.Fold(kind),
		TypeName:   t.Name,
		Scalars:    map[string]string{},
		Lists:      map[string][]string{},
		Custom:     map[string][]string{},
		Attributes: map[string][]string{},
		Relations:  map[string][]*snapshot.Entity{},
	}
	fields := foldKeys(properties)
	for name, values := range fields {
		relation, isRelation := t.Relations[name]
		property, listed := t.Properties[name]
		switch {
		case isRelation:
			entity.Relations[name] = e.references(relation, values[0])
		case name == "id", name == "name", listed && !property.Many:
			if text, ok := single(values[0]); ok {
				entity.Scalars[name] = property.Text(text)
			}
		case listed, t.Open:
			entity.Lists[name] = unite(nil, values...)
		}
	}
	if entity.ID = entity.Scalars["id"]; entity.ID == "" {
		delete(entity.Scalars, "id") // nothing refers to it by id, because it has none
	}
	if t.Custom {
		addShort(entity.Custom, fields["custom"])
		addItems(entity.Custom, fields["customproperties"], "value", "definition", "name")
	}
	if t.Attributes {
		addShort(entity.Attributes, fields["attributes"])
		addItems(entity.Attributes, fields["attributes"], "attributevalue", "attributetype")
	}
	return entity
}

// foldKeys returns the values of an object by case-folded key, in the order of the keys as
// written.
func foldKeys(o object) map[string][]any {
	fields := map[string][]any{}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		name := schema.Fold(key)
		fields[name] = append(fields[name], o[key])
	}
	return fields
}

// addShort adds lists by name in the short form {"GroupAccess": ["a"]}.
func addShort(to map[string][]string, values []any) {
	for _, v := range values {
		lists, _ := v.(object)
		for name, list := range lists {
			key := schema.Fold(name)
			to[key] = unite(to[key], list)
		}
	}
}

// addItems adds lists by name in the form of the QRS: one object per value. valueField is the
// field with the value, and pathToName is the path to the name.
func addItems(to map[string][]string, values []any, valueField string, pathToName ...string) {
	for _, v := range values {
		for _, item := range elements(v) {
			value := field(item, valueField)
			for _, step := range pathToName {
				item = field(item, step)
			}
			text, hasText := single(value)
			if name, ok := item.(string); ok && hasText {
				key := schema.Fold(name)
				to[key] = unite(to[key], text)
			}
		}
	}
}

// field returns a field of an object, or nil.
func field(v any, name string) any {
	o, _ := v.(object)
	if values := foldKeys(o)[name]; len(values) > 0 {
		return values[0]
	}
	return nil
}

// elements returns the elements of a list; any other value is a list of one.
func elements(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// unite adds the strings in values to a list.
func unite(list []string, values ...any) []string {
	for _, v := range values {
		list = append(list, stringsOf(v)...)
	}
	return compact(list)
}

// compact returns the values sorted and without duplicates, or nil for none.
func compact(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}

// stringsOf returns the strings of a value: itself, or its elements. null, a date that means
// never, and objects are not strings.
func stringsOf(v any) []string {
	var found []string
	for _, element := range elements(v) {
		switch element := element.(type) {
		case string:
			if element != never {
				found = append(found, element)
			}
		case bool:
			found = append(found, strconv.FormatBool(element))
		case json.Number:
			found = append(found, element.String())
		}
	}
	return found
}

// single returns the string of a value or of a list with exactly one.
func single(v any) (string, bool) {
	if found := stringsOf(v); len(found) == 1 && len(elements(v)) == 1 {
		return found[0], true
	}
	return "", false
}

// references returns the entities that a relation's value names. A list with several entities
// names none for a relation to one entity.
func (e *Evaluator) references(r schema.Relation, v any) []*snapshot.Entity {
	var found []*snapshot.Entity
	for _, element := range elements(v) {
		if entity := e.reference(r.Target, element); entity != nil {
			found = append(found, entity)
		}
	}
	if !r.Many && len(elements(v)) > 1 {
		return nil
	}
	return found
}

// reference returns the entity that a string or a nested object names, or nil: the existing
// one, else the one that the value describes.
func (e *Evaluator) reference(target string, v any) *snapshot.Entity {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
		if schema.Fold(target) == "user" {
			return e.userReference(v)
		}
		return e.identified(target, v)
	case object:
		if len(v) == 0 {
			return nil
		}
		if id, ok := single(field(v, "id")); ok && e.record(target, id) != nil {
			return e.record(target, id)
		}
		return e.describe(target, v)
	}
	return nil
}

// userReference reads DIR\id or a GUID.
func (e *Evaluator) userReference(text string) *snapshot.Entity {
	if user := e.userOnRecord(text); user != nil {
		return user
	}
	if directory, id, ok := cutLogin(text); ok {
		return e.describe("User", object{"userDirectory": directory, "userId": id})
	}
	return e.identified("User", text)
}

// identified returns the entity with an id: the existing one, or one with nothing but the id.
func (e *Evaluator) identified(target, id string) *snapshot.Entity {
	if entity := e.record(target, id); entity != nil {
		return entity
	}
	entity := e.describe(target, nil)
	entity.ID, entity.Scalars["id"] = id, id
	return entity
}

// userOnRecord returns the existing user with that DIR\id or, if there is none, with that GUID,
// or nil.
func (e *Evaluator) userOnRecord(text string) *snapshot.Entity {
	if _, _, ok := cutLogin(text); ok {
		if user := e.site.Users[schema.Fold(text)]; user != nil {
			return user
		}
	}
	return e.record("User", text)
}
