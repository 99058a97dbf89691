package explain

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// The kinds of an edit, as in Change.
const (
	addValue    = "add"
	removeValue = "remove"
	setValue    = "set"
	relate      = "relate"
	askFrom     = "context"
)

// edit is one change of data.
type edit struct {
	location
	kind  string
	value string
	// to is the new target of a relation.
	to *snapshot.Entity
}

// key is equal for equal edits.
func (e edit) key() string {
	parts := []string{e.kind, string(rune('0' + e.form)), e.location.key(), e.value}
	for _, about := range []*snapshot.Entity{e.owner, e.to} {
		if about != nil {
			parts = append(parts, about.Type, schema.Fold(about.ID))
		}
	}
	return strings.Join(parts, "\x1f")
}

// weight orders edits by how likely people make them: groups and properties that exist to
// control rights first, then data that is part of the work with an app, then changes that grant
// more than the requested right, and names last.
func (e edit) weight() int {
	switch {
	case e.kind == askFrom:
		return 12
	case e.kind == removeValue:
		return 40
	case e.kind == relate && e.location.key() == "owner":
		return 60
	case e.kind == relate && len(e.owner.Relations[e.location.key()]) > 0:
		return 50 // others may lose access that depends on it
	case e.kind == relate:
		return 20
	}
	switch e.form {
	case attribute:
		return 10
	case environment:
		return 11
	case custom:
		return 11
	case list:
		return 80
	case scalar, relation:
		if slices.Contains([]string{"published", "approved"}, e.location.key()) {
			return 15
		}
	}
	return 100
}

// within reports whether all data of an edit is known: the entity exists or is in the request.
// For an entity that is only known from references, the effect of a change is unknown.
func (e edit) within(q evaluate.Question) bool {
	return e.owner == nil || e.owner.Recorded || e.owner == q.Subject || e.owner == q.Resource
}

// plan is a set of edits.
type plan []edit

func (p plan) weight() int {
	sum := 0
	for _, e := range p {
		sum += e.weight()
	}
	return sum
}

func (p plan) key() string {
	var keys []string
	for _, e := range p {
		keys = append(keys, e.key())
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), "\x1e")
}

// shape is equal for plans that differ only in values or in the targets of relations.
func (p plan) shape() string {
	without := slices.Clone(p)
	for i := range without {
		without[i].value, without[i].to = "", nil
	}
	return without.key()
}

// before orders plans: fewer edits first, then the more likely ones, and finally by key, so
// that the order is deterministic.
func (p plan) before(q plan) int {
	if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p.weight(), q.weight())); c != 0 {
		return c
	}
	return strings.Compare(p.key(), q.key())
}

// apply returns the question after the edits. It uses copies of the subject, the resource and
// everything that these lead to; the site is not modified.
func (p plan) apply(q evaluate.Question) evaluate.Question {
	c := copier{}
	q.Subject, q.Resource = c.copy(q.Subject), c.copy(q.Resource)
	q.Environment = maps.Clone(q.Environment)
	for _, e := range p {
		e.owner, e.to = c.copy(e.owner), c.copy(e.to)
		e.make(&q)
	}
	return q
}

// copier copies entities with everything that they lead to, each once.
type copier map[*snapshot.Entity]*snapshot.Entity

func (c copier) copy(e *snapshot.Entity) *snapshot.Entity {
	if e == nil || c[e] != nil {
		return c[e]
	}
	made := *e
	c[e] = &made
	made.Scalars, made.Lists = maps.Clone(e.Scalars), maps.Clone(e.Lists)
	made.Custom, made.Attributes = maps.Clone(e.Custom), maps.Clone(e.Attributes)
	made.Relations = make(map[string][]*snapshot.Entity, len(e.Relations))
	for name, related := range e.Relations {
		for _, r := range related {
			made.Relations[name] = append(made.Relations[name], c.copy(r))
		}
	}
	return &made
}

// make applies the edit. Its entities are copies.
func (e edit) make(q *evaluate.Question) {
	key := e.location.key()
	switch {
	case e.kind == askFrom:
		q.Context = e.value
	case e.form == attribute:
		e.owner.Attributes = e.list(e.owner.Attributes)
	case e.form == custom:
		e.owner.Custom = e.list(e.owner.Custom)
	case e.form == list:
		e.owner.Lists = e.list(e.owner.Lists)
	case e.form == environment:
		q.Environment = e.list(q.Environment)
	case e.form == scalar && e.kind == removeValue:
		delete(e.owner.Scalars, key)
	case e.form == scalar:
		e.owner.Scalars[key] = e.value
	case e.form == relation:
		e.owner.Relations[key] = []*snapshot.Entity{e.to}
		if key == "stream" && e.owner.Type == "app" {
			e.owner.Scalars["published"] = "true" // an app in a stream is published
		}
	}
}

// list adds the value to the lists, or removes it.
func (e edit) list(lists map[string][]string) map[string][]string {
	if lists == nil {
		lists = map[string][]string{}
	}
	key := e.location.key()
	values := slices.DeleteFunc(slices.Clone(lists[key]), func(v string) bool { return v == e.value })
	if e.kind == addValue {
		values = append(values, e.value)
		slices.Sort(values)
	}
	if lists[key] = values; len(values) == 0 {
		delete(lists, key)
	}
	return lists
}
