package evaluate

import (
	"maps"
	"slices"
	"sync"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Standing is a request with everything that its decision evaluated, so that several variants
// of a rule can be tried on it. It is safe for concurrent use.
type Standing struct {
	mu       sync.Mutex
	judge    *judge
	resource *snapshot.Entity
}

// Stand evaluates a request; nil if it is invalid.
func (e *Evaluator) Stand(input []byte) *Standing {
	q := e.Read(input)
	if q.Reason != "" {
		return nil
	}
	j := e.newJudge(q)
	j.rights(q.Resource)
	return &Standing{judge: j, resource: q.Resource}
}

// Variant is another form of a rule.
type Variant struct {
	rule
	// evaluator is that of the original rules, extended by the regular expressions of the
	// variant.
	evaluator *Evaluator
}

// Variant parses another form of the rule with the same id. It must not be used if the list has
// an error.
func (e *Evaluator) Variant(r ruleset.Rule) (Variant, diag.List) {
	more, list := e.Also(r)
	if list.HasErrors() {
		return Variant{}, list
	}
	last := len(more.rules) - 1
	v := Variant{more.rules[last], more}
	more.rules = more.rules[:last]
	return v, list
}

// Distinguishes reports whether the variant grants other actions than the rule does: here, on
// the request's resource, or elsewhere, on an entity whose rights its decision asks for. If
// neither, the decision is unchanged, unless rights on an entity depend on each other.
func (s *Standing) Distinguishes(v Variant) (here, elsewhere bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := *s.judge
	j.evaluator = v.evaluator
	// Entities that the variant asks about are added to the known ones and evaluated too.
	seen := map[*snapshot.Entity]bool{}
	for len(seen) < len(j.known) {
		for _, entity := range slices.Collect(maps.Keys(j.known)) {
			seen[entity] = true
			was, now := j.grants(v.ID, entity), j.mask(v.rule, entity)
			here = here || was != now && entity == s.resource
			elsewhere = elsewhere || was != now && entity != s.resource
		}
	}
	return here, elsewhere
}

// grants returns what the rule with an id grants on an entity whose rights are known.
func (j *judge) grants(id string, entity *snapshot.Entity) ruleset.Actions {
	var mask ruleset.Actions
	for _, r := range j.evaluator.rules {
		if r.ID == id {
			mask |= j.mask(r, entity)
		}
	}
	return mask
}

func (j *judge) mask(r rule, entity *snapshot.Entity) ruleset.Actions {
	if r.Disabled || !j.inContext(r.Context) || !hits(r.filter, entity, j.evaluator.schema) || !j.holdsAt(r, entity, j.known[entity]) {
		return 0
	}
	return r.Actions
}
