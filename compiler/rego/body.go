package rego

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// scope is the shared state of the bodies of one function.
type scope struct {
	module *module
	// class is the resource's class; nil if the rules read the subject only.
	class *resolve.Class
	// name is the function's name, which prefixes the names of helpers.
	name    string
	helpers int
	// cycle holds the actions of the cycle that the function computes: a test for one of them
	// on the same resource reads the argument held.
	cycle []ruleset.Action
	// pending are helpers that have to be written below the function.
	pending []string
}

// body is the body of one rule under construction: expressions in order, and the variables for
// entities.
type body struct {
	*scope
	lines  []string
	vars   map[string]string // Entities.Key → variable
	taken  map[string]bool
	usesID bool
	held   bool
}

func (sc *scope) newBody() *body {
	return &body{scope: sc, vars: map[string]string{}, taken: map[string]bool{"id": true, "held": true, "action": true, "rule": true, "kind": true}}
}

// define returns a function that is true if p is, with one body per branch. Arguments that a
// body does not use are "_", as strict mode requires.
func (sc *scope) define(name string, p ir.Predicate) string {
	branches := []ir.Predicate{p}
	if d, ok := p.(ir.Disjunction); ok {
		branches = d.Terms
	}
	strs := make([]string, len(branches))
	for i, branch := range branches {
		b := sc.newBody()
		b.require(branch)
		strs[i] = definition(name+b.arguments(sc), b.lines)
	}
	return strings.Join(strs, "\n")
}

// arguments is the argument list of a body's head. A scope without a class has no arguments,
// because its rules read the subject only.
func (b *body) arguments(sc *scope) string {
	if sc.class == nil {
		return ""
	}
	args := argument("id", b.usesID)
	if sc.cycle != nil {
		args += ", " + argument("held", b.held)
	}
	return "(" + args + ")"
}

func argument(name string, used bool) string {
	if used {
		return name
	}
	return "_"
}

// call returns the call of a function of the same scope.
func (b *body) call(name string) string {
	if b.class == nil {
		return name
	}
	b.usesID = true
	if b.cycle != nil {
		b.held = true
		return name + "(id, held)"
	}
	return name + "(id)"
}

func (b *body) add(format string, args ...any) {
	b.lines = append(b.lines, fmt.Sprintf(format, args...))
}

// require adds p. The terms of a conjunction are ordered by cost: cheap tests that may fail
// come first.
func (b *body) require(p ir.Predicate) {
	switch p := p.(type) {
	case ir.Conjunction:
		terms := slices.Clone(p.Terms)
		slices.SortStableFunc(terms, func(x, y ir.Predicate) int { return cmp.Compare(cost(x), cost(y)) })
		for _, t := range terms {
			b.require(t)
		}
	case ir.Disjunction:
		b.lines = append(b.lines, b.call(b.helper(p)))
	case ir.Negation:
		b.deny(p.Term)
	case ir.Constant:
		if !p.Value {
			b.add("false")
		}
	case ir.Atom:
		b.test(p)
	}
}

// helper writes a function for p and returns its name.
func (b *body) helper(p ir.Predicate) string {
	b.helpers++
	name := b.module.name(fmt.Sprintf("%s_%d", b.name, b.helpers))
	at := len(b.pending)
	b.pending = append(b.pending, "")
	b.pending[at] = b.define(name, p)
	return name
}

// deny adds the negation of p. OPA evaluates the arguments of a call before the "not" in front
// of it, and an undefined argument makes the body undefined. So only plain references are
// negated in line; everything else is negated through a helper.
func (b *body) deny(p ir.Predicate) {
	switch p := p.(type) {
	case ir.OneOf:
		if isPlain(p.Value, p.Exact) && !p.Value.Many() {
			ref := b.reference(p.Value, p.Exact)
			for _, text := range p.Strings {
				b.add("not %s == %s", ref, quote(text))
			}
			return
		}
	case ir.Identical:
		if literal, ok := p.Right.(ir.Literal); ok && isPlain(p.Left, p.Exact) {
			form := "not %s == [%s]"
			if _, ok := p.Left.(ir.Environment); ok {
				form = "not %s == {%s}"
			}
			b.add(form, b.reference(p.Left, p.Exact), quote(foldUnless(p.Exact, literal.Text)))
			return
		}
	case ir.Common:
		if isPlain(p.Left, p.Exact) && isPlain(p.Right, p.Exact) && !p.Left.Many() && !p.Right.Many() {
			left := b.reference(p.Left, p.Exact)
			b.add("not %s == %s", left, b.reference(p.Right, p.Exact))
			return
		}
	case ir.Present:
		if isPlain(p.Value, false) {
			b.add("not %s", b.reference(p.Value, false))
			return
		}
	case ir.Exists:
		if e := p.Entities; len(e.Steps) == 1 {
			b.add("not %s%s", b.entity(e.Parent()), field(e.Steps[0].Name))
			return
		}
	case ir.Anonymous:
		b.add("not %s.anonymous", b.module.use("request"))
		return
	case ir.Privilege:
		if p.Entities.IsRoot() && !slices.Contains(b.cycle, p.Action) {
			b.usesID = true
			b.add("not may_%s(id)", p.Action.Name())
			return
		}
	case ir.Constant, ir.Conjunction, ir.Disjunction, ir.Negation,
		ir.Like, ir.Matches, ir.CommonEntity, ir.IdenticalEntity, ir.From:
	}
	b.add("not %s", b.call(b.helper(p)))
}

// cost ranks tests: the request itself, the subject's record, the resource, its relations,
// patterns, and other stages last.
func cost(p ir.Predicate) int {
	switch p := p.(type) {
	case ir.Constant, ir.From:
		return 0
	case ir.Anonymous:
		return 1
	case ir.OneOf:
		return valueCost(p.Value)
	case ir.Present:
		return valueCost(p.Value)
	case ir.Common:
		return max(valueCost(p.Left), valueCost(p.Right)) + 1
	case ir.Identical:
		return max(valueCost(p.Left), valueCost(p.Right)) + 1
	case ir.Like:
		return valueCost(p.Value) + 1
	case ir.Matches:
		return valueCost(p.Value) + 2
	case ir.Exists:
		return 2 + len(p.Entities.Steps)
	case ir.CommonEntity:
		return entitiesCost(p.Left, p.Right)
	case ir.IdenticalEntity:
		return entitiesCost(p.Left, p.Right)
	case ir.Privilege:
		return 20
	case ir.Negation:
		return cost(p.Term)
	case ir.Conjunction:
		return cost(slices.MaxFunc(p.Terms, compareCost)) + 1
	case ir.Disjunction:
		return cost(slices.MaxFunc(p.Terms, compareCost)) + 1
	}
	panic(fmt.Sprintf("rego: unknown predicate %T", p))
}

func compareCost(x, y ir.Predicate) int { return cmp.Compare(cost(x), cost(y)) }

// entitiesCost ranks comparisons of entities. A comparison with the subject, such as the test
// of an owner, costs no more than a property and excludes most resources.
func entitiesCost(a, b ir.Entities) int {
	for _, side := range [][2]ir.Entities{{a, b}, {b, a}} {
		if side[0].Root == ir.User && side[0].IsRoot() && !side[1].Many() {
			return 2 + len(side[1].Steps)
		}
	}
	return 5
}

func valueCost(v ir.Value) int {
	p, ok := v.(ir.Property)
	if !ok || p.Of.Root == ir.User {
		return 2
	}
	return 3 + len(p.Of.Steps)
}
