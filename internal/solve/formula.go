package solve

import (
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Formula is a statement about a user, a resource of a scope, and a request. The set is
// sealed.
//
//sumtype:decl
type Formula interface{ formula() }

type (
	// Holds is true if the condition is true and its filter matches the resource. The rights
	// that it asks for are those of the side.
	Holds struct {
		Condition *Condition
		Side      int
	}

	// Test is true if the predicate, which belongs to the scope, is true.
	Test struct{ Predicate ir.Predicate }

	// Granted is true if some rule of a side grants the action.
	Granted struct {
		Side   int
		Action ruleset.Action
	}

	// Grants is true if the rule of a side grants, given the rights from other rules.
	Grants struct {
		Side int
		Rule *Rule
	}

	// After is true if its formula is true after the resource has changed.
	After struct {
		Change  *Change
		Formula Formula
	}

	// Not is true when its formula is false.
	Not struct{ Formula Formula }

	// All is true when all of its formulas are.
	All []Formula

	// Some is true when one of its formulas is.
	Some []Formula
)

func (Holds) formula()   {}
func (Test) formula()    {}
func (Granted) formula() {}
func (Grants) formula()  {}
func (After) formula()   {}
func (Not) formula()     {}
func (All) formula()     {}
func (Some) formula()    {}

// Speaks reports whether a formula can be true in a scope, as far as filters and types tell; if
// not, no question is needed.
func (w *World) Speaks(f Formula, class int) bool {
	switch f := f.(type) {
	case Holds:
		return w.conditions[f.Condition][class] != nil
	case Granted:
		return f.Side < len(w.sides) && len(w.Rules(f.Side, class, f.Action)) > 0
	case Grants:
		return !ir.IsFalse(w.Predicate(f.Side, class, f.Rule))
	case After:
		return w.Speaks(f.Formula, class)
	case All:
		for _, g := range f {
			if !w.Speaks(g, class) {
				return false
			}
		}
		return true
	case Some:
		for _, g := range f {
			if w.Speaks(g, class) {
				return true
			}
		}
		return false
	case Test, Not:
		return true
	}
	panic("solve: unknown formula")
}
