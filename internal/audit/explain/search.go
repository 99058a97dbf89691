package explain

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// Limits of a search. A limit can lose a proposal but never causes a wrong one, because every
// set of edits is tried.
const (
	maxPlans    = 200  // sets that are tried
	maxEdits    = 6    // edits of a set
	maxFollowed = 2000 // questions that are followed
)

// search finds the smallest sets of edits that grant a question. There is one variable per
// edit, and conditions are formulas over them: a clause that is false needs one of the plans
// that may make it true. Sets of one edit come first, then those of two, and of the same size
// the more likely ones. A set that grants access blocks all its supersets; a set that does not
// blocks the rules that it was meant for.
type search struct {
	*goalSearch
	solver  sat.Solver
	yes     sat.Lit
	edits   []edit
	lits    []sat.Lit // of the edits
	byKey   map[string]sat.Lit
	rules   []sat.Lit // the alternatives that grant the question
	granted map[asked]sat.Lit
	// open are the questions on the current path. cuts counts where a path returned to one of
	// them, and asks all questions that were followed.
	open       map[asked]bool
	cuts, asks int
	// more are true if there are more edits than their index.
	more []sat.Lit
}

func newSearch(x *Explainer, t evaluate.Trace) *search {
	s := &search{goalSearch: newGoalSearch(x, t), byKey: map[string]sat.Lit{}, granted: map[asked]sat.Lit{}, open: map[asked]bool{}}
	s.yes = s.solver.New()
	s.solver.Add(s.yes)
	q := t.Question
	own := asked{q.Resource, q.Action}
	s.open[own] = true
	s.rules = s.ways(own)
	// A user in the hub cannot change that a rule is for the QMC.
	if q.Context == "" {
		for _, from := range []string{"hub", "qmc"} {
			s.rules = append(s.rules, s.plan(plan{{kind: askFrom, value: from}}))
		}
	}
	s.solver.Add(s.rules...)
	s.exclude()
	s.count()
	return s
}

// ways returns, for each rule that can grant a right, a literal that makes it grant.
func (s *search) ways(a asked) []sat.Lit {
	var lits []sat.Lit
	for _, v := range judgementOf(s.trace, a.entity).Rules {
		if v.InContext && v.Rule.Actions.Has(a.action) {
			lits = append(lits, s.clause(a.entity, v.Condition, true))
		}
	}
	return lits
}

// right returns a literal that lets the subject perform an action on an entity.
func (s *search) right(a asked) sat.Lit {
	if lit, known := s.granted[a]; known {
		return lit
	}
	if s.asks++; s.open[a] || s.asks > maxFollowed {
		s.cuts++
		return s.yes.Not()
	}
	s.open[a] = true
	before := s.cuts
	lit := s.or(s.ways(a))
	delete(s.open, a)
	if s.cuts == before {
		s.granted[a] = lit
	}
	return lit
}

// clause returns a literal that gives a clause about an entity the wanted value.
func (s *search) clause(e *snapshot.Entity, c evaluate.Clause, want bool) sat.Lit {
	if c.Holds == want {
		return s.yes
	}
	parts := func(want bool) []sat.Lit {
		var lits []sat.Lit
		for _, part := range c.Parts {
			lits = append(lits, s.clause(e, part, want))
		}
		return lits
	}
	switch n := c.Node.(type) {
	case *condition.Or:
		if want {
			return s.or(parts(want))
		}
		return s.and(parts(want))
	case *condition.And:
		if want {
			return s.and(parts(want))
		}
		return s.or(parts(want))
	case *condition.Not:
		return s.clause(e, c.Parts[0], !want)
	case *condition.Comparison:
		return s.or(s.plans(s.comparison(e, n, c, want)))
	case *condition.Call:
		lits := s.plans(s.call(e, n, want))
		if n.Kind().Privilege() && want {
			action, _ := ruleset.ParseAction(n.Argument.Value)
			for _, of := range c.Left.Entities {
				lits = append(lits, s.right(asked{of, action}))
			}
		}
		return s.or(lits)
	case *condition.Bool: // a constant
	}
	return s.yes.Not()
}

func (s *search) plans(list []plan) []sat.Lit {
	var lits []sat.Lit
	for _, p := range list {
		lits = append(lits, s.plan(p))
	}
	return lits
}

// plan returns a literal that implies all edits of a plan.
func (s *search) plan(p plan) sat.Lit {
	var lits []sat.Lit
	for _, e := range p {
		if !e.within(s.trace.Question) {
			return s.yes.Not()
		}
		key := e.key()
		lit, known := s.byKey[key]
		if !known {
			lit = s.solver.New()
			s.byKey[key] = lit
			s.edits, s.lits = append(s.edits, e), append(s.lits, lit)
		}
		lits = append(lits, lit)
	}
	return s.and(lits)
}

// and returns a literal that implies all literals; or returns one that implies one of them.
func (s *search) and(lits []sat.Lit) sat.Lit {
	if slices.Contains(lits, s.yes.Not()) {
		return s.yes.Not()
	}
	if len(lits) == 1 {
		return lits[0]
	}
	all := s.solver.New()
	for _, l := range lits {
		s.solver.Add(all.Not(), l)
	}
	return all
}

func (s *search) or(lits []sat.Lit) sat.Lit {
	lits = slices.DeleteFunc(lits, func(l sat.Lit) bool { return l == s.yes.Not() })
	switch {
	case len(lits) == 0:
		return s.yes.Not()
	case len(lits) == 1:
		return lits[0]
	case slices.Contains(lits, s.yes):
		return s.yes
	}
	some := s.solver.New()
	s.solver.Add(append([]sat.Lit{some.Not()}, lits...)...)
	return some
}

// exclude states that a relation leads to one entity and a string property has one value.
func (s *search) exclude() {
	for i, e := range s.edits {
		for k, f := range s.edits[:i] {
			if exclusive(e, f) {
				s.solver.Add(s.lits[i].Not(), s.lits[k].Not())
			}
		}
	}
}

// exclusive reports whether two edits exclude each other.
func exclusive(e, f edit) bool {
	if e.kind != f.kind || e.kind != relate && e.kind != setValue && e.kind != askFrom {
		return false
	}
	e.value, e.to, f.value, f.to = "", nil, "", nil
	return e.key() == f.key()
}

// count creates the literals that count edits.
func (s *search) count() {
	s.more = slices.Repeat([]sat.Lit{s.yes.Not()}, maxEdits+1)
	for _, lit := range s.lits {
		before := slices.Clone(s.more)
		for n := range s.more {
			s.more[n] = s.solver.New()
			s.solver.Add(before[n].Not(), s.more[n])
			if n == 0 {
				s.solver.Add(lit.Not(), s.more[n])
			} else {
				s.solver.Add(lit.Not(), before[n-1].Not(), s.more[n])
			}
		}
	}
}

// granting returns the smallest sets of edits that grant access, and the number of sets that
// were tried.
func (s *search) granting() ([]plan, int) {
	t := trial{Explainer: s.Explainer, question: s.trace.Question}
	shapes := map[string]int{}
	var found []plan
	for size := range maxEdits {
		if !s.solver.Solve() {
			break
		}
		for _, weight := range s.weights() {
			assumptions := []sat.Lit{s.more[size+1].Not()}
			for i, e := range s.edits {
				if e.weight() > weight {
					assumptions = append(assumptions, s.lits[i].Not())
				}
			}
			for t.tried < maxPlans && s.solver.Solve(assumptions...) {
				p := s.chosen()
				if shapes[p.shape()]++; shapes[p.shape()] > maxValues {
					s.block(p, s.yes)
					continue
				}
				if small, ok := t.smallest(p); ok {
					found = append(found, small)
					s.block(small, s.yes)
					continue
				}
				model := s.solver.Model()
				for _, rule := range s.rules {
					if model.Value(rule) {
						s.block(p, rule)
					}
				}
			}
		}
	}
	return found, t.tried
}

// weights are those of the edits, ascending.
func (s *search) weights() []int {
	var list []int
	for _, e := range s.edits {
		list = append(list, e.weight())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// chosen returns the edits of the model.
func (s *search) chosen() plan {
	model := s.solver.Model()
	var p plan
	for i, e := range s.edits {
		if model.Value(s.lits[i]) {
			p = append(p, e)
		}
	}
	return p
}

// block excludes all supersets of a plan, as long as a literal is true.
func (s *search) block(p plan, under sat.Lit) {
	lits := []sat.Lit{under.Not()}
	for _, e := range p {
		lits = append(lits, s.byKey[e.key()].Not())
	}
	s.solver.Add(lits...)
}
