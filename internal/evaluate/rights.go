package evaluate

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// judge judges entities for one subject in one request context, and
// remembers what it found (docs/language.md, section 7).
type judge struct {
	*Evaluator
	Question
	known map[*snapshot.Entity]ruleset.Actions
	err   error
}

func (e *Evaluator) newJudge(q Question) *judge {
	return &judge{Evaluator: e, Question: q, known: map[*snapshot.Entity]ruleset.Actions{}}
}

// fitting returns the rules whose context and filter fit the entity.
func (j *judge) fitting(entity *snapshot.Entity) []rule {
	var fit []rule
	for _, r := range j.rules {
		if j.inContext(r.Context) && hits(r.filter, entity, j.schema) {
			fit = append(fit, r)
		}
	}
	return fit
}

// inContext reads docs/language.md, section 8: a request that does not say where it comes
// from gets only the rules for both.
func (j *judge) inContext(c ruleset.Context) bool {
	switch c {
	case ruleset.Both:
		return true
	case ruleset.Hub:
		return j.Context == "hub"
	case ruleset.QMC:
		return j.Context == "qmc"
	}
	return false
}

// rights returns the actions that the subject has on the entity, as one mask.
//
// Relations never lead back, so the rights on other entities are found first,
// by recursion, and what remains is the entity itself. Its rights under a
// HasPrivilege that stands below no negation (or below an even number) are the
// least fixpoint of all fitting rules. The others are read from a second mask
// that stays put meanwhile: assuming too few rights there gives too many
// (possible), assuming those gives too few (certain), and so on until both are
// one. Where they stay apart some right depends on its own absence.
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
	if j.observe != nil {
		for _, r := range fit {
			j.observe(r.ID, entity, j.holdsAt(r, entity, certain))
		}
	}
	return certain
}

// fixpoint returns the least set of actions that the rules grant on the entity,
// with denied HasPrivilege read from absent.
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

// holdsAt reports whether the rule's condition holds for the entity once all
// rights on it are known.
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
