package fake

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// object is a decoded entity. Numbers are json.Number, so that they keep their spelling.
type object = map[string]any

// entity is one entity of a collection. It is immutable once it is in one.
type entity struct {
	id     string
	raw    json.RawMessage
	fields object
}

// newEntity encodes an entity; keys are sorted, so that equal entities are equal bytes.
func newEntity(fields object) *entity {
	raw := encode(fields)
	id, _ := fields["id"].(string)
	return &entity{id: id, raw: raw, fields: fields}
}

func encode(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // decoded JSON can be encoded
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// collection holds the entities of one type in the order in which they are listed.
type collection struct {
	// typ is the schemaPath, such as App.Object; path is that of the interface.
	typ, path string
	items     []*entity
	// synthetic generates the entities, unless it is nil.
	synthetic *Synthetic
}

func (c *collection) count() int {
	if c.synthetic != nil {
		return c.synthetic.Count
	}
	return len(c.items)
}

// each calls f with every entity until it returns false. whole says that f only needs the
// encoded entity.
func (c *collection) each(whole bool, f func(*entity) bool) {
	if c.synthetic != nil {
		c.synthetic.each(whole, f)
		return
	}
	for _, e := range c.items {
		if !f(e) {
			return
		}
	}
}

func (c *collection) find(id string) (int, *entity) {
	for i, e := range c.items {
		if strings.EqualFold(e.id, id) {
			return i, e
		}
	}
	return -1, nil
}

// with returns a copy of the fields with changes.
func with(fields, changes object) object {
	clone := maps.Clone(fields)
	maps.Copy(clone, changes)
	return clone
}

// field returns a field of an object, whose names ignore case.
func field(o object, name string) (any, bool) {
	if v, ok := o[name]; ok {
		return v, true
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if strings.EqualFold(key, name) {
			return o[key], true
		}
	}
	return nil, false
}

// condensedFields are those of an entity in a list without /full.
var condensedFields = map[string][]string{
	"App":        {"id", "name", "appId", "publishTime", "published", "stream", "savedInProductVersion", "migrationHash", "availabilityStatus", "privileges"},
	"User":       {"id", "userId", "userDirectory", "userDirectoryConnectorName", "name", "privileges"},
	"SystemRule": {"id", "category", "subcategory", "type", "name", "rule", "resourceFilter", "actions", "comment", "disabled", "privileges"},
}

// condense returns the form of an entity in lists without /full.
func condense(typ string, fields object) object {
	names := condensedFields[typ]
	if names == nil {
		names = []string{"id", "name", "privileges"}
	}
	short := object{}
	for _, name := range names {
		if v, ok := field(fields, name); ok {
			short[name] = v
		}
	}
	return short
}
