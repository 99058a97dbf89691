package schema

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Field is a field of an export: the name of a type and of one of its fields, in the spelling
// of the export.
type Field struct{ Type, Name string }

// String returns the field as TYPE.FIELD.
func (f Field) String() string { return f.Type + "." + f.Name }

// Compare orders fields by type and name.
func (f Field) Compare(other Field) int {
	return cmp.Or(strings.Compare(f.Type, other.Type), strings.Compare(f.Name, other.Name))
}

// Is reports whether both are the same field, ignoring case.
func (f Field) Is(other Field) bool {
	return Fold(f.Type) == Fold(other.Type) && Fold(f.Name) == Fold(other.Name)
}

// Need is a field that rules read. If an export lacks it, that does not mean that it is empty.
type Need struct {
	Field
	// Readers are the names of the rules that read the field, sorted.
	Readers []string
	// Beside is the field of another type that has the same information from the other side, if
	// there is one: if entities have that field, or the site has no entity of that type, this
	// field is not needed.
	Beside Field
	// Through says that rules read the field of entities related to a resource, by a path or by
	// a right that they ask for on them.
	Through bool
}

// The fields that hold lists of named values, and the field that names files.
const (
	CustomPropertiesField = "customProperties"
	AttributesField       = "attributes"
	ReferencesField       = "references"
)

// ExportFields returns the fields that a full export has for entities of the type according to
// the schema, sorted by name. Additional fields of an open type are not known.
func (s *Schema) ExportFields(t *Type) []string {
	var names []string
	if t.Custom {
		names = append(names, CustomPropertiesField)
	}
	if t.Attributes {
		names = append(names, AttributesField)
	}
	if s.lists(t) {
		names = append(names, ReferencesField)
	}
	if !t.Open && !t.Transient {
		names = append(names, "name")
		for _, p := range t.Properties {
			names = append(names, p.Name)
		}
		for _, r := range t.Relations {
			if !r.Many {
				names = append(names, r.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// ExportField returns the field of a type with the given name, ignoring case, in the spelling
// of the schema. It returns false if ExportFields does not have it.
func (s *Schema) ExportField(t *Type, name string) (Field, bool) {
	for _, f := range s.ExportFields(t) {
		if Fold(f) == Fold(name) {
			return Field{Type: t.Name, Name: f}, true
		}
	}
	return Field{}, false
}

// lists reports whether entities of the type list files in their field references.
func (s *Schema) lists(t *Type) bool {
	for _, other := range s.types {
		for _, r := range other.Relations {
			if r.Many && Fold(r.Target) == t.Key() {
				return true
			}
		}
	}
	return false
}

// Needs returns the export fields that hold what a view reads, sorted. Additional fields of an
// open type, and types outside the schema, are not included, because their fields are not
// known.
func (s *Schema) Needs(v View) []Need {
	var needs []Need
	for _, key := range slices.Sorted(maps.Keys(v)) {
		t, known := s.Type(key)
		if !known {
			continue
		}
		exported := s.ExportFields(t)
		read := map[string]bool{}
		for _, names := range []map[string]Form{v[key].Scalars, v[key].Lists} {
			for name := range names {
				read[t.exportField(name)] = true
			}
		}
		for name, r := range v[key].Relations {
			read[name] = true
			if r.Many {
				listing := s.Lookup(r.Target)
				needs = append(needs, Need{Field: Field{listing.Name, ReferencesField}, Beside: Field{t.Name, t.Relations[name].Name}})
			}
		}
		for _, name := range exported {
			if read[Fold(name)] {
				needs = append(needs, Need{Field: Field{t.Name, name}})
			}
		}
	}
	return needs
}

// exportField returns the case-folded name of the field that holds a property.
func (t *Type) exportField(property string) string {
	_, declared := t.Properties[property]
	switch {
	case strings.HasPrefix(property, "@"):
		return Fold(CustomPropertiesField)
	case !declared && property != "name" && t.Attributes:
		return AttributesField
	}
	return property
}
