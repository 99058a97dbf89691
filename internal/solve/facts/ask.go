package facts

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// rule returns the rule of an id.
func (b *Book) rule(id string) (*solve.Rule, error) {
	for _, r := range b.rules {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, fmt.Errorf("there is no enabled Security rule with the id %q", id)
}

// Disjoint reports whether two rules, given by id, never apply to the same user, resource and
// request.
func (b *Book) Disjoint(first, second string) (Verdict, error) {
	x, err := b.rule(first)
	if err != nil {
		return Verdict{}, err
	}
	y, err := b.rule(second)
	if err != nil {
		return Verdict{}, err
	}
	return ask(b.world, solve.Grants{Rule: x}, solve.Grants{Rule: y}), nil
}

// Same reports whether two conditions mean the same on the resources of a filter, so that one
// may replace the other. The error is about the conditions.
func (b *Book) Same(filter, one, other *diag.Text) (Verdict, error) {
	x, y := &solve.Condition{Filter: filter, Text: one}, &solve.Condition{Filter: filter, Text: other}
	w, err := solve.New([][]*solve.Rule{b.rules}, []*solve.Condition{x, y}, b.options)
	if err != nil {
		return Verdict{}, err
	}
	f, g := solve.Holds{Condition: x}, solve.Holds{Condition: y}
	return ask(w, solve.Some{solve.All{f, solve.Not{Formula: g}}, solve.All{g, solve.Not{Formula: f}}}), nil
}

// Drop reports whether all access is unchanged without a rule, given by id. It is also exact if
// rights depend on each other.
func (b *Book) Drop(id string) (Verdict, error) {
	r, err := b.rule(id)
	if err != nil {
		return Verdict{}, err
	}
	var others []*solve.Rule
	for _, o := range b.rules {
		if o != r {
			others = append(others, o)
		}
	}
	w, err := solve.New([][]*solve.Rule{b.rules, others}, nil, b.options)
	if err != nil {
		return Verdict{}, err
	}
	for _, action := range r.Actions.List() {
		more := []solve.Formula{solve.Granted{Action: action}, solve.Not{Formula: solve.Granted{Side: 1, Action: action}}}
		less := []solve.Formula{solve.Granted{Side: 1, Action: action}, solve.Not{Formula: solve.Granted{Action: action}}}
		for _, formulas := range [][]solve.Formula{more, less} {
			if v := ask(w, formulas...); !v.Yes {
				return v, nil
			}
		}
	}
	return Verdict{Yes: true}, nil
}

// ask asks whether formulas are impossible in every scope.
func ask(w *solve.World, formulas ...solve.Formula) Verdict {
	for class := range w.Classes {
		if !w.Speaks(formulas[0], class) {
			continue
		}
		switch a := w.Scope(class, formulas...).Ask(formulas...); a.Verdict {
		case solve.Possible:
			return Verdict{No: true, Witness: a.Witness}
		case solve.Unknown:
			return Verdict{Reason: a.Reason}
		case solve.Impossible:
		}
	}
	return Verdict{Yes: true}
}
