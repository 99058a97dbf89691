package schema

// Form is a set of forms in which a string is read: case-folded by =, != and like, as written
// by ==, !== and matches.
type Form uint8

// The forms; they combine by |.
const (
	Folded Form = 1 << iota
	Exact
)

// View is the part of a site's data that a set of rules reads, and that a bundle contains:
// types by key. The types outside the schema share GeneralKey.
type View map[string]*TypeView

// GeneralKey is the key of the view of the types outside the schema.
const GeneralKey = "*"

// TypeView is the part of one type that the rules read. All maps are keyed by Fold of the name,
// custom properties with the @ in front.
type TypeView struct {
	// Scalars are properties with at most one string.
	Scalars map[string]Form
	// Lists are properties with any number of strings: custom properties, directory attributes,
	// roles, and all properties of an open type.
	Lists map[string]Form
	// Relations are the relations that rules follow or compare.
	Relations map[string]Relation
}

// Of returns the view of a type, and creates it if necessary.
func (v View) Of(key string) *TypeView {
	t := v[key]
	if t == nil {
		t = &TypeView{Scalars: map[string]Form{}, Lists: map[string]Form{}, Relations: map[string]Relation{}}
		v[key] = t
	}
	return t
}

// Merge adds the contents of another view.
func (v View) Merge(other View) {
	for key, t := range other {
		into := v.Of(key)
		for name, form := range t.Scalars {
			into.Scalars[name] |= form
		}
		for name, form := range t.Lists {
			into.Lists[name] |= form
		}
		for name, relation := range t.Relations {
			into.Relations[name] = relation
		}
	}
}
