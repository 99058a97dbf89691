// Package facts determines how the rules of a set relate to each other: which never grant,
// which are duplicates, which only grant what others grant too, and whether two forms of a
// condition mean the same. Facts hold for every user, resource and request, not only for those
// of one site. They are exact: what could not be decided is listed with the reason, and is not
// a fact.
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
	// Never: the condition is false for every user, resource and request.
	Never Kind = "never"
	// Always: the condition is true for everything that the filter matches, although it is not
	// written as true.
	Always Kind = "always"
	// Duplicate: the rule in By grants the same: same conditions, actions and context.
	Duplicate Kind = "duplicate"
	// Covered: the rules in By, one or several together, grant everything that the rule grants.
	// Removing the rule changes nothing.
	Covered Kind = "covered"
	// Undecided: nothing is known; Reason says why.
	Undecided Kind = "undecided"
)

// Fact is a fact about a rule.
type Fact struct {
	Kind Kind
	Rule diag.Rule
	// By are the rules that a Duplicate or Covered rule is compared with, by name.
	By []diag.Rule
	// Axioms are the assumptions of the proof, such as that scalars have one value.
	Axioms []solve.Axiom
	Reason string
}

// Verdict is the answer to a yes-or-no question.
type Verdict struct {
	// Yes says that it is proved, No that there is a counterexample. If neither is set, Reason
	// says why it is unknown.
	Yes, No bool
	Reason  string
	// Witness is the counterexample.
	Witness *solve.Witness
}

// Book is a set of rules prepared for questions.
type Book struct {
	rules   []*solve.Rule
	world   *solve.World
	options solve.Options
}

// New resolves the rules. It does not assume that anonymous users have no roles and own
// nothing, because somebody who removes a rule or a guard because of a fact would rely on it.
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

// All returns the facts about all rules, in the order of the rules. The error is the context's,
// or about conditions that cannot be resolved.
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
