package smt

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// ErrInexpressible is the error for a query that cannot be written as a script.
var ErrInexpressible = errors.New("the question has no SMT-LIB form")

func inexpressible(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInexpressible, fmt.Sprintf(format, args...))
}

// Script returns a script that asks whether all formulas can be true together in the type scope with
// the index class. A solver answers sat if they can. The error is ErrInexpressible.
func Script(w *solve.World, class int, formulas ...solve.Formula) (text string, err error) {
	s := &script{
		world: w, class: class, sorts: map[string]bool{}, declared: map[string]bool{}, rights: map[right]string{},
		values: map[string]*value{}, places: map[string]int{}, counted: map[string]bool{}, group: map[string]string{}, written: map[string]bool{}, never: map[string]bool{},
	}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(error)
			if !ok || !errors.Is(e, ErrInexpressible) {
				panic(r)
			}
			err = e
		}
	}()
	// The first pass counts places and finds the strings that are compared as written; the second
	// pass writes the script.
	for _, s.writing = range []bool{false, true} {
		s.start()
		asserted := make([]string, len(formulas))
		for i, f := range formulas {
			asserted[i] = s.formula(f)
		}
		s.axioms()
		for _, a := range asserted {
			s.assert(a)
		}
	}
	return s.text(), nil
}

// script is a script that is being written.
type script struct {
	world *solve.World
	class int
	// writing reports whether this is the second pass.
	writing bool

	sorts, declared map[string]bool
	declarations    []string
	definitions     []string // in order, including assertions
	rights          map[right]string
	user, resource  *entity
	entities        []*entity
	values          map[string]*value
	order           []string // of values

	// The results of the first pass: the number of strings that a list needs, by the key of the
	// list; the values that are compared with each other (a forest); those that are compared as
	// written; and those for which a rule names the string never.
	places  map[string]int
	counted map[string]bool
	group   map[string]string
	written map[string]bool
	never   map[string]bool
}

func (s *script) start() {
	s.declarations, s.definitions, s.entities, s.order = nil, nil, nil, nil
	clear(s.sorts)
	clear(s.declared)
	clear(s.rights)
	clear(s.values)
	s.declare("hub", "() Bool")
	s.declare("qmc", "() Bool")
	s.user = s.root("user", "user")
	s.resource = s.root("resource", s.world.Classes[s.class].Key)
	s.assert("(not (and hub qmc))")
}

func (s *script) text() string {
	var b strings.Builder
	b.WriteString("(set-logic ALL)\n")
	for _, sort := range slices.Sorted(maps.Keys(s.sorts)) {
		fmt.Fprintf(&b, "(declare-sort %s 0)\n", sort)
	}
	for _, line := range slices.Concat(s.declarations, s.definitions) {
		b.WriteString(line + "\n")
	}
	b.WriteString("(check-sat)\n")
	return b.String()
}

// declare declares a function, unless it has been declared already.
func (s *script) declare(name, signature string) string {
	if !s.declared[name] {
		s.declared[name] = true
		s.declarations = append(s.declarations, "(declare-fun "+name+" "+signature+")")
	}
	return name
}

func (s *script) assert(expression string) {
	if expression != "true" {
		s.definitions = append(s.definitions, "(assert "+expression+")")
	}
}

func and(terms ...string) string { return join("and", "true", "false", terms) }
func or(terms ...string) string  { return join("or", "false", "true", terms) }

// join joins terms with an operator and leaves out neutral ones.
func join(operator, neutral, absorbing string, terms []string) string {
	var kept []string
	for _, t := range terms {
		switch {
		case t == absorbing:
			return absorbing
		case t != neutral && !slices.Contains(kept, t):
			kept = append(kept, t)
		}
	}
	switch len(kept) {
	case 0:
		return neutral
	case 1:
		return kept[0]
	}
	return "(" + operator + " " + strings.Join(kept, " ") + ")"
}

func not(term string) string {
	switch term {
	case "true":
		return "false"
	case "false":
		return "true"
	}
	return "(not " + term + ")"
}

func implies(premise, term string) string { return or(not(premise), term) }

func each[T any](list []T, f func(T) string) []string {
	terms := make([]string, len(list))
	for i, x := range list {
		terms[i] = f(x)
	}
	return terms
}

// frame is the context of a predicate: the rules of a side, the entity in the role of the resource
// and, within a cycle of rights, the round of its unrolling.
type frame struct {
	side  int
	root  *entity
	cycle []ruleset.Action
	round int
}

type right struct {
	side   int
	of     string // the term of an entity
	action ruleset.Action
	round  int
}

func (s *script) formula(f solve.Formula) string {
	top := frame{root: s.resource}
	switch f := f.(type) {
	case solve.Holds:
		top.side = f.Side
		return s.predicate(s.world.Condition(f.Condition, s.class), top)
	case solve.Test:
		return s.predicate(f.Predicate, top)
	case solve.Granted:
		return s.right(f.Side, s.resource, f.Action)
	case solve.Grants:
		top.side = f.Side
		return s.predicate(s.world.Predicate(f.Side, s.class, f.Rule), top)
	case solve.After:
		panic(inexpressible("it is about a resource before and after a change"))
	case solve.Not:
		return not(s.formula(f.Formula))
	case solve.All:
		return and(each(f, s.formula)...)
	case solve.Some:
		return or(each(f, s.formula)...)
	}
	panic(fmt.Sprintf("smt: unknown formula %T", f))
}

// right returns the term that is true if a right on an entity is granted.
func (s *script) right(side int, e *entity, action ruleset.Action) string {
	class := s.class
	if e != s.resource {
		var ok bool
		if class, ok = s.world.ClassOf(e.typ); !ok {
			panic(fmt.Sprintf("smt: the type %q has no scope", e.typ))
		}
	}
	plan := s.world.Plan(side, class)
	if plan == nil {
		return "false"
	}
	cycle := plan.Cycle(action)
	return s.rightIn(e, class, right{side, e.term, action, len(cycle)}, cycle)
}

// rightIn returns the term for a right after a number of rounds of its cycle. Before the first round,
// nothing on the cycle is granted.
func (s *script) rightIn(e *entity, class int, r right, cycle []ruleset.Action) string {
	if cycle != nil && r.round == 0 {
		return "false"
	}
	if name, ok := s.rights[r]; ok {
		return name
	}
	var by []string
	for _, rule := range s.world.Plan(r.side, class).Rules {
		if rule.Rule.Actions.Has(r.action) {
			by = append(by, s.predicate(rule.Predicate, frame{r.side, e, cycle, r.round - 1}))
		}
	}
	granted := or(by...)
	if strings.HasPrefix(granted, "(") {
		name := fmt.Sprintf("right-%d", len(s.rights)+1)
		s.definitions = append(s.definitions, "(define-fun "+name+" () Bool "+granted+")")
		granted = name
	}
	s.rights[r] = granted
	return granted
}

func (s *script) predicate(p ir.Predicate, f frame) string {
	all := func(terms []ir.Predicate) []string {
		return each(terms, func(t ir.Predicate) string { return s.predicate(t, f) })
	}
	switch p := p.(type) {
	case ir.Constant:
		return fmt.Sprint(p.Value)
	case ir.Conjunction:
		return and(all(p.Terms)...)
	case ir.Disjunction:
		return or(all(p.Terms)...)
	case ir.Negation:
		return not(s.predicate(p.Term, f))
	case ir.Atom:
		return s.atom(p, f)
	}
	panic(fmt.Sprintf("smt: unknown predicate %T", p))
}
