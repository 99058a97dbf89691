package solve

import (
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
)

// Plan returns the rules of a side in a scope, with the order of their rights. It is nil
// for a side that the world does not have.
func (w *World) Plan(side, class int) *privilege.Class {
	if side >= len(w.sides) {
		return nil
	}
	return w.sides[side][class]
}

// Condition returns the predicate of a condition in a scope, false where its filter hits
// nothing.
func (w *World) Condition(c *Condition, class int) ir.Predicate {
	if p := w.conditions[c][class]; p != nil {
		return p
	}
	return ir.Constant{}
}

// ClassOf returns the scope, by index, of a type that has one of its own.
func (w *World) ClassOf(typeKey string) (int, bool) {
	class, ok := w.class[typeKey]
	return class, ok
}

// Axioms returns what is taken for granted.
func (w *World) Axioms() Axioms { return w.axioms }
