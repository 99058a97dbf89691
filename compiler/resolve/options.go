package resolve

// ListInequality is the interpretation of != and !== for operands with several values
// (docs/language.md, section 4.2; S).
type ListInequality int

const (
	// Any is true if some pair of values differs, or an operand is empty.
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

// EntityText is the interpretation of a comparison of an entity with a string
// (docs/language.md, section 4.2; I).
type EntityText int

const (
	// EntityTextError makes it an error.
	EntityTextError EntityText = iota
	// EntityTextNever makes the comparison true for nobody, also below a negation: the rule
	// grants only what it grants under every interpretation.
	EntityTextNever
	// EntityTextIDOrName compares the string with the entity's id, userId and name.
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

// SessionAttributes says whether session attributes replace attributes of the user's record
// (docs/language.md, section 4.4; D, O).
type SessionAttributes int

const (
	// SessionSeparate keeps the two separate.
	SessionSeparate SessionAttributes = iota
	// SessionStored replaces the record's attribute x by the values of environment.x, if a
	// request sends that name.
	SessionStored
)

// String returns the option's value on the command line.
func (s SessionAttributes) String() string {
	if s == SessionStored {
		return "stored"
	}
	return "separate"
}
