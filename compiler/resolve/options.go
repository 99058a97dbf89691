package resolve

// ListInequality is the reading of != and !== where a side has several values
// (language page, section 4.2, S).
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
