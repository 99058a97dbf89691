package resolve

import (
	"fmt"
	"regexp"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// specialiser turns the condition of one rule into a predicate for one class.
type specialiser struct {
	schema  *schema.Schema
	user    *schema.Type
	class   *Class
	options Options
	// negated says that the specialised node is below an odd number of negations.
	negated bool
	// seen collects the results for every path and every condition, for the warnings that
	// concern all classes of a rule together.
	seen *observations
	// parts, unless nil, collects the results for the current class.
	parts map[condition.Node]ir.Predicate
}

// predicate returns the condition, specialised for the class.
func (sp *specialiser) predicate(n condition.Node) ir.Predicate {
	p := sp.connective(n)
	sp.seen.condition(n, p)
	if sp.parts != nil {
		sp.parts[n] = p
	}
	return p
}

func (sp *specialiser) connective(n condition.Node) ir.Predicate {
	switch n := n.(type) {
	case *condition.Or:
		return ir.Or(sp.predicates(n.Operands)...)
	case *condition.And:
		return ir.And(sp.predicates(n.Operands)...)
	case *condition.Not:
		sp.negated = !sp.negated
		p := sp.predicate(n.Operand)
		sp.negated = !sp.negated
		return ir.Not(p)
	case *condition.Bool:
		return ir.Constant{Value: n.Value}
	case *condition.Comparison:
		return sp.comparison(n)
	case *condition.Call:
		return sp.call(n)
	}
	// Below a negation, false for an unknown node would grant.
	panic(fmt.Sprintf("resolve: unknown node %T", n))
}

func (sp *specialiser) predicates(nodes []condition.Node) []ir.Predicate {
	out := make([]ir.Predicate, len(nodes))
	for i, n := range nodes {
		out[i] = sp.predicate(n)
	}
	return out
}

func (sp *specialiser) call(c *condition.Call) ir.Predicate {
	switch c.Kind() {
	case condition.HasPrivilege:
		return sp.privilege(c)
	case condition.IsAnonymous:
		return ir.Anonymous{}
	case condition.Empty:
		return sp.empty(c)
	case condition.IsOwned:
		return sp.owned(c)
	}
	panic(fmt.Sprintf("resolve: unknown function %q", c.Function))
}

func (sp *specialiser) privilege(c *condition.Call) ir.Predicate {
	m := sp.operand(&c.Path)
	if m.entities == nil {
		if m.value != nil && !m.undeclared {
			sp.seen.onValues[&c.Path] = true
		}
		return ir.Constant{Value: false}
	}
	sp.seen.asked[&c.Path] = sp.seen.asked[&c.Path] || sp.class.Named
	action, _ := ruleset.ParseAction(c.Argument.Value)
	return ir.Privilege{Entities: *m.entities, Action: action, At: c.Range}
}

func (sp *specialiser) owned(c *condition.Call) ir.Predicate {
	m := sp.operand(&c.Path)
	if owner, ok := sp.class.Type.Relations["owner"]; ok {
		step := ir.Step{Name: fold(owner.Name), Type: sp.schema.Lookup(owner.Target).Key(), Many: owner.Many}
		return ir.Exists{Entities: m.entities.Follow(step)}
	}
	return ir.Constant{Value: false}
}

func (sp *specialiser) empty(c *condition.Call) ir.Predicate {
	var present []ir.Predicate
	for _, v := range sp.variants(&c.Path) {
		present = append(present, ir.And(v.guard, v.present()))
	}
	return ir.Not(ir.Or(present...))
}

// present is the opposite of Empty.
func (m meaning) present() ir.Predicate {
	switch {
	case m.typeOf != nil:
		return exists(*m.typeOf)
	case m.entities != nil:
		return exists(*m.entities)
	case m.value == nil:
		return ir.Constant{Value: false}
	}
	if _, ok := m.value.(ir.Literal); ok {
		return ir.Constant{Value: true}
	}
	return ir.Present{Value: m.value}
}

func exists(e ir.Entities) ir.Predicate {
	if e.IsRoot() {
		return ir.Constant{Value: true}
	}
	return ir.Exists{Entities: e}
}

func (sp *specialiser) operand(o condition.Operand) meaning {
	p, ok := o.(*condition.Path)
	if !ok {
		return meaning{value: ir.Literal{Text: o.(*condition.String).Value}, unknown: -1}
	}
	m := sp.path(p)
	sp.seen.path(p, m, sp.class)
	return m
}

func (sp *specialiser) comparison(c *condition.Comparison) ir.Predicate {
	var ways []ir.Predicate
	for _, left := range sp.variants(c.Left) {
		for _, right := range sp.variants(c.Right) {
			ways = append(ways, ir.And(left.guard, right.guard, sp.compareAny(c, left.meaning, right.meaning)))
		}
	}
	return ir.Or(ways...)
}

// compareAny compares strings with strings, entities with entities and, depending on the
// option, entities with strings.
func (sp *specialiser) compareAny(c *condition.Comparison, left, right meaning) ir.Predicate {
	if left.mixes(right) {
		// A property that an open type does not declare may be any value, but not an entity.
		if !left.undeclared && !right.undeclared {
			sp.seen.entityAgainstText(c, left.entities != nil)
			return sp.entityText(c, left, right)
		}
		left.value, right.value = nil, nil
	}
	sp.seen.comparison(c, left, right, sp.class)
	return sp.compare(c, left, right)
}

func (sp *specialiser) compare(c *condition.Comparison, left, right meaning) ir.Predicate {
	switch c.Op {
	case condition.Equal, condition.ExactEqual:
		return sp.equal(left, right, c.Op.Exact())
	case condition.NotEqual, condition.ExactNotEqual:
		return sp.differ(left, right, c.Op.Exact())
	case condition.Like:
		return ir.And(left.needed(), sp.like(left.value, literalOf(c.Right)))
	case condition.Matches:
		return ir.And(left.needed(), sp.matches(left.value, literalOf(c.Right)))
	}
	panic(fmt.Sprintf("resolve: unknown operator %q", c.Op))
}

// literalOf returns the right side of like and matches, which the grammar ensures is a literal.
func literalOf(o condition.Operand) string { return o.(*condition.String).Value }

// mixes reports whether one side is entities and the other a string.
func (m meaning) mixes(other meaning) bool {
	return m.entities != nil && other.value != nil || m.value != nil && other.entities != nil
}

// needed is the condition under which the value exists at all.
func (m meaning) needed() ir.Predicate {
	if m.typeOf != nil {
		return ir.Exists{Entities: *m.typeOf}
	}
	return ir.Constant{Value: true}
}

func (sp *specialiser) equal(left, right meaning, exact bool) ir.Predicate {
	switch {
	case left.entities != nil && right.entities != nil:
		return sameEntity(*left.entities, *right.entities)
	case left.value == nil || right.value == nil:
		return ir.Constant{Value: false}
	}
	return ir.And(left.needed(), right.needed(), sp.common(left.value, right.value, exact))
}

// differ is != and !==: with the option all the negation of = and ==; otherwise it is false
// only if both sides are the same single value.
func (sp *specialiser) differ(left, right meaning, exact bool) ir.Predicate {
	if sp.options.ListInequality == All {
		return ir.Not(sp.equal(left, right, exact))
	}
	switch {
	case left.entities != nil && right.entities != nil:
		if left.entities.Many() || right.entities.Many() {
			return ir.Not(identicalEntity(*left.entities, *right.entities))
		}
		return ir.Not(sameEntity(*left.entities, *right.entities))
	case left.value == nil || right.value == nil:
		return ir.Constant{Value: true}
	case left.value.Many() && !sp.typeKnown(left.value, right.value) || right.value.Many() && !sp.typeKnown(right.value, left.value):
		return ir.Not(ir.And(left.needed(), right.needed(), identical(left.value, right.value, exact)))
	}
	return ir.Not(ir.And(left.needed(), right.needed(), sp.common(left.value, right.value, exact)))
}

// identical moves a literal to the right.
func identical(left, right ir.Value, exact bool) ir.Predicate {
	if _, ok := left.(ir.Literal); ok {
		left, right = right, left
	}
	return ir.Identical{Left: left, Right: right, Exact: exact}
}

func sameEntity(a, b ir.Entities) ir.Predicate {
	switch {
	case a.Type() != b.Type():
		return ir.Constant{Value: false}
	case a.Key() == b.Key():
		// A set shares an entity with itself unless it is empty.
		return exists(a)
	}
	return ir.CommonEntity{Left: a, Right: b}
}

func identicalEntity(a, b ir.Entities) ir.Predicate {
	if a.Type() != b.Type() {
		return ir.Constant{Value: false}
	}
	return ir.IdenticalEntity{Left: a, Right: b}
}

// common is = and == on strings.
func (sp *specialiser) common(left, right ir.Value, exact bool) ir.Predicate {
	l, leftLiteral := left.(ir.Literal)
	r, rightLiteral := right.(ir.Literal)
	switch {
	case leftLiteral && rightLiteral:
		return ir.Constant{Value: l.Text == r.Text || !exact && fold(l.Text) == fold(r.Text)}
	case rightLiteral:
		return sp.oneOf(left, r.Text, exact)
	case leftLiteral:
		return sp.oneOf(right, l.Text, exact)
	}
	return ir.Common{Left: left, Right: right, Exact: exact}
}

func (sp *specialiser) oneOf(v ir.Value, text string, exact bool) ir.Predicate {
	if sp.isRootType(v) {
		switch {
		case sp.class.Named && sp.class.Key != fold(text):
			return ir.Constant{Value: false}
		case sp.class.Named && !exact:
			return ir.Constant{Value: true}
		case !sp.class.Named && schema.IsTypeName(text):
			// The test names a class, but this class is for types that nothing names.
			return ir.Constant{Value: false}
		}
	}
	if !exact {
		text = fold(text)
	}
	return ir.OneOf{Value: v, Strings: []string{text}, Exact: exact}
}

// isRootType reports whether the value is the type of the resource itself, in a spelling that
// the schema does not know.
func (sp *specialiser) isRootType(v ir.Value) bool {
	p, ok := v.(ir.Property)
	return ok && p.Name == "resourcetype" && p.Of.Root == ir.Resource && p.Of.IsRoot()
}

// typeKnown reports whether v is the resource's type and is compared to a literal, which is
// decided at compile time: it is a single string, although open types have lists.
func (sp *specialiser) typeKnown(v, other ir.Value) bool {
	literal, ok := other.(ir.Literal)
	return ok && sp.isRootType(v) && (sp.class.Named || schema.IsTypeName(literal.Text))
}

func (sp *specialiser) like(v ir.Value, text string) ir.Predicate {
	pattern := ir.ParsePattern(text)
	if v == nil {
		return ir.Constant{Value: false}
	}
	if l, ok := v.(ir.Literal); ok {
		return ir.Constant{Value: pattern.Match(fold(l.Text))}
	}
	if sp.isRootType(v) && sp.class.Named {
		return ir.Constant{Value: pattern.Match(sp.class.Key)}
	}
	switch shape, literal := pattern.Shape(); shape {
	case ir.Whole:
		return sp.oneOf(v, literal, false)
	case ir.Anything:
		return ir.Present{Value: v}
	case ir.Prefix, ir.Suffix, ir.Infix, ir.General:
		return ir.Like{Value: v, Pattern: pattern}
	}
	panic(fmt.Sprintf("resolve: unknown shape of the pattern %q", text))
}

func (sp *specialiser) matches(v ir.Value, text string) ir.Predicate {
	if v == nil {
		return ir.Constant{Value: false}
	}
	anchored := Anchored(text)
	if l, ok := v.(ir.Literal); ok {
		return ir.Constant{Value: regexp.MustCompile(anchored).MatchString(l.Text)}
	}
	return ir.Matches{Value: v, Regexp: anchored}
}

// Anchored returns the regular expression of matches in RE2 syntax: anchored to the whole
// value, ignoring case (D).
func Anchored(text string) string { return `(?i)^(?:` + text + `)$` }
