package escalate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// content is the existing resources, as far as rules distinguish them for a user.
type content struct {
	site      *snapshot.Site
	tests     tests
	evaluator *evaluate.Evaluator
}

// resources returns existing resources of a scope, one of each set that rules cannot
// distinguish. nil stands for any possible resource: without a snapshot, or if the snapshot has
// none of the type.
func (r *runner) resources(p Persona, class int) []*solve.Record {
	c := r.content
	if c == nil || len(c.site.Records[r.world.Classes[class].Key]) == 0 {
		return []*solve.Record{nil}
	}
	return c.records(p, c.site.Records[r.world.Classes[class].Key])
}

// targets returns possible targets for the relations of a resource that a lever can change:
// every stream and, of the users, one of each set that rules cannot distinguish, with the
// persona itself.
func (r *runner) targets(p Persona, at solve.Persona, l *ResourceLever) []map[string]*solve.Record {
	c := r.content
	if c == nil || at.Resource == nil || p.record == nil {
		return []map[string]*solve.Record{nil}
	}
	var list []map[string]*solve.Record
	// Other actions change no resource, and panic.
	//exhaustive:ignore
	switch l.Action {
	case ruleset.ChangeOwnerAction:
		list = append(list, map[string]*solve.Record{"owner": recordOf(p.record)})
		for _, user := range c.records(p, c.site.Users) {
			list = append(list, map[string]*solve.Record{"owner": user})
		}
	case ruleset.PublishAction:
		for _, stream := range c.records(p, c.site.Records["stream"]) {
			list = append(list, map[string]*solve.Record{"stream": stream})
		}
	case ruleset.DuplicateAction:
		list = append(list, map[string]*solve.Record{"owner": recordOf(p.record), "stream": nil})
	case ruleset.UpdateAction:
		list = append(list, nil)
	default:
		panic("escalate: unknown change of a resource: " + l.Action.Name())
	}
	return list
}

// records returns entities as records, one of each set that rules cannot distinguish for a
// persona. The persona owns what one of its users owns.
func (c *content) records(p Persona, entities map[string]*snapshot.Entity) []*solve.Record {
	seen := map[string]bool{}
	var list []*solve.Record
	for _, id := range slices.Sorted(maps.Keys(entities)) {
		e := c.owned(p, entities[id])
		if signature := c.signature(p, e); !seen[signature] {
			seen[signature] = true
			list = append(list, recordOf(e))
		}
	}
	return list
}

// owned returns an entity with the record of a persona instead of its other users.
func (c *content) owned(p Persona, e *snapshot.Entity) *snapshot.Entity {
	if p.record == nil {
		return e
	}
	other := *e
	other.Relations = map[string][]*snapshot.Entity{}
	for name, to := range e.Relations {
		for _, t := range to {
			switch {
			case t.Type != "user":
				t = c.owned(p, t)
			case slices.Contains(p.Users, t.Login()):
				t = p.record
			}
			other.Relations[name] = append(other.Relations[name], t)
		}
	}
	return &other
}

// signature is equal for entities that rules cannot distinguish.
func (c *content) signature(p Persona, e *snapshot.Entity) string {
	var b strings.Builder
	b.WriteString(c.tests.of(c.evaluator, e))
	for _, name := range slices.Sorted(maps.Keys(e.Relations)) {
		for _, to := range e.Relations[name] {
			fmt.Fprintf(&b, "|%s %t(%s)", name, to == p.record, c.signature(p, to))
		}
	}
	return b.String()
}
