package solve

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// Scope is one type scope of a world with the formulas of its questions, encoded. It is not
// safe for concurrent use.
type Scope struct {
	world *World
	class int
	err   error // why there is no answer

	sat            *sat.Solver
	yes, hub, qmc  sat.Lit
	nodes          []*node
	values         []*value
	user, resource *node
	environment    map[string]*value
	tests          []ir.Predicate

	tested        map[int]*tested // by the number of a value
	pairs         map[string]bool
	scannedRights map[rightOf]bool
	components    map[*value]*component
	gates         map[string]sat.Lit
	rights        map[rightKey]sat.Lit
	grants        map[grantKey]sat.Lit
	changes       map[*Change]*node
	changedNodes  []*node // in the order of making
	axioms        map[Axiom]sat.Lit
	assumed       []sat.Lit
	// weakened keeps one string per cell, for the tests that must detect it.
	weakened bool
	persona  *Persona // nil for any user
	// fixed holds the strings of the values of a record.
	fixed map[*value][]string
}

// Verdict is the kind of an answer.
type Verdict int

// The verdicts. The zero value is Unknown.
const (
	Unknown    Verdict = iota
	Impossible         // no user, resource and request make the formulas true
	Possible           // the witness does
)

// Answer is the answer to a question.
type Answer struct {
	Verdict Verdict
	// Reason says why the verdict is Unknown.
	Reason string
	// Core are the indexes of formulas that are impossible together, if the verdict is
	// Impossible, and Axioms the axioms that this needs.
	Core   []int
	Axioms []Axiom
	// Witness makes all formulas true, if the verdict is Possible.
	Witness *Witness
}

// Scope encodes a type scope, given by its index in Classes, for questions about these formulas
// and their combinations.
func (w *World) Scope(class int, formulas ...Formula) *Scope {
	return w.scope(class, false, nil, formulas)
}

func (w *World) scope(class int, weakened bool, persona *Persona, formulas []Formula) *Scope {
	s := &Scope{
		world: w, class: class, sat: &sat.Solver{}, weakened: weakened, persona: persona,
		environment: map[string]*value{}, tested: map[int]*tested{}, pairs: map[string]bool{},
		scannedRights: map[rightOf]bool{}, components: map[*value]*component{}, gates: map[string]sat.Lit{},
		rights: map[rightKey]sat.Lit{}, grants: map[grantKey]sat.Lit{}, changes: map[*Change]*node{}, axioms: map[Axiom]sat.Lit{}, fixed: map[*value][]string{},
	}
	s.yes, s.hub, s.qmc = s.sat.New(), s.sat.New(), s.sat.New()
	s.sat.Add(s.yes)
	s.user = s.node(nil, ir.Step{}, "user")
	s.resource = s.node(nil, ir.Step{}, w.Classes[class].Key)
	for _, f := range formulas {
		s.collect(f)
	}
	for _, f := range formulas {
		s.scan(f, s.resource)
	}
	s.joinSame()
	if persona != nil && persona.Resource != nil {
		s.fix(s.resource, persona.Resource)
	}
	s.fixChanges()
	if s.err = s.choose(); s.err == nil {
		s.state()
	}
	return s
}

// collect records the predicates in formulas.
func (s *Scope) collect(f Formula) {
	switch f := f.(type) {
	case Test:
		s.tests = append(s.tests, f.Predicate)
	case After:
		s.collect(f.Formula)
	case Not:
		s.collect(f.Formula)
	case All:
		for _, g := range f {
			s.collect(g)
		}
	case Some:
		for _, g := range f {
			s.collect(g)
		}
	case Holds, Granted, Grants: // the world has their predicates
	}
}

// Ask decides whether all formulas can be true together.
func (s *Scope) Ask(formulas ...Formula) Answer {
	a := s.Decide(formulas...)
	if a.Verdict == Possible {
		assumptions := append(slices.Clone(s.assumed), s.formulas(formulas, s.resource)...)
		a.Witness = s.witness(s.shrink(assumptions))
	}
	return a
}

// Decide is Ask without a witness.
func (s *Scope) Decide(formulas ...Formula) Answer {
	if s.err != nil {
		return Answer{Reason: s.err.Error()}
	}
	lits := s.formulas(formulas, s.resource)
	if s.sat.Solve(append(slices.Clone(s.assumed), lits...)...) {
		return Answer{Verdict: Possible}
	}
	a := Answer{Verdict: Impossible}
	core := s.sat.Core()
	for i, l := range lits {
		if slices.Contains(core, l) {
			a.Core = append(a.Core, i)
		}
	}
	for name, l := range s.axioms {
		if slices.Contains(core, l) {
			a.Axioms = append(a.Axioms, name)
		}
	}
	slices.SortFunc(a.Axioms, func(x, y Axiom) int { return strings.Compare(string(x), string(y)) })
	return a
}

// shrink solves repeatedly, each time with one fact less, until no fact can be left out:
// entities first, then strings, then the context of the request. The resulting model is in the
// solver.
func (s *Scope) shrink(assumptions []sat.Lit) sat.Model {
	model := s.sat.Model()
	for _, fact := range s.facts() {
		if !model.Value(fact) {
			continue
		}
		without := assumptions
		for _, other := range s.facts() {
			if other == fact || !model.Value(other) {
				without = append(without[:len(without):len(without)], other.Not())
			}
		}
		if s.sat.Solve(without...) {
			model = s.sat.Model()
		}
	}
	return model
}

// facts are the variables that describe a model.
func (s *Scope) facts() []sat.Lit {
	var list []sat.Lit
	for _, n := range s.nodes {
		if n.parent != nil && n.exists != 0 {
			list = append(list, n.exists)
		}
	}
	for _, v := range s.values {
		list = append(list, v.bits...)
	}
	list = slices.DeleteFunc(list, func(l sat.Lit) bool { return l == s.yes.Not() })
	return append(list, s.hub, s.qmc)
}
