package evaluate

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// scope is the context in which a condition is evaluated: its rule, the resource, and the known
// rights on that resource.
type scope struct {
	*judge
	rule     rule
	resource *snapshot.Entity
	// have answers HasPrivilege on the resource itself; absent answers it below an odd number
	// of negations.
	have, absent ruleset.Actions
	negated      bool
}

// holds evaluates a condition as defined in docs/language.md, section 4.
func (s scope) holds(n condition.Node) bool {
	switch n := n.(type) {
	case *condition.Or:
		return slices.ContainsFunc(n.Operands, s.holds)
	case *condition.And:
		return !slices.ContainsFunc(n.Operands, func(o condition.Node) bool { return !s.holds(o) })
	case *condition.Not:
		s.negated = !s.negated
		return !s.holds(n.Operand)
	case *condition.Bool:
		return n.Value
	case *condition.Comparison:
		return s.compare(n)
	case *condition.Call:
		return s.call(n)
	}
	// Below a negation, false for an unknown node would grant.
	panic(fmt.Sprintf("evaluate: unknown node %T", n))
}

// compare evaluates a comparison of strings, of entities or, depending on the option, of an
// entity with a string. If one side is an entity, a path that denotes nothing, such as
// resource.stream on a type without streams, counts as an empty set of entities.
func (s scope) compare(n *condition.Comparison) bool {
	left, right := s.operand(n.Left), s.operand(n.Right)
	switch {
	case mixes(s.kind(n.Left), s.kind(n.Right)):
		return s.compareMixed(n, left, right)
	case len(left.Entities) == 0 && len(right.Entities) == 0:
		return s.compareStrings(n, left.Strings, right.Strings)
	default:
		return s.compareEntities(n.Op, left.Entities, right.Entities)
	}
}

func (s scope) operand(o condition.Operand) Values {
	if text, ok := o.(*condition.String); ok {
		return stringValues(text.Value)
	}
	return s.path(*o.(*condition.Path))
}

// call evaluates the four functions, docs/language.md, section 4.3.
func (s scope) call(n *condition.Call) bool {
	switch n.Kind() {
	case condition.HasPrivilege:
		action, _ := actionNamed(n.Argument.Value)
		return slices.ContainsFunc(s.path(n.Path).Entities, func(e *snapshot.Entity) bool {
			return s.rightsOn(e).Has(action)
		})
	case condition.IsAnonymous:
		return schema.Fold(s.question.Subject.Scalars["userdirectory"]) == "none"
	case condition.Empty:
		return s.path(n.Path).empty()
	case condition.IsOwned:
		return len(s.property(s.resource, condition.Segment{Name: "owner"}).Entities) > 0
	}
	panic(fmt.Sprintf("evaluate: unknown function %q", n.Function))
}

// rightsOn returns the subject's rights on an entity that a condition names.
func (s scope) rightsOn(e *snapshot.Entity) ruleset.Actions {
	switch {
	case e != s.resource:
		return s.rights(e)
	case s.negated:
		return s.absent
	default:
		return s.have
	}
}

// sourceOf returns the text of a node as the rule's author wrote it.
func sourceOf(r ruleset.Rule, n condition.Node) string {
	span := n.Span()
	return r.Condition.Content[span.Start:span.End]
}
