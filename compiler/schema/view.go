package schema

// Form says in which forms a text is read: folded by =, != and like, as
// written by ==, !== and matches.
type Form uint8

// The forms; they combine by |.
const (
	Folded Form = 1 << iota
	Exact
)

// View is what a set of rules reads of a site, and all that a bundle's data
// holds: types by key. The types outside the schema share GeneralKey.
type View map[string]*TypeView

// GeneralKey is the key of the view of the types outside the schema.
const GeneralKey = "*"

// TypeView is what the rules read of one type. All maps are keyed by Fold of
// the name, custom properties with the @ in front.
type TypeView struct {
	// Scalars are properties of at most one text.
	Scalars map[string]Form
	// Lists are properties of any number of texts: custom properties,
	// directory attributes, roles, and everything that an open type carries.
	Lists map[string]Form
	// Relations are the relations that rules follow or compare.
	Relations map[string]Relation
}

// Of returns the view of a type, made where there is none yet.
func (v View) Of(key string) *TypeView {
	t := v[key]
	if t == nil {
		t = &TypeView{Scalars: map[string]Form{}, Lists: map[string]Form{}, Relations: map[string]Relation{}}
		v[key] = t
	}
	return t
}

// Merge adds what another view reads.
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
