package resolve

import (
	"regexp"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// specialiser turns the condition of one rule into a predicate for one class.
type specialiser struct {
	schema     *schema.Schema
	user       *schema.Type
	class      *Class
	inequality ListInequality
	// seen is told what every path and every condition came to, for the
	// warnings that concern all classes of a rule together.
	seen *observations
	// parts, where it is not nil, is told the same for the class at hand.
	parts map[condition.Node]Predicate
}

// predicate returns what the condition comes down to for the class.
func (sp *specialiser) predicate(n condition.Node) Predicate {
	p := sp.connective(n)
	sp.seen.condition(n, p)
	if sp.parts != nil {
		sp.parts[n] = p
	}
	return p
}

func (sp *specialiser) connective(n condition.Node) Predicate {
	switch n := n.(type) {
	case *condition.Or:
		return Or(sp.predicates(n.Operands)...)
	case *condition.And:
		return And(sp.predicates(n.Operands)...)
	case *condition.Not:
		return Not(sp.predicate(n.Operand))
	case *condition.Bool:
		return Constant{n.Value}
	case *condition.Comparison:
		return sp.comparison(n)
	case *condition.Call:
		return sp.call(n)
	}
	return Constant{false} // a node of no kind grants nothing
}

func (sp *specialiser) predicates(nodes []condition.Node) []Predicate {
	out := make([]Predicate, len(nodes))
	for i, n := range nodes {
		out[i] = sp.predicate(n)
	}
	return out
}

func (sp *specialiser) call(c *condition.Call) Predicate {
	m := sp.operand(&c.Path)
	switch c.Kind() {
	case condition.HasPrivilege:
		if m.entities == nil {
			if m.value != nil && !m.undeclared {
				sp.seen.texts[&c.Path] = true
				return undecided
			}
			return Constant{false}
		}
		action, _ := ruleset.ParseAction(c.Argument.Value)
		return Privilege{Entities: *m.entities, Action: action, At: c.Range}
	case condition.IsAnonymous:
		return Anonymous{}
	case condition.IsOwned:
		if owner, ok := sp.class.Type.Relations["owner"]; ok {
			step := Step{Name: fold(owner.Name), Type: sp.schema.Lookup(owner.Target).Key(), Many: owner.Many}
			return Exists{m.entities.Follow(step)}
		}
		return Constant{false}
	case condition.Empty:
		return Not(m.present())
	}
	return Constant{false} // a call of no function grants nothing
}

// undecided stands where a rule is in error: for a test that is neither always
// true nor always false, so that the error is not reported as a dead branch too.
var undecided Predicate = Anonymous{}

// present is the opposite of Empty.
func (m meaning) present() Predicate {
	switch {
	case m.typeOf != nil:
		return exists(*m.typeOf)
	case m.entities != nil:
		return exists(*m.entities)
	case m.value == nil:
		return Constant{false}
	}
	if _, ok := m.value.(Literal); ok {
		return Constant{true}
	}
	return Present{m.value}
}

func exists(e Entities) Predicate {
	if e.IsRoot() {
		return Constant{true}
	}
	return Exists{e}
}

func (sp *specialiser) operand(o condition.Operand) meaning {
	p, ok := o.(*condition.Path)
	if !ok {
		return meaning{value: Literal{o.(*condition.String).Value}, unknown: -1}
	}
	m := sp.path(p)
	sp.seen.path(p, m, sp.class)
	return m
}

func (sp *specialiser) comparison(c *condition.Comparison) Predicate {
	left, right := sp.operand(c.Left), sp.operand(c.Right)
	if left.mixes(right) {
		// What an open type does not declare may be anything, and is no entity.
		if !left.undeclared && !right.undeclared {
			sp.seen.entityAgainstText(c, left.entities != nil)
			return undecided
		}
		left.value, right.value = nil, nil
	}
	sp.seen.comparison(c, left, right, sp.class)
	switch c.Op {
	case condition.Equal, condition.ExactEqual:
		return sp.equal(left, right, c.Op == condition.ExactEqual)
	case condition.NotEqual, condition.ExactNotEqual:
		return sp.differ(left, right, c.Op == condition.ExactNotEqual)
	case condition.Like:
		return And(left.guard(), sp.like(left.value, literalOf(c.Right)))
	case condition.Matches:
		return And(left.guard(), sp.matches(left.value, literalOf(c.Right)))
	}
	return Constant{false} // a comparison by no operator grants nothing
}

// literalOf returns the right side of like and matches, which the grammar
// makes a literal.
func literalOf(o condition.Operand) string { return o.(*condition.String).Value }

// mixes says whether entities stand against text.
func (m meaning) mixes(other meaning) bool {
	return m.entities != nil && other.value != nil || m.value != nil && other.entities != nil
}

// guard is what must hold for the value to be there at all.
func (m meaning) guard() Predicate {
	if m.typeOf != nil {
		return Exists{*m.typeOf}
	}
	return Constant{true}
}

func (sp *specialiser) equal(left, right meaning, exact bool) Predicate {
	switch {
	case left.entities != nil && right.entities != nil:
		return sameEntity(*left.entities, *right.entities)
	case left.value == nil || right.value == nil:
		return Constant{false}
	}
	return And(left.guard(), right.guard(), sp.common(left.value, right.value, exact))
}

// differ is != and !== : with the option all the negation of = and ==;
// otherwise it fails only where both sides are one and the same.
func (sp *specialiser) differ(left, right meaning, exact bool) Predicate {
	if sp.inequality == All {
		return Not(sp.equal(left, right, exact))
	}
	switch {
	case left.entities != nil && right.entities != nil:
		if left.entities.Many() || right.entities.Many() {
			return Not(identicalEntity(*left.entities, *right.entities))
		}
		return Not(sameEntity(*left.entities, *right.entities))
	case left.value == nil || right.value == nil:
		return Constant{true}
	case left.value.Many() && !sp.typeKnown(left.value, right.value) || right.value.Many() && !sp.typeKnown(right.value, left.value):
		return Not(And(left.guard(), right.guard(), identical(left.value, right.value, exact)))
	}
	return Not(And(left.guard(), right.guard(), sp.common(left.value, right.value, exact)))
}

// identical puts a literal on the right.
func identical(left, right Value, exact bool) Predicate {
	if _, ok := left.(Literal); ok {
		left, right = right, left
	}
	return Identical{left, right, exact}
}

func sameEntity(a, b Entities) Predicate {
	switch {
	case a.Type() != b.Type():
		return Constant{false}
	case a.Key() == b.Key():
		// A set shares an entity with itself unless it is empty.
		return exists(a)
	}
	return CommonEntity{a, b}
}

func identicalEntity(a, b Entities) Predicate {
	if a.Type() != b.Type() {
		return Constant{false}
	}
	return IdenticalEntity{a, b}
}

// common is the = and == of texts.
func (sp *specialiser) common(left, right Value, exact bool) Predicate {
	l, leftLiteral := left.(Literal)
	r, rightLiteral := right.(Literal)
	switch {
	case leftLiteral && rightLiteral:
		return Constant{l.Text == r.Text || !exact && fold(l.Text) == fold(r.Text)}
	case rightLiteral:
		return sp.oneOf(left, r.Text, exact)
	case leftLiteral:
		return sp.oneOf(right, l.Text, exact)
	}
	return Common{left, right, exact}
}

func (sp *specialiser) oneOf(v Value, text string, exact bool) Predicate {
	if sp.isRootType(v) {
		switch {
		case sp.class.Named && sp.class.Key != fold(text):
			return Constant{false}
		case sp.class.Named && !exact:
			return Constant{true}
		case !sp.class.Named && schema.IsTypeName(text):
			// The test names a class, and this one is for types that nothing names.
			return Constant{false}
		}
	}
	if !exact {
		text = fold(text)
	}
	return OneOf{v, []string{text}, exact}
}

// isRootType says whether the value is the type of the resource itself, where
// the schema does not spell it.
func (sp *specialiser) isRootType(v Value) bool {
	p, ok := v.(Property)
	return ok && p.Name == "resourcetype" && p.Of.Root == Resource && p.Of.IsRoot()
}

// typeKnown says whether v is the resource's type and compared to a literal,
// which is decided when compiling: it is one text, though open types carry lists.
func (sp *specialiser) typeKnown(v, other Value) bool {
	literal, ok := other.(Literal)
	return ok && sp.isRootType(v) && (sp.class.Named || schema.IsTypeName(literal.Text))
}

func (sp *specialiser) like(v Value, text string) Predicate {
	pattern := ParsePattern(text)
	if v == nil {
		return Constant{false}
	}
	if l, ok := v.(Literal); ok {
		return Constant{pattern.match(fold(l.Text))}
	}
	if sp.isRootType(v) && sp.class.Named {
		return Constant{pattern.match(sp.class.Key)}
	}
	switch shape, literal := pattern.Shape(); shape {
	case Whole:
		return sp.oneOf(v, literal, false)
	case Anything:
		return Present{v}
	default:
		return Like{v, pattern}
	}
}

func (sp *specialiser) matches(v Value, text string) Predicate {
	if v == nil {
		return Constant{false}
	}
	anchored := Anchored(text)
	if l, ok := v.(Literal); ok {
		return Constant{regexp.MustCompile(anchored).MatchString(l.Text)}
	}
	return Matches{v, anchored}
}

// Anchored returns the regular expression of matches as RE2 is to read it: the
// whole value, ignoring case (D).
func Anchored(text string) string { return `(?i)^(?:` + text + `)$` }
