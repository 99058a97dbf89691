package explain

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// How much is offered for one clause.
const (
	maxValues  = 6    // values of a side that are offered to the other
	maxTargets = 3    // entities that a relation is offered
	maxTried   = 1000 // entities that are looked at as targets of a relation
)

// goalSearch makes plans that may make a clause hold.
type goalSearch struct {
	*Explainer
	trace evaluate.Trace
	// allowed and values remember what was looked up.
	allowed map[asked]bool
	values  map[string][]string
}

func newGoalSearch(x *Explainer, t evaluate.Trace) *goalSearch {
	return &goalSearch{Explainer: x, trace: t, allowed: map[asked]bool{}, values: map[string][]string{}}
}

// may reports whether the subject has an action on an entity as things are.
func (w *goalSearch) may(a asked) bool {
	allowed, known := w.allowed[a]
	if !known {
		q := w.trace.Question
		q.Resource, q.Action = a.entity, a.action
		allowed = w.evaluator.Answer(q).Allow
		w.allowed[a] = allowed
	}
	return allowed
}

// known returns the values that entities of the site have in the same place.
func (w *goalSearch) known(s location) []string {
	if s.owner == nil {
		return nil
	}
	key := fmt.Sprintf("%s %d %s", s.owner.Type, s.form, s.key())
	values, known := w.values[key]
	if !known {
		values = w.Explainer.known(s)
		w.values[key] = values
	}
	return values
}

// join returns the edits of both, each once.
func join(p, q plan) plan {
	joined := slices.Clone(p)
	for _, e := range q {
		if !slices.ContainsFunc(joined, func(o edit) bool { return o.key() == e.key() }) {
			joined = append(joined, e)
		}
	}
	return joined
}

// call returns plans for one of the four functions. Those of a HasPrivilege lead to
// another entity.
func (w *goalSearch) call(e *snapshot.Entity, n *condition.Call, want bool) []plan {
	q := w.trace.Question
	switch n.Kind() {
	case condition.HasPrivilege:
		if !want {
			return nil // a right is not taken away to give another
		}
		action, _ := ruleset.ParseAction(n.Argument.Value)
		return w.related(w.locations(q, e, n.Path), func(target *snapshot.Entity, rest []condition.Segment) bool {
			return slices.ContainsFunc(w.reached(target, rest).Entities, func(of *snapshot.Entity) bool {
				return w.may(asked{of, action})
			})
		})
	case condition.IsOwned:
		return w.owned(w.locations(q, e, n.Read()), want)
	case condition.Empty:
		return w.emptied(w.locations(q, e, n.Path), want)
	case condition.IsAnonymous:
		return nil // who somebody is does not change
	}
	panic(fmt.Sprintf("explain: unknown function %q", n.Function))
}

// owned returns plans that make the subject the owner.
func (w *goalSearch) owned(locations []location, want bool) []plan {
	var found []plan
	for _, s := range locations {
		if s.form == relation && s.target == w.trace.Question.Subject.TypeName && w.trace.Question.Subject.Recorded && want {
			found = append(found, plan{{location: s, kind: relate, to: w.trace.Question.Subject}})
		}
	}
	return found
}

// emptied returns plans that take all values away, or that add one.
func (w *goalSearch) emptied(locations []location, empty bool) []plan {
	var found []plan
	for _, s := range locations {
		switch {
		case s.form == relation && !empty:
			found = append(found, w.related([]location{s}, func(target *snapshot.Entity, rest []condition.Segment) bool {
				reached := w.reached(target, rest)
				return len(reached.Entities)+len(reached.Strings) > 0
			})...)
		case s.form == relation:
			// Nothing is taken out of its stream, nor away from its owner.
		case empty:
			found = append(found, w.without(s, func(string) bool { return true })...)
		default:
			found = append(found, w.with(s, w.known(s))...)
		}
	}
	return found
}

// reached returns what the rest of a path denotes from a target on.
func (w *goalSearch) reached(target *snapshot.Entity, rest []condition.Segment) evaluate.Values {
	return w.evaluator.Values(w.trace.Question, target, condition.Path{Root: "resource", Segments: rest})
}

// related returns plans that let a relation lead to something that fits.
func (w *goalSearch) related(locations []location, fits func(*snapshot.Entity, []condition.Segment) bool) []plan {
	var found []plan
	for _, s := range locations {
		if s.form != relation {
			continue
		}
		kept := 0
		for i, target := range w.records(s.target) {
			if kept == maxTargets || i == maxTried {
				break
			}
			if fits(target, s.rest) {
				found = append(found, plan{{location: s, kind: relate, to: target}})
				kept++
			}
		}
	}
	return found
}

// with returns plans that give a spot one of the values.
func (w *goalSearch) with(s location, values []string) []plan {
	kind := addValue
	if s.form == scalar {
		kind = setValue
	}
	var found []plan
	for _, v := range values[:min(len(values), maxValues)] {
		if s.form != relation && !slices.Contains(s.values(w.trace.Question), v) {
			found = append(found, plan{{location: s, kind: kind, value: v}})
		}
	}
	return found
}

// without returns the plan that takes the values away from a spot that are meant.
func (w *goalSearch) without(s location, meant func(string) bool) []plan {
	var p plan
	for _, v := range s.values(w.trace.Question) {
		switch {
		case !meant(v):
		case s.key() == "name":
			return nil // everything has a name
		case s.form == scalar && (v == "true" || v == "false"):
			p = append(p, edit{location: s, kind: setValue, value: map[string]string{"true": "false", "false": "true"}[v]})
		default:
			p = append(p, edit{location: s, kind: removeValue, value: v})
		}
	}
	if len(p) == 0 {
		return nil
	}
	return []plan{p}
}
