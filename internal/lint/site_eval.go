package lint

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// The evaluator of this file determines whether a predicate can be true on a snapshot. What the
// snapshot does not contain counts as possible: session attributes, rights that other rules
// grant, and missing parts of the subject. So "no" is certain and "yes" is not.

// three is a truth value: no, maybe or yes.
type three int

const (
	certainlyNot three = iota
	maybe
	certainly
)

// subject is the entities for which atoms are evaluated; nil is unknown.
type subject struct{ user, resource, node *snapshot.Entity }

// mayHold reports whether p can be true for a user and a resource; nil means any.
func (d *Data) mayHold(p ir.Predicate, user, resource *snapshot.Entity) bool {
	return d.mayHoldAt(p, user, resource, nil)
}

func (d *Data) mayHoldAt(p ir.Predicate, user, resource, node *snapshot.Entity) bool {
	return evaluate(p, subject{user, resource, node}) != certainlyNot
}

func evaluate(p ir.Predicate, on subject) three {
	switch p := p.(type) {
	case ir.Constant:
		if p.Value {
			return certainly
		}
		return certainlyNot
	case ir.Conjunction:
		result := certainly
		for _, t := range p.Terms {
			result = min(result, evaluate(t, on))
		}
		return result
	case ir.Disjunction:
		result := certainlyNot
		for _, t := range p.Terms {
			result = max(result, evaluate(t, on))
		}
		return result
	case ir.Negation:
		return certainly - evaluate(p.Term, on)
	case ir.Atom:
		return atom(p, on)
	}
	panic("lint: unknown predicate")
}

func is(b bool) three {
	if b {
		return certainly
	}
	return certainlyNot
}

// atom evaluates one test.
func atom(a ir.Atom, on subject) three {
	switch a := a.(type) {
	case ir.OneOf:
		return some(a.Value, on, func(v string) bool {
			if !a.Exact {
				v = fold(v)
			}
			return slices.Contains(a.Strings, v)
		})
	case ir.Like:
		return some(a.Value, on, func(v string) bool { return a.Pattern.Match(fold(v)) })
	case ir.Matches:
		re, err := regexp.Compile(a.Regexp)
		if err != nil {
			return maybe
		}
		return some(a.Value, on, re.MatchString)
	case ir.Present:
		return some(a.Value, on, func(string) bool { return true })
	case ir.Common:
		right, known := values(a.Right, on)
		if !known {
			return maybe
		}
		return some(a.Left, on, func(v string) bool {
			return slices.ContainsFunc(right, func(w string) bool { return v == w || !a.Exact && fold(v) == fold(w) })
		})
	case ir.Identical:
		left, known := values(a.Left, on)
		right, known2 := values(a.Right, on)
		if !known || !known2 {
			return maybe
		}
		return is(len(left) == 1 && len(right) == 1 && (left[0] == right[0] || !a.Exact && fold(left[0]) == fold(right[0])))
	case ir.Exists:
		list, known := entities(a.Entities, on)
		if !known {
			return maybe
		}
		return is(len(list) > 0)
	case ir.CommonEntity:
		left, known := entities(a.Left, on)
		right, known2 := entities(a.Right, on)
		if !known || !known2 {
			return maybe
		}
		return is(slices.ContainsFunc(left, func(e *snapshot.Entity) bool { return slices.Contains(right, e) }))
	case ir.IdenticalEntity:
		left, known := entities(a.Left, on)
		right, known2 := entities(a.Right, on)
		if !known || !known2 {
			return maybe
		}
		return is(len(left) == 1 && len(right) == 1 && left[0] == right[0])
	case ir.Anonymous:
		if on.user == nil {
			return maybe
		}
		return is(strings.EqualFold(on.user.Scalars["userdirectory"], "none"))
	case ir.Privilege, ir.From:
		return maybe
	}
	panic("lint: unknown atom")
}

// some reports whether a string of a value passes a test.
func some(v ir.Value, on subject, f func(string) bool) three {
	list, known := values(v, on)
	if !known {
		return maybe
	}
	return is(slices.ContainsFunc(list, f))
}

// values returns the strings of a value, and whether they are known.
func values(v ir.Value, on subject) ([]string, bool) {
	switch v := v.(type) {
	case ir.Literal:
		return []string{v.Text}, true
	case ir.Environment:
		return nil, false
	case ir.Property:
		list, known := entities(v.Of, on)
		if !known {
			return nil, false
		}
		var strs []string
		for _, e := range list {
			strs = append(strs, property(e, v.Name)...)
		}
		return strs, true
	}
	panic("lint: unknown value")
}

// property returns the strings of an entity's property.
func property(e *snapshot.Entity, name string) []string {
	if custom, ok := strings.CutPrefix(name, "@"); ok {
		return e.Custom[custom]
	}
	if name == "id" {
		return []string{e.ID}
	}
	if name == "resourcetype" {
		return []string{e.TypeName}
	}
	if v, ok := e.Scalars[name]; ok {
		return []string{v}
	}
	return append(slices.Clone(e.Lists[name]), e.Attributes[name]...)
}

// entities returns the entities of a path, and whether they are known.
func entities(of ir.Entities, on subject) ([]*snapshot.Entity, bool) {
	at := map[ir.Root]*snapshot.Entity{ir.User: on.user, ir.Resource: on.resource, ir.Node: on.node}[of.Root]
	if at == nil {
		return nil, false
	}
	list := []*snapshot.Entity{at}
	for _, s := range of.Steps {
		var next []*snapshot.Entity
		for _, e := range list {
			next = append(next, e.Relations[s.Name]...)
		}
		list = next
	}
	return list, true
}

// sorted returns the existing entities of a type, ordered by id. All lints share the list and
// must not modify it.
func (d *Data) sorted(key string) []*snapshot.Entity {
	d.mu.Lock()
	defer d.mu.Unlock()
	list, done := d.lists[key]
	if done {
		return list
	}
	for _, id := range slices.Sorted(maps.Keys(d.Records[key])) {
		list = append(list, d.Records[key][id])
	}
	if d.lists == nil {
		d.lists = map[string][]*snapshot.Entity{}
	}
	d.lists[key] = list
	return list
}

// matchesWhole reports whether a regular expression matches a complete string, as the operator
// matches does.
func matchesWhole(expression, text string) bool {
	re, err := regexp.Compile(`(?i)^(?:` + expression + `)$`)
	return err == nil && re.MatchString(text)
}
