package lint

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// valuesOf returns the values that an atom compares, without literals.
func valuesOf(a ir.Atom) []ir.Value {
	return ir.OperandsOf(a).Values
}

// entitiesOf returns the entities that an atom reads from, including those of its values.
func entitiesOf(a ir.Atom) []ir.Entities {
	o := ir.OperandsOf(a)
	list := slices.Clone(o.Entities)
	for _, v := range o.Values {
		if p, ok := v.(ir.Property); ok {
			list = append(list, p.Of)
		}
	}
	return list
}

// readsUser reports whether an atom tests the user: an attribute, the session, whether the user
// is anonymous, or a right that other rules grant.
func readsUser(a ir.Atom) bool {
	switch a.(type) {
	case ir.Anonymous, ir.Privilege:
		return true
	case ir.Common, ir.CommonEntity, ir.Exists, ir.From, ir.Identical, ir.IdenticalEntity, ir.Like, ir.Matches, ir.OneOf, ir.Present: // depends on the operands
	}
	for _, v := range valuesOf(a) {
		if _, ok := v.(ir.Environment); ok {
			return true
		}
	}
	return slices.ContainsFunc(entitiesOf(a), func(e ir.Entities) bool { return e.Root == ir.User })
}

// readsOnlyUser reports whether an atom reads the user or the session only, and not the
// resource.
func readsOnlyUser(a ir.Atom) bool {
	switch a.(type) {
	case ir.Anonymous:
		return true
	case ir.Privilege:
		return false
	case ir.Common, ir.CommonEntity, ir.Exists, ir.From, ir.Identical, ir.IdenticalEntity, ir.Like, ir.Matches, ir.OneOf, ir.Present: // depends on the operands
	}
	return readsUser(a) && !slices.ContainsFunc(entitiesOf(a), func(e ir.Entities) bool { return e.Root != ir.User })
}

// everyoneHas are the properties that every user has, so that a test of their presence is
// always true.
var everyoneHas = map[string]bool{"user.id": true, "user.userid": true, userDirectory: true, "user.name": true}

// plainly returns p without the tests that are always true.
func plainly(p ir.Predicate) ir.Predicate {
	return ir.Rewrite(p, func(a ir.Atom) ir.Predicate {
		switch a := a.(type) {
		case ir.Present:
			if everyoneHas[a.Value.Key()] || a.Value.Key() == "resource.id" || a.Value.Key() == "resource.name" {
				return ir.Constant{Value: true}
			}
		case ir.Matches:
			if matchesEverything(a.Regexp) && everyoneHas[a.Value.Key()] {
				return ir.Constant{Value: true}
			}
		case ir.Anonymous, ir.Common, ir.CommonEntity, ir.Exists, ir.From, ir.Identical, ir.IdenticalEntity, ir.Like, ir.OneOf, ir.Privilege: // a test like any other
		}
		return a
	})
}

// anonymousSees returns what remains of p for an anonymous user, who has no roles, attributes
// or custom properties, owns nothing and sends no session attributes. Rights that other rules
// grant count as missing: those rules are checked themselves.
func anonymousSees(p ir.Predicate) ir.Predicate {
	return ir.Rewrite(p, func(a ir.Atom) ir.Predicate {
		switch a := a.(type) {
		case ir.Anonymous:
			return ir.Constant{Value: true}
		case ir.Privilege:
			return ir.Constant{}
		case ir.OneOf:
			if a.Value.Key() == userDirectory {
				return ir.Constant{Value: slices.ContainsFunc(a.Strings, func(t string) bool { return strings.EqualFold(t, "none") })}
			}
		case ir.Present:
			if everyoneHas[a.Value.Key()] {
				return ir.Constant{Value: true}
			}
		case ir.Like:
			if a.Value.Key() == userDirectory {
				return ir.Constant{Value: a.Pattern.Match("none")}
			}
		case ir.Common, ir.CommonEntity, ir.Exists, ir.From, ir.Identical, ir.IdenticalEntity, ir.Matches: // depends on the operands
		}
		if readsUser(a) {
			return ir.Constant{}
		}
		return a
	})
}

// assume returns p with some atoms decided: f returns the value of an atom, or nil if it stays
// open.
func assume(p ir.Predicate, f func(ir.Atom) *bool) ir.Predicate {
	return ir.Rewrite(p, func(a ir.Atom) ir.Predicate {
		if v := f(a); v != nil {
			return ir.Constant{Value: *v}
		}
		return a
	})
}

var (
	yes = &[]bool{true}[0]
	no  = &[]bool{false}[0]
)

// truth returns yes or no.
func truth(b bool) *bool {
	if b {
		return yes
	}
	return no
}

// roleTest returns the administrator roles that an atom tests, and whether it tests any.
func roleTest(a ir.Atom) ([]string, bool) {
	o, ok := a.(ir.OneOf)
	if !ok || o.Value.Key() != "user.roles[]" {
		return nil, false
	}
	return o.Strings, true
}

// ownerTest reports whether an atom is only true for the owner of the resource, or of its
// parent.
func ownerTest(a ir.Atom) bool {
	switch a := a.(type) {
	case ir.CommonEntity:
		return isUser(a.Left) && endsIn(a.Right, "owner") || isUser(a.Right) && endsIn(a.Left, "owner")
	case ir.Common:
		l, r := propertyOf(a.Left), propertyOf(a.Right)
		return l != nil && r != nil && (l.Of.Root == ir.User && endsIn(r.Of, "owner") || r.Of.Root == ir.User && endsIn(l.Of, "owner"))
	case ir.Anonymous, ir.Exists, ir.From, ir.Identical, ir.IdenticalEntity, ir.Like, ir.Matches, ir.OneOf, ir.Present, ir.Privilege:
		return false
	}
	panic("lint: unknown atom")
}

func propertyOf(v ir.Value) *ir.Property {
	if p, ok := v.(ir.Property); ok {
		return &p
	}
	return nil
}

func isUser(e ir.Entities) bool { return e.Root == ir.User }

func endsIn(e ir.Entities, relation string) bool {
	return len(e.Steps) > 0 && e.Steps[len(e.Steps)-1].Name == relation
}

// passes reports whether an entity path contains a relation.
func passes(e ir.Entities, relation string) bool {
	for _, s := range e.Steps {
		if s.Name == relation {
			return true
		}
	}
	return false
}

// needsRole reports whether p is only true for users with one of the roles. An empty list of
// roles means any role.
func needsRole(p ir.Predicate, roles ...string) bool {
	list, ok := cubesOf(p)
	if !ok {
		return false
	}
	for _, c := range list {
		if !slices.ContainsFunc(c, func(l literal) bool {
			strs, asks := roleTest(l.atom)
			return asks && !l.negated && (len(roles) == 0 || !slices.ContainsFunc(strs, func(t string) bool { return !slices.Contains(roles, strings.ToLower(t)) }))
		}) {
			return false
		}
	}
	return true
}

// testsUser reports whether every cube of p tests the user.
func testsUser(p ir.Predicate) bool {
	list, ok := cubesOf(p)
	if !ok {
		return true // too large to decide
	}
	for _, c := range list {
		if !slices.ContainsFunc(c, func(l literal) bool { return readsUser(l.atom) }) {
			return false
		}
	}
	return true
}

// mentionsUser reports whether some test of p is about the user.
func mentionsUser(p ir.Predicate) bool {
	found := false
	ir.Visit(p, func(a ir.Atom, _ bool) { found = found || readsUser(a) })
	return found
}

func fold(s string) string { return schema.Fold(s) }
