package explain

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// form is how a location stores its values.
type form int

const (
	attribute   form = iota + 1 // of the user directory
	custom                      // a custom property
	list                        // administrator roles
	scalar                      // a string, or true and false
	relation                    // to another entity
	environment                 // of the request
)

// location is a piece of data that a path reads and that people can change: a property of an
// entity, or an attribute of the environment.
type location struct {
	form form
	// owner is the entity that has the data; nil for the environment.
	owner *snapshot.Entity
	// name is the name as in the condition, without @.
	name string
	// target is the type that a relation leads to, and rest the remaining path after it.
	target string
	rest   []condition.Segment
}

func (s location) key() string { return schema.Fold(s.name) }

// locations returns the changeable data that a path reads, the end of the path first. It does
// not include types, ids, logins, the kind of an object or the app that it belongs to: nobody
// changes those to grant a right.
func (x *Explainer) locations(q evaluate.Question, resource *snapshot.Entity, p condition.Path) []location {
	if p.Root == "user" && len(p.Segments) > 0 && !p.Segments[0].Custom && schema.Fold(p.Segments[0].Name) == "environment" {
		if len(p.Segments) == 2 && !p.Segments[1].Custom {
			return []location{{form: environment, name: p.Segments[1].Name}}
		}
		return nil
	}
	var found []location
	for n := len(p.Segments) - 1; n >= 0; n-- {
		way := condition.Path{Root: p.Root, Segments: p.Segments[:n]}
		for _, owner := range x.evaluator.Values(q, resource, way).Entities {
			s, ok := x.location(owner, p.Segments[n])
			last := n == len(p.Segments)-1
			if ok && (last || s.form == relation) {
				s.rest = p.Segments[n+1:]
				found = append(found, s)
			}
		}
	}
	return found
}

// location returns the location of one property of an entity, and whether it can be changed.
func (x *Explainer) location(owner *snapshot.Entity, segment condition.Segment) (location, bool) {
	t := x.schema.Lookup(owner.TypeName)
	s := location{owner: owner, name: segment.Name}
	if t.Attributes && isAnonymous(owner) {
		return s, false // an unknown entity has no data
	}
	property, listed := t.Properties[s.key()]
	r, related := t.Relations[s.key()]
	switch {
	case segment.Custom:
		s.form = custom
		return s, t.Custom
	case related:
		s.form, s.target = relation, r.Target
		return s, !r.Many && slices.Contains([]string{"owner", "stream"}, s.key())
	case listed && property.Many:
		s.form = list
		return s, true
	case slices.Contains([]string{"published", "approved"}, s.key()):
		s.form = scalar
		return s, listed
	case slices.Contains([]string{"name", "description"}, s.key()):
		s.form = scalar
		return s, !t.Attributes && !t.Transient
	case t.Attributes && !listed && !slices.Contains([]string{"id", "resourcetype"}, s.key()):
		s.form = attribute
		return s, true
	}
	return s, false
}

func recorded(e *snapshot.Entity) bool { return e.Recorded }

func isAnonymous(user *snapshot.Entity) bool {
	return schema.Fold(user.Scalars["userdirectory"]) == "none"
}

// fixed reports whether no reasonable change of data can change the value of a clause about an
// entity. A connective is fixed if its operands are.
func (x *Explainer) fixed(q evaluate.Question, e *snapshot.Entity, c evaluate.Clause) bool {
	switch n := c.Node.(type) {
	case *condition.Bool:
		return true
	case *condition.Comparison:
		return !x.movable(q, e, n.Left, c.Right) && !x.movable(q, e, n.Right, c.Left)
	case *condition.Call:
		return x.fixedCall(q, e, n, c)
	case *condition.Or, *condition.And, *condition.Not:
		return false
	}
	panic(fmt.Sprintf("explain: unknown node %T", c.Node))
}

func (x *Explainer) fixedCall(q evaluate.Question, e *snapshot.Entity, n *condition.Call, c evaluate.Clause) bool {
	switch n.Kind() {
	case condition.HasPrivilege:
		return len(c.Left.Entities) == 0 && len(x.locations(q, e, n.Path)) == 0
	case condition.IsAnonymous:
		return true
	case condition.Empty, condition.IsOwned:
		return len(x.locations(q, e, n.Read())) == 0
	}
	panic(fmt.Sprintf("explain: unknown function %q", n.Function))
}

// movable reports whether a side of a comparison reads data that can be changed. If it is
// compared with entities, one of them must exist, because others cannot own anything.
func (x *Explainer) movable(q evaluate.Question, e *snapshot.Entity, side condition.Operand, others evaluate.Values) bool {
	p, ok := side.(*condition.Path)
	return ok && len(x.locations(q, e, *p)) > 0 && (len(others.Entities) == 0 || slices.ContainsFunc(others.Entities, recorded))
}

// values returns the values of a location.
func (s location) values(q evaluate.Question) []string {
	switch s.form {
	case attribute:
		return s.owner.Attributes[s.key()]
	case custom:
		return s.owner.Custom[s.key()]
	case list:
		return s.owner.Lists[s.key()]
	case environment:
		return q.Attribute(s.key())
	case scalar:
		if text, ok := s.owner.Scalars[s.key()]; ok {
			return []string{text}
		}
	case relation: // its values are entities
	}
	return nil
}

// known returns the values that entities of the site have in the same location, sorted.
func (x *Explainer) known(s location) []string {
	if s.owner == nil {
		return nil
	}
	var all []string
	for _, e := range x.records(s.owner.Type) {
		s.owner = e
		all = append(all, s.values(evaluate.Question{})...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
