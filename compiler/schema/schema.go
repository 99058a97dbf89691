package schema

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Schema is the table of resource types of docs/language.md, section 4.4: their properties,
// relations and whether they have custom properties. A Schema is immutable and safe for
// concurrent use.
type Schema struct {
	types  []*Type
	byName map[string]*Type
	// accounts is the type of owners: User unless nodes take its place.
	accounts string
}

// Type is one resource type. All maps are keyed by Fold of the name.
type Type struct {
	// Name is the type's name in Qlik's spelling, such as "App.Object".
	Name string
	// Properties are the strings that an entity of the type may have, except id, name and
	// resourcetype, which every type has.
	Properties map[string]Property
	Relations  map[string]Relation
	// Hidden are the names, in Qlik's spelling, of properties that entities of the type have
	// but rules cannot read: for a rule they are missing.
	Hidden map[string]string
	// Custom says whether the type has custom properties.
	Custom bool
	// Open says that any scalar and any list of scalars of an entity is a property.
	Open bool
	// Attributes says that any name that is not a property is a directory attribute: a list. It
	// is set for User only.
	Attributes bool
	// Transient says that entities of the type are sections of the QMC or the hub, whose name
	// and filter key is their id. It is set for TransientObject only.
	Transient bool
}

// Property is a string (Many false) or a list of strings (Many true).
type Property struct {
	Name string
	Many bool
	// Enumeration holds the names of the values by number and by Fold of the name, nil for
	// other properties. Exports have the number, rules the name.
	Enumeration map[string]string
}

// Text returns the property's value for a string or a number in an export or a request: for an
// enumeration the name, whether written is the name or the number; unknown values are returned
// as written.
func (p Property) Text(written string) string {
	if name, ok := p.Enumeration[Fold(written)]; ok {
		return name
	}
	return written
}

// Relation leads to one entity (Many false) or to a set (Many true) of type Target.
type Relation struct {
	Name   string
	Target string
	Many   bool
}

// Fold returns the case-folded form of s, as Rego's lower: names and values that differ only in
// case have the same form.
func Fold(s string) string { return strings.ToLower(s) }

// Key returns the case-folded name of the type, which is the type's key in data and in Rego.
func (t *Type) Key() string { return Fold(t.Name) }

// Type returns the type with the given name, ignoring case, and whether the schema has it.
func (s *Schema) Type(name string) (*Type, bool) {
	// This is called for every entity and rule. The names are short and ASCII, so that folding
	// needs no allocation.
	var fold [32]byte
	if len(name) > len(fold) {
		t, ok := s.byName[Fold(name)]
		return t, ok
	}
	for i := range len(name) {
		c := name[i]
		if c >= utf8.RuneSelf {
			t, ok := s.byName[Fold(name)]
			return t, ok
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		fold[i] = c
	}
	t, ok := s.byName[string(fold[:len(name)])]
	return t, ok
}

// Types returns all types, sorted by key.
func (s *Schema) Types() []*Type { return slices.Clone(s.types) }

// OpenType returns the general form of a type that the schema does not have: any strings that
// an entity has, and an owner.
func OpenType(name string) *Type {
	return &Type{
		Name:      name,
		Open:      true,
		Relations: map[string]Relation{"owner": {Name: "owner", Target: "User"}},
	}
}

// Lookup returns the type with the given name, or its general form.
func (s *Schema) Lookup(name string) *Type {
	if t, ok := s.Type(name); ok {
		return t
	}
	t := OpenType(name)
	if s.accounts != "" {
		t.Relations = map[string]Relation{"owner": {Name: "owner", Target: s.accounts}}
	}
	return t
}
