package filter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Subject is the subject of a filter: a user, the session and the context of the request.
type Subject struct {
	// User is the user's record, or the description of a user without one.
	User *snapshot.Entity
	// Environment holds the attributes of the session by their case-folded names.
	Environment map[string][]string
	// Context is the context of the request; zero if it has none.
	Context ruleset.Context
}

// Branch is the part of a filter that comes from one rule: the filter is the disjunction of
// all.
type Branch struct {
	RuleID, RuleName string
	Node             Node
}

// Residue returns what remains of the rules of a plan for a subject, an action and the
// resources of a type, by its key. Rules that grant the subject nothing have no branch.
func Residue(plan *privilege.Plan, s Subject, action ruleset.Action, typeKey string) (Node, []Branch, error) {
	r := &residue{plan: plan, subject: s, asked: map[asked]Node{}, own: map[string]own{}}
	class := r.class(typeKey)
	if class == nil {
		return nil, nil, fmt.Errorf("no rule and no schema names the type %s, so that there is no filter for its resources", typeKey)
	}
	var branches []Branch
	var all []Node
	for _, rule := range class.Rules {
		if !rule.Rule.Actions.Has(action) {
			continue
		}
		n := r.predicate(class, rule.Predicate, fullOf(class, action))
		if n == Node(Const(false)) {
			continue
		}
		branches = append(branches, Branch{rule.Rule.ID, rule.Rule.Name, n})
		all = append(all, n)
	}
	return or(all...), branches, r.err
}

type residue struct {
	plan    *privilege.Plan
	subject Subject
	asked   map[asked]Node // known answers; many rules ask for read on the stream
	own     map[string]own // the user's values, by property name
	err     error
}

// class returns the type scope of a type: its own, or the open one with the longest prefix.
func (r *residue) class(key string) *privilege.Class {
	var open *privilege.Class
	for _, c := range r.plan.Classes {
		if c.Named && c.Key == key {
			return c
		}
		if !c.Named && strings.HasPrefix(key, c.Prefix()) && (open == nil || len(c.Prefix()) > len(open.Prefix())) {
			open = c
		}
	}
	return open
}

// fuel is the number of remaining rounds for the actions of a cycle: after as many rounds as
// the cycle has actions, the least fixpoint is reached.
type fuel struct {
	cycle []ruleset.Action
	left  int
}

func fullOf(class *privilege.Class, a ruleset.Action) fuel {
	cycle := class.Cycle(a)
	return fuel{cycle, len(cycle)}
}

func (r *residue) predicate(class *privilege.Class, p ir.Predicate, left fuel) Node {
	switch p := p.(type) {
	case ir.Constant:
		return Const(p.Value)
	case ir.Conjunction:
		return r.terms(class, p.Terms, left, false, and)
	case ir.Disjunction:
		return r.terms(class, p.Terms, left, true, or)
	case ir.Negation:
		return not(r.predicate(class, p.Term, left))
	case ir.Atom:
		return r.atom(class, p, left)
	}
	panic(fmt.Sprintf("filter: unknown predicate %T", p))
}

// terms joins terms, up to the first one that decides: most rules are about other users, and
// end at their first test.
func (r *residue) terms(class *privilege.Class, terms []ir.Predicate, left fuel, decides Const, join func(...Node) Node) Node {
	nodes := make([]Node, 0, len(terms))
	for _, t := range terms {
		n := r.predicate(class, t, left)
		if n == Node(decides) {
			return decides
		}
		nodes = append(nodes, n)
	}
	return join(nodes...)
}

func (r *residue) atom(class *privilege.Class, a ir.Atom, left fuel) Node {
	switch a := a.(type) {
	case ir.OneOf:
		return r.oneOf(a.Value, a.Strings, a.Exact)
	case ir.Common:
		return r.common(a)
	case ir.Identical:
		return r.identical(a)
	case ir.Like:
		return r.test(a.Value, func(c Column) Node { return Like{c, a.Pattern} }, func(text string) bool { return a.Pattern.Match(schema.Fold(text)) })
	case ir.Matches:
		matcher := regexp.MustCompile(a.Regexp)
		return r.test(a.Value, func(c Column) Node { return Matches{c, a.Regexp} }, matcher.MatchString)
	case ir.Present:
		return r.test(a.Value, func(c Column) Node { return Present{c} }, func(string) bool { return true })
	case ir.Exists:
		if a.Entities.Root == ir.User {
			return Const(len(r.entities(a.Entities)) > 0)
		}
		return related(a.Entities.Origin, a.Entities.Steps, Const(true))
	case ir.CommonEntity:
		return r.sameEntity(a.Left, a.Right)
	case ir.IdenticalEntity:
		return r.identicalEntity(a)
	case ir.Privilege:
		return r.privilege(class, a, left)
	case ir.Anonymous:
		return Const(schema.Fold(r.subject.User.Scalars["userdirectory"]) == "none")
	case ir.From:
		return Const(r.subject.Context == a.Context)
	}
	panic(fmt.Sprintf("filter: unknown atom %T", a))
}

// test is an atom that is true if some value passes a test.
func (r *residue) test(v ir.Value, column func(Column) Node, holds func(text string) bool) Node {
	if strs, ok := r.known(v); ok {
		return Const(slices.ContainsFunc(strs, holds))
	}
	p := v.(ir.Property)
	return related(p.Of.Origin, p.Of.Steps, column(columnOf(p)))
}

func columnOf(p ir.Property) Column { return Column{p.Of.Type(), p.Name, p.List} }

func (r *residue) oneOf(v ir.Value, strs []string, exact bool) Node {
	if own, ok := r.ownOf(v); ok {
		values := own.written
		if !exact {
			values = own.folded
		}
		return Const(slices.ContainsFunc(values, func(text string) bool { return slices.Contains(strs, text) }))
	}
	return r.test(v, func(c Column) Node { return in(c, strs, exact) }, func(text string) bool {
		return slices.Contains(strs, foldUnless(exact, text))
	})
}

func (r *residue) common(a ir.Common) Node {
	left, leftKnown := r.known(a.Left)
	right, rightKnown := r.known(a.Right)
	switch {
	case leftKnown:
		return r.oneOf(a.Right, caseFoldedSet(left, a.Exact), a.Exact)
	case rightKnown:
		return r.oneOf(a.Left, caseFoldedSet(right, a.Exact), a.Exact)
	}
	return Shared{far(a.Left), far(a.Right), a.Exact}
}

func far(v ir.Value) Far {
	p := v.(ir.Property)
	return Far{p.Of.Steps, columnOf(p)}
}

// identical is true if both sides are one value, and it is the same: some value is equal, and
// none differs.
func (r *residue) identical(a ir.Identical) Node {
	left, leftKnown := r.known(a.Left)
	right, rightKnown := r.known(a.Right)
	one := func(side ir.Value, strs []string) Node {
		set := caseFoldedSet(strs, a.Exact)
		if len(set) != 1 {
			return Const(false)
		}
		same := r.oneOf(side, set, a.Exact)
		differs := r.test(side, func(c Column) Node { return Other{c, set[0], a.Exact} }, func(text string) bool {
			return foldUnless(a.Exact, text) != set[0]
		})
		return and(same, not(differs))
	}
	switch {
	case leftKnown:
		return one(a.Right, left)
	case rightKnown:
		return one(a.Left, right)
	case !a.Left.Many() && !a.Right.Many():
		return Shared{far(a.Left), far(a.Right), a.Exact}
	}
	r.refuse("%s != %s compares two lists of the resource", a.Left.Key(), a.Right.Key())
	return Const(false)
}

func (r *residue) sameEntity(left, right ir.Entities) Node {
	if left.Root != ir.User && right.Root != ir.User {
		return SameEntity{left.Steps, right.Steps}
	}
	if left.Root == ir.User {
		left, right = right, left
	}
	known := r.entities(right)
	var ids []string
	for _, e := range known {
		if e.ID != "" && e.Type == left.Type() {
			ids = append(ids, schema.Fold(e.ID))
		}
	}
	if left.Root == ir.User {
		return Const(slices.ContainsFunc(r.entities(left), func(e *snapshot.Entity) bool { return slices.Contains(ids, schema.Fold(e.ID)) }))
	}
	slices.Sort(ids)
	return related(left.Origin, left.Steps, in(Column{left.Type(), "id", false}, slices.Compact(ids), false))
}

func (r *residue) identicalEntity(a ir.IdenticalEntity) Node {
	if !a.Left.Many() && !a.Right.Many() {
		return r.sameEntity(a.Left, a.Right)
	}
	r.refuse("%s != %s compares sets of entities", a.Left.Key(), a.Right.Key())
	return Const(false)
}

// privilege replaces a question about a right by the rules that grant it.
func (r *residue) privilege(class *privilege.Class, a ir.Privilege, current fuel) Node {
	if a.Entities.Root == ir.User {
		r.refuse("HasPrivilege asks about the subject itself")
		return Const(false)
	}
	target := class
	if !a.Entities.IsRoot() {
		target = r.class(a.Entities.Type())
	}
	if target == nil {
		return Const(false)
	}
	next := fullOf(target, a.Action)
	if a.Entities.IsRoot() && next.cycle != nil && slices.Equal(next.cycle, current.cycle) {
		if current.left == 0 {
			return Const(false) // the fixpoint starts from the empty set
		}
		next.left = current.left - 1
	}
	return related(a.Entities.Origin, a.Entities.Steps, r.granted(target, a.Action, next))
}

// granted is the condition under which some rule grants an action on a resource of a class.
func (r *residue) granted(class *privilege.Class, a ruleset.Action, left fuel) Node {
	key := asked{class.Key, a, left.left}
	if n, ok := r.asked[key]; ok {
		return n
	}
	var nodes []Node
	for _, rule := range class.Rules {
		if rule.Rule.Actions.Has(a) {
			nodes = append(nodes, r.predicate(class, rule.Predicate, left))
		}
	}
	n := or(nodes...)
	r.asked[key] = n
	return n
}

// asked is a question about rights on resources of a class.
type asked struct {
	class  string
	action ruleset.Action
	left   int
}

func (r *residue) refuse(format string, args ...any) {
	if r.err == nil {
		r.err = &Untranslatable{What: fmt.Sprintf(format, args...)}
	}
}

// Untranslatable is the error for a part of a condition that a filter cannot express.
type Untranslatable struct{ What, Target string }

// Error says what cannot be expressed, and in what.
func (u *Untranslatable) Error() string {
	if u.Target == "" {
		return "no filter can express that " + u.What
	}
	return fmt.Sprintf("a filter for %s cannot express that %s; --superset widens it", u.Target, u.What)
}
