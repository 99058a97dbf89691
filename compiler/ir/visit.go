package ir

import "fmt"

// Visit calls f for every atom of p, from left to right. negated reports whether the atom is
// below an odd number of negations.
func Visit(p Predicate, f func(atom Atom, negated bool)) { visit(p, false, f) }

func visit(p Predicate, negated bool, f func(Atom, bool)) {
	switch p := p.(type) {
	case Constant:
	case Conjunction:
		for _, t := range p.Terms {
			visit(t, negated, f)
		}
	case Disjunction:
		for _, t := range p.Terms {
			visit(t, negated, f)
		}
	case Negation:
		visit(p.Term, !negated, f)
	case Atom:
		f(p, negated)
	}
}

// Rewrite returns p with every atom replaced by f's result.
func Rewrite(p Predicate, f func(Atom) Predicate) Predicate {
	switch p := p.(type) {
	case Constant:
		return p
	case Conjunction:
		return And(rewriteAll(p.Terms, f)...)
	case Disjunction:
		return Or(rewriteAll(p.Terms, f)...)
	case Negation:
		return Not(Rewrite(p.Term, f))
	case Atom:
		return f(p)
	}
	panic(fmt.Sprintf(unknown, p))
}

func rewriteAll(terms []Predicate, f func(Atom) Predicate) []Predicate {
	out := make([]Predicate, len(terms))
	for i, t := range terms {
		out[i] = Rewrite(t, f)
	}
	return out
}

// IsTrue reports whether p is the constant true.
func IsTrue(p Predicate) bool { return p == Predicate(Constant{Value: true}) }

// IsFalse reports whether p is the constant false.
func IsFalse(p Predicate) bool { return p == Predicate(Constant{Value: false}) }

// Operands is what an atom reads from a request.
type Operands struct {
	// Values are the values that are compared, without literals.
	Values []Value
	// Exact says that the values are compared as written, not case-folded.
	Exact bool
	// Entities are the sets of entities that are themselves compared.
	Entities []Entities
}

// OperandsOf returns what an atom reads. Consumers that need to know the data that a rule
// depends on derive it from here.
func OperandsOf(a Atom) Operands {
	switch a := a.(type) {
	case OneOf:
		return values(a.Exact, a.Value)
	case Common:
		return values(a.Exact, a.Left, a.Right)
	case Identical:
		return values(a.Exact, a.Left, a.Right)
	case Like:
		return values(false, a.Value)
	case Matches:
		return values(true, a.Value)
	case Present:
		return values(false, a.Value)
	case Exists:
		return Operands{Entities: []Entities{a.Entities}}
	case CommonEntity:
		return Operands{Entities: []Entities{a.Left, a.Right}}
	case IdenticalEntity:
		return Operands{Entities: []Entities{a.Left, a.Right}}
	case Privilege:
		return Operands{Entities: []Entities{a.Entities}}
	case Anonymous, From:
		return Operands{} // attributes of the request itself
	}
	panic(fmt.Sprintf(unknown, a))
}

func values(exact bool, all ...Value) Operands {
	o := Operands{Exact: exact}
	for _, v := range all {
		switch v.(type) {
		case Literal:
		case Property, Environment:
			o.Values = append(o.Values, v)
		}
	}
	return o
}

// unknown is the panic message for a predicate that a switch does not handle. Returning false
// instead would grant access below a negation.
const unknown = "ir: unknown predicate %T"
