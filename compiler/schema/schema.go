package schema

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Schema is the table of resource types of section 4.4 of docs/language.md:
// their properties, relations and whether custom properties exist on them.
// A Schema is immutable and safe for concurrent use.
type Schema struct {
	types  []*Type
	byName map[string]*Type
	// accounts is the type of owners, User unless nodes take its place.
	accounts string
}

// Type is one resource type. All maps are keyed by Fold of the name.
type Type struct {
	// Name is the type's name in the vendor's spelling, such as "App.Object".
	Name string
	// Properties are the texts that an entity of the type may carry, id, name
	// and resourcetype left out, which every type has.
	Properties map[string]Property
	Relations  map[string]Relation
	// Hidden are the names, as the vendor writes them, of what entities of the type
	// have and rules do not see: for a rule they are missing.
	Hidden map[string]string
	// Custom says whether custom properties exist on the type.
	Custom bool
	// Open says that any scalar and any list of scalars that an entity carries
	// is a property of it.
	Open bool
	// Attributes says that any name that is no property is a directory
	// attribute: a list. Only User is so.
	Attributes bool
	// Transient says that entities of the type are sections of the product's
	// interface, whose name and filter key is their id. Only TransientObject is so.
	Transient bool
}

// Property is a text (Many false) or a list of texts (Many true).
type Property struct {
	Name string
	Many bool
	// Enumeration holds the names of the values by number and by Fold of the name,
	// nil for a property that is no enumeration. Exports write the number, rules
	// the name.
	Enumeration map[string]string
}

// Text returns the value of the property where an export or a request writes a text
// or a number: of an enumeration the name, whichever of both is written; an unknown
// one stays as written.
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

// Fold returns the key under which names and values are equal but for case:
// Rego's lower.
func Fold(s string) string { return strings.ToLower(s) }

// Key returns the fold of the type's name, by which types are looked up in
// data and in Rego.
func (t *Type) Key() string { return Fold(t.Name) }

// Type returns the type of that name, ignoring case, and whether the schema has it.
func (s *Schema) Type(name string) (*Type, bool) {
	// It is asked for every entity and rule. The names are short and ASCII, so that their
	// fold takes no memory.
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

// Types returns all types, ordered by key.
func (s *Schema) Types() []*Type { return slices.Clone(s.types) }

// OpenType returns the general form of a type that the schema does not have:
// whatever texts an entity carries, and an owner.
func OpenType(name string) *Type {
	return &Type{
		Name:      name,
		Open:      true,
		Relations: map[string]Relation{"owner": {Name: "owner", Target: "User"}},
	}
}

// Lookup returns the type of that name, or its general form.
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
