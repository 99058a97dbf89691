package ir

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Predicate is a condition specialised to one type scope: names are resolved, tests that the
// scope decides are constants, and negations apply to atoms and conjunctions only. The set is
// sealed.
//
//sumtype:decl
type Predicate interface {
	// Key identifies the predicate: two predicates with equal keys have the same meaning.
	Key() string
	predicate()
}

// Atom is a predicate that is neither a connective nor a constant: a test of a request. The set
// is sealed; a switch over it lists all atoms and has no default, because an atom that is
// forgotten below a negation would grant access.
//
//sumtype:decl
type Atom interface {
	Predicate
	atom()
}

type (
	// Constant is true or false for every request.
	Constant struct{ Value bool }

	// Conjunction is true when all of its terms are; it has two or more.
	Conjunction struct{ Terms []Predicate }

	// Disjunction is true when one of its terms is; it has two or more.
	Disjunction struct{ Terms []Predicate }

	// Negation is true when its term is false.
	Negation struct{ Term Predicate }

	// OneOf is true when Value has one of Strings, which are sorted and, unless Exact,
	// case-folded. Value is not a Literal.
	OneOf struct {
		Value   Value
		Strings []string
		Exact   bool
	}

	// Common is true when the two values have a string in common. Neither is a Literal.
	Common struct {
		Left, Right Value
		Exact       bool
	}

	// Identical is true when both values are one string, and it is the same. Its negation is
	// the != of lists.
	Identical struct {
		Left, Right Value
		Exact       bool
	}

	// Like is true when a string of Value, case-folded, matches the pattern.
	Like struct {
		Value   Value
		Pattern Pattern
	}

	// Matches is true when a string of Value, as written, matches the regular expression, which
	// is anchored and ignores case.
	Matches struct {
		Value  Value
		Regexp string
	}

	// Present is true when Value has a string.
	Present struct{ Value Value }

	// Exists is true when the set of entities is not empty.
	Exists struct{ Entities Entities }

	// CommonEntity is true when the two sets have an entity in common.
	CommonEntity struct{ Left, Right Entities }

	// IdenticalEntity is true when each set is one entity, and it is the same.
	IdenticalEntity struct{ Left, Right Entities }

	// Privilege is true when the subject has Action on one of Entities.
	Privilege struct {
		Entities Entities
		Action   ruleset.Action
		// At is the range of the call in the condition; it is not part of the Key.
		At diag.Range
	}

	// Anonymous is true when the subject is anonymous.
	Anonymous struct{}

	// From is true when the subject comes from the given context, Hub or QMC.
	From struct{ Context ruleset.Context }
)

func (Constant) predicate()        {}
func (Conjunction) predicate()     {}
func (Disjunction) predicate()     {}
func (Negation) predicate()        {}
func (OneOf) predicate()           {}
func (Common) predicate()          {}
func (Identical) predicate()       {}
func (Like) predicate()            {}
func (Matches) predicate()         {}
func (Present) predicate()         {}
func (Exists) predicate()          {}
func (CommonEntity) predicate()    {}
func (IdenticalEntity) predicate() {}
func (Privilege) predicate()       {}
func (Anonymous) predicate()       {}
func (From) predicate()            {}

func (OneOf) atom()           {}
func (Common) atom()          {}
func (Identical) atom()       {}
func (Like) atom()            {}
func (Matches) atom()         {}
func (Present) atom()         {}
func (Exists) atom()          {}
func (CommonEntity) atom()    {}
func (IdenticalEntity) atom() {}
func (Privilege) atom()       {}
func (Anonymous) atom()       {}
func (From) atom()            {}

// Value is a set of strings: Property and Environment are read from the request, Literal is
// constant. The set is sealed.
//
//sumtype:decl
type Value interface {
	Key() string
	// Many reports whether the value may have more than one string.
	Many() bool
	value()
}

type (
	// Literal is one string, known at compile time.
	Literal struct{ Text string }

	// Property is a property of entities. Name is case-folded, with the @ of a custom property.
	Property struct {
		Of   Entities
		Name string
		List bool
	}

	// Environment is an attribute that is sent with the request. Name is case-folded.
	Environment struct{ Name string }
)

// Many implements Value.
func (Literal) Many() bool     { return false }
func (p Property) Many() bool  { return p.List || p.Of.Many() }
func (Environment) Many() bool { return true }

func (Literal) value()     {}
func (Property) value()    {}
func (Environment) value() {}

// Root is the first word of a path.
type Root int

// The roots of a path. Node is used in Sync rules only, which the policy does not contain.
const (
	Resource Root = iota + 1
	User
	Node
)

// Name returns the root as written in a path.
func (r Root) Name() string {
	switch r {
	case Resource:
		return "resource"
	case User:
		return "user"
	case Node:
		return "node"
	}
	panic(fmt.Sprintf("ir: unknown root %d", r))
}

// Entities is a set of entities: the root, or the entities that relations lead to from it.
type Entities struct {
	Root Root
	// Origin is the key of the root's type or open class.
	Origin string
	Steps  []Step
}

// Step follows one relation.
type Step struct {
	// Name is the relation's name, case-folded.
	Name string
	// Type is the key of the target's type.
	Type string
	Many bool
}

// Many reports whether the set may have more than one entity.
func (e Entities) Many() bool {
	return slices.ContainsFunc(e.Steps, func(s Step) bool { return s.Many })
}

// IsRoot reports whether the set is the resource or the subject itself.
func (e Entities) IsRoot() bool { return len(e.Steps) == 0 }

// Key returns the path as written in a condition.
func (e Entities) Key() string {
	var b strings.Builder
	b.WriteString(e.Root.Name())
	for _, s := range e.Steps {
		b.WriteByte('.')
		b.WriteString(s.Name)
	}
	return b.String()
}

// Type returns the key of the entities' type.
func (e Entities) Type() string {
	if e.IsRoot() {
		return e.Origin
	}
	return e.Steps[len(e.Steps)-1].Type
}

// Parent returns the entities that the last step starts from. e must not be a root.
func (e Entities) Parent() Entities {
	n := len(e.Steps) - 1
	return Entities{Root: e.Root, Origin: e.Origin, Steps: e.Steps[:n:n]}
}

// Follow returns the entities that a relation of e leads to.
func (e Entities) Follow(s Step) Entities {
	return Entities{Root: e.Root, Origin: e.Origin, Steps: append(slices.Clip(e.Steps), s)}
}
