package condition

// Operator is a comparison operator. Code outside this file asks an operator for its traits, or
// has a switch without a default over all of them; a test ensures that no code compares with a
// single operator, because such code would miss a new one.
type Operator int

// The operators of the language (docs/language.md, Operators).
const (
	Equal         Operator = iota + 1 // =   ignoring case
	ExactEqual                        // ==
	NotEqual                          // !=  ignoring case
	ExactNotEqual                     // !==
	Like                              // like
	Matches                           // matches

	lastOperator = iota // of the operators above
)

// form is the kind of test that an operator makes on its operands.
type form int

const (
	equality   form = iota + 1 // whether some pair of values is equal
	inequality                 // whether some pair of values differs
	wildcards                  // whether a value matches the pattern on the right
	expression                 // whether a value matches the regular expression on the right
)

// traits are the properties of an operator that the rest of the program uses. The table is
// written by position, so that the compiler requires every trait of a new operator.
type traits struct {
	word     string // as written in a condition
	form     form
	exact    bool     // upper and lower case differ
	opposite Operator // the other one of equality and inequality; 0 for patterns
}

func (o Operator) traits() (traits, bool) {
	switch o {
	case Equal:
		return traits{"=", equality, false, NotEqual}, true
	case ExactEqual:
		return traits{"==", equality, true, ExactNotEqual}, true
	case NotEqual:
		return traits{"!=", inequality, false, Equal}, true
	case ExactNotEqual:
		return traits{"!==", inequality, true, ExactEqual}, true
	case Like:
		return traits{"like", wildcards, false, 0}, true
	case Matches:
		return traits{"matches", expression, false, 0}, true
	}
	return traits{word: "invalid operator"}, false
}

// known returns the traits of an operator, and panics for one that does not exist.
func (o Operator) known() traits {
	t, ok := o.traits()
	if !ok {
		panic("condition: unknown operator")
	}
	return t
}

// Operators returns all operators of the language.
func Operators() []Operator {
	var all []Operator
	for o := Operator(1); o <= lastOperator; o++ {
		all = append(all, o)
	}
	return all
}

var operatorNamed = func() map[string]Operator {
	named := map[string]Operator{}
	for _, o := range Operators() {
		named[o.String()] = o
	}
	return named
}()

// operatorWords are the operators that are words, not symbols.
var operatorWords = func() (words []string) {
	for _, o := range Operators() {
		if word := o.String(); 'a' <= word[0] && word[0] <= 'z' {
			words = append(words, word)
		}
	}
	return words
}()

// OperatorNamed returns the operator with the given spelling, in lower case, and whether there
// is one.
func OperatorNamed(word string) (Operator, bool) {
	o, ok := operatorNamed[word]
	return o, ok
}

// String returns the operator as it is written in a condition.
func (o Operator) String() string {
	t, _ := o.traits()
	return t.word
}

// Equality reports whether the operator is true if some pair of values is equal: = and ==.
func (o Operator) Equality() bool { return o.known().form == equality }

// Inequality reports whether the operator is true if some pair of values differs: != and !==.
func (o Operator) Inequality() bool { return o.known().form == inequality }

// Exact reports whether the operator is case-sensitive: == and !==.
func (o Operator) Exact() bool { return o.known().exact }

// Opposite returns the equality for an inequality and the inequality for an equality, with
// the same treatment of case; 0 for operators that compare with a pattern. For lists the
// opposite is not the negation.
func (o Operator) Opposite() Operator { return o.known().opposite }

// Wildcards reports whether the right side is a pattern with wildcards: like.
func (o Operator) Wildcards() bool { return o.known().form == wildcards }

// Expression reports whether the right side is a regular expression: matches.
func (o Operator) Expression() bool { return o.known().form == expression }

// Pattern reports whether the operator compares with a pattern instead of with values.
func (o Operator) Pattern() bool { return o.Wildcards() || o.Expression() }

// Compares reports whether the operator compares values for equality or inequality.
func (o Operator) Compares() bool { return o.Equality() || o.Inequality() }
