package resolve

// ListInequality is the reading of != and !== where a side has several values
// (docs/language.md, section 4.2; S).
type ListInequality int

const (
	// Any holds when some pair of values differs, or a side is empty.
	Any ListInequality = iota
	// All is the negation of = and ==.
	All
)

// String returns the option's value on the command line.
func (l ListInequality) String() string {
	if l == All {
		return "all"
	}
	return "any"
}

// EntityText is the reading of a comparison of an entity with a text (docs/language.md, section 4.2; I).
type EntityText int

const (
	// EntityTextError makes it an error of the rule.
	EntityTextError EntityText = iota
	// EntityTextNever lets the comparison hold for nobody, below a negation too: the
	// rule grants only what it grants whichever way the product reads it.
	EntityTextNever
	// EntityTextIDOrName compares the text with the entity's id, userId and name.
	EntityTextIDOrName
)

// String returns the option's value on the command line.
func (e EntityText) String() string {
	switch e {
	case EntityTextNever:
		return "never"
	case EntityTextIDOrName:
		return "id-or-name"
	case EntityTextError:
	}
	return "error"
}

// SessionAttributes says whether attributes of a session are also those of the user's
// record (docs/language.md, section 4.4; D, O).
type SessionAttributes int

const (
	// SessionSeparate keeps the two apart.
	SessionSeparate SessionAttributes = iota
	// SessionStored puts the values of environment.x in the place of the record's
	// attribute x, where a request sends that name.
	SessionStored
)

// String returns the option's value on the command line.
func (s SessionAttributes) String() string {
	if s == SessionStored {
		return "stored"
	}
	return "separate"
}
