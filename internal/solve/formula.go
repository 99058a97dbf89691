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
	// Holds is true when the condition holds, and its filter hits the resource. The rights
	// that it asks for are those of the side.
	Holds struct {
		Condition *Condition
		Side      int
	}

	// Test is true when the predicate, which is of the scope, is.
	Test struct{ Predicate ir.Predicate }

	// Granted is true when some rule of a side grants the action.
	Granted struct {
		Side   int
		Action ruleset.Action
	}

	// Grants is true when the rule of a side grants, rights of others considered.
	Grants struct {
		Side int
		Rule *Rule
	}

	// After is true when its formula is, once the resource is changed.
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

// Speaks says whether a formula can be true in a scope, as far as filters and types tell:
// where it cannot, nothing needs to be asked.
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
