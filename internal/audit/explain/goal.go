package explain

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Limits of the proposals for one clause.
const (
	maxValues  = 6    // values of one side that are proposed for the other
	maxTargets = 3    // targets that are proposed for a relation
	maxTried   = 1000 // entities that are considered as targets of a relation
)

// goalSearch finds plans that may make a clause true.
type goalSearch struct {
	*Explainer
	trace evaluate.Trace
	// allowed and values cache results.
	allowed map[asked]bool
	values  map[string][]string
}

func newGoalSearch(x *Explainer, t evaluate.Trace) *goalSearch {
	return &goalSearch{Explainer: x, trace: t, allowed: map[asked]bool{}, values: map[string][]string{}}
}

// may reports whether the subject currently may perform an action on an entity.
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

// known returns the values that entities of the site have in the same location.
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

// join returns the edits of both, without duplicates.
func join(p, q plan) plan {
	joined := slices.Clone(p)
	for _, e := range q {
		if !slices.ContainsFunc(joined, func(o edit) bool { return o.key() == e.key() }) {
			joined = append(joined, e)
		}
	}
	return joined
}

// call returns plans for one of the four functions. Those of a HasPrivilege concern another
// entity.
func (w *goalSearch) call(e *snapshot.Entity, n *condition.Call, want bool) []plan {
	q := w.trace.Question
	switch n.Kind() {
	case condition.HasPrivilege:
		if !want {
			return nil // a right is not removed to grant another
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
		return nil // whether the subject is anonymous cannot be changed
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

// emptied returns plans that remove all values, or that add one.
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
			// Plans do not remove a resource from its stream or its owner.
		case empty:
			found = append(found, w.without(s, func(string) bool { return true })...)
		default:
			found = append(found, w.with(s, w.known(s))...)
		}
	}
	return found
}

// reached returns what the rest of a path denotes for a target.
func (w *goalSearch) reached(target *snapshot.Entity, rest []condition.Segment) evaluate.Values {
	return w.evaluator.Values(w.trace.Question, target, condition.Path{Root: "resource", Segments: rest})
}

// related returns plans that change the target of a relation to one that fits.
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

// with returns plans that set a location to one of the values.
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

// without returns the plan that removes the matching values from a location.
func (w *goalSearch) without(s location, meant func(string) bool) []plan {
	var p plan
	for _, v := range s.values(w.trace.Question) {
		switch {
		case !meant(v):
		case s.key() == "name":
			return nil // a name cannot be removed
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
