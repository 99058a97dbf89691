// Package facts says what the rules of a set have to do with each other: which of them
// never grant, which are duplicates, which grant nothing that others do not grant, and
// whether two forms of a condition mean the same. Facts hold for every user, resource and
// request, not for those of one site. They are exact: what could not be decided is
// listed with the reason, and is no fact.
//
//	book, err := facts.New(rules, solve.Options{Schema: …, ListInequality: …})
//	list, err := book.All(ctx)              // []Fact: never, always, duplicate, covered
//	v, err := book.Disjoint(idA, idB)       // do two rules never apply together?
//	v, err := book.Same(filter, old, new)   // may a condition be written otherwise?
//	v, err := book.Drop(id)                 // does removing a rule change any access?
//
// Rules must compile; disabled rules and those of other categories are left out. All
// takes a few milliseconds a rule.
package facts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Kind is the kind of a fact.
type Kind string

// The kinds.
const (
	// Never: the condition holds for no user, resource and request.
	Never Kind = "never"
	// Always: the condition holds for everything that the filter hits, although it is
	// not written as true.
	Always Kind = "always"
	// Duplicate: the rule of By grants the same: same conditions, actions and context.
	Duplicate Kind = "duplicate"
	// Covered: whatever the rule grants, the rules of By grant as well, one of them
	// or several together. Removing the rule changes nothing.
	Covered Kind = "covered"
	// Undecided: nothing is known; Reason says why.
	Undecided Kind = "undecided"
)

// Fact is something that holds of a rule.
type Fact struct {
	Kind Kind
	Rule diag.Rule
	// By are the rules that a Duplicate or Covered rule is held against, by name.
	By []diag.Rule
	// Axioms are what the proof takes for granted, such as that scalars have one value.
	Axioms []solve.Axiom
	Reason string
}

// Verdict is the answer to a question of yes or no.
type Verdict struct {
	// Yes says that it is proved. No says that there is a counterexample. Neither: the
	// Reason says why it is not known.
	Yes, No bool
	Reason  string
	// Witness is the counterexample.
	Witness *solve.Witness
}

// Book knows a set of rules.
type Book struct {
	rules   []*solve.Rule
	world   *solve.World
	options solve.Options
}

// New resolves the rules. That anonymous users have no roles and own nothing is not taken
// for granted: whoever removes a rule or a guard because of a fact would rely on it.
func New(rules []ruleset.Rule, options solve.Options) (*Book, error) {
	parsed, list := solve.Parse(rules)
	if list.HasErrors() {
		return nil, fmt.Errorf("the rules have errors: %s", list[0].Summary)
	}
	options.Axioms.Off = append(slices.Clone(options.Axioms.Off), solve.Visitors)
	w, err := solve.New([][]*solve.Rule{parsed}, nil, options)
	if err != nil {
		return nil, err
	}
	return &Book{parsed, w, options}, nil
}

// All returns the facts about all rules, in the order of the rules. The error is the
// context's, or about conditions that cannot be resolved.
func (b *Book) All(ctx context.Context) ([]Fact, error) {
	constants, err := b.constants(ctx)
	if err != nil {
		return nil, err
	}
	c, err := b.coverage(ctx)
	if err != nil {
		return nil, err
	}
	var list []Fact
	for _, r := range b.rules {
		if f, ok := constants[r]; ok {
			list = append(list, f)
			if f.Kind == Never {
				continue
			}
		}
		if f, ok := c.fact(r); ok {
			list = append(list, f)
		}
	}
	return list, nil
}

func names(rules []*solve.Rule) []diag.Rule {
	var list []diag.Rule
	for _, r := range rules {
		list = append(list, r.Ref())
	}
	slices.SortFunc(list, func(a, b diag.Rule) int {
		return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID)
	})
	return slices.Compact(list)
}
