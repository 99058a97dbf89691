package facts

import (
	"context"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// constants returns the rules whose condition is never or always true.
func (b *Book) constants(ctx context.Context) (map[*solve.Rule]Fact, error) {
	conditions := map[*solve.Rule]*solve.Condition{}
	hits := map[*solve.Rule]*solve.Condition{}
	var all []*solve.Condition
	for _, r := range b.rules {
		conditions[r] = &solve.Condition{Filter: r.Rule.Filter, Text: r.Condition}
		hits[r] = &solve.Condition{Filter: r.Rule.Filter, Text: &diag.Text{Label: "condition", Content: "true"}}
		all = append(all, conditions[r], hits[r])
	}
	w, err := solve.New([][]*solve.Rule{b.rules}, all, b.options)
	if err != nil {
		return nil, err
	}
	facts := map[*solve.Rule]Fact{}
	for _, r := range b.rules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f, ok := constant(w, r, solve.Holds{Condition: conditions[r]}, solve.Holds{Condition: hits[r]}); ok {
			facts[r] = f
		}
	}
	return facts, nil
}

func constant(w *solve.World, r *solve.Rule, holds, hits solve.Formula) (Fact, bool) {
	never, always := Fact{Kind: Never, Rule: r.Ref()}, Fact{Kind: Always, Rule: r.Ref()}
	isNever, isAlways := true, !slices.Contains([]string{"", "true"}, strings.TrimSpace(r.Condition.Content))
	for class := range w.Classes {
		if !w.Speaks(hits, class) {
			continue
		}
		s := w.Scope(class, holds, hits)
		for _, ask := range []struct {
			formulas []solve.Formula
			is       *bool
			fact     *Fact
		}{
			{[]solve.Formula{holds}, &isNever, &never},
			{[]solve.Formula{hits, solve.Not{Formula: holds}}, &isAlways, &always},
		} {
			if !*ask.is {
				continue
			}
			switch a := s.Decide(ask.formulas...); a.Verdict {
			case solve.Impossible:
				ask.fact.Axioms = with(ask.fact.Axioms, a.Axioms)
			case solve.Possible:
				*ask.is = false
			case solve.Unknown:
				return Fact{Kind: Undecided, Rule: r.Ref(), Reason: a.Reason}, true
			}
		}
		if !isNever && !isAlways {
			return Fact{}, false
		}
	}
	if isNever {
		return never, true
	}
	return always, isAlways
}

// with adds axioms to a sorted list.
func with(list, more []solve.Axiom) []solve.Axiom {
	list = append(slices.Clone(list), more...)
	slices.Sort(list)
	return slices.Compact(list)
}
