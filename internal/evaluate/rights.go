package evaluate

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// judge evaluates the rights of one subject in one request context, and caches its results
// (docs/language.md, section 7).
type judge struct {
	evaluator *Evaluator
	question  Question
	known     map[*snapshot.Entity]ruleset.Actions
	err       error
}

func (e *Evaluator) newJudge(q Question) *judge {
	return &judge{evaluator: e, question: q, known: map[*snapshot.Entity]ruleset.Actions{}}
}

// fitting returns the rules whose context and filter match the entity.
func (j *judge) fitting(entity *snapshot.Entity) []rule {
	var fit []rule
	for _, r := range j.evaluator.rules {
		if j.inContext(r.Context) && hits(r.filter, entity, j.evaluator.schema) {
			fit = append(fit, r)
		}
	}
	return fit
}

// inContext implements docs/language.md, section 8: a request without a context only gets the
// rules for both.
func (j *judge) inContext(c ruleset.Context) bool {
	switch c {
	case ruleset.Both:
		return true
	case ruleset.Hub:
		return j.question.Context == "hub"
	case ruleset.QMC:
		return j.question.Context == "qmc"
	}
	return false
}

// rights returns the actions that the subject has on the entity, as one mask.
//
// Relations never lead back, so the rights on other entities are computed first, by recursion,
// and only the entity itself remains. Its rights under a HasPrivilege below an even number of
// negations are the least fixpoint of all matching rules. The others are read from a second
// mask that is constant during each iteration: assuming too few rights there yields too many
// (possible), assuming those yields too few (certain), and so on until both are equal. If they
// stay different, some right depends on its own absence.
func (j *judge) rights(entity *snapshot.Entity) ruleset.Actions {
	if rights, ok := j.known[entity]; ok {
		return rights
	}
	fit := j.fitting(entity)
	var certain ruleset.Actions
	for {
		possible := j.fixpoint(fit, entity, certain)
		next := j.fixpoint(fit, entity, possible)
		if next == possible {
			certain = next
			break
		}
		if next == certain {
			j.fail(fmt.Errorf("rights on %s %q depend on their own absence", entity.TypeName, entity.ID))
			break
		}
		certain = next
	}
	j.known[entity] = certain
	if j.evaluator.observe != nil {
		for _, r := range fit {
			j.evaluator.observe(r.ID, entity, j.holdsAt(r, entity, certain))
		}
	}
	return certain
}

// fixpoint returns the least set of actions that the rules grant on the entity, with negated
// HasPrivilege read from absent.
func (j *judge) fixpoint(fit []rule, entity *snapshot.Entity, absent ruleset.Actions) ruleset.Actions {
	var have ruleset.Actions
	for {
		var next ruleset.Actions
		for _, r := range fit {
			s := scope{judge: j, rule: r, resource: entity, have: have, absent: absent}
			if s.holds(r.condition) {
				next |= r.Actions
			}
		}
		if next == have {
			return have
		}
		have = next
	}
}

// holdsAt reports whether the rule's condition is true for the entity, given all rights on it.
func (j *judge) holdsAt(r rule, entity *snapshot.Entity, rights ruleset.Actions) bool {
	s := scope{judge: j, rule: r, resource: entity, have: rights, absent: rights}
	return s.holds(r.condition)
}

// fail keeps the first error.
func (j *judge) fail(err error) {
	if j.err == nil {
		j.err = err
	}
}
