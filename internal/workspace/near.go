package workspace

import (
	"context"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Bound returns what the step from these rules to others, which differ in one rule, does to
// access if no other rule grants the same: at most this much is gained and lost. Only the rule
// itself, the rules whose rights depend on it, and what these ask for are decided, so that it is
// known long before Effect on a large site.
func (l *Live) Bound(ctx context.Context, to *Live, id string, p snapshot.Progress) (*difference.Report, error) {
	if l.Policy == nil || to.Policy == nil {
		return nil, ErrBroken
	}
	near := nearTo(id, &l.Policy.Reads, &to.Policy.Reads)
	part := func(of *Live) *Live {
		return l.With(slices.DeleteFunc(slices.Clone(of.Rules), func(r ruleset.Rule) bool { return !near[r.ID] }))
	}
	return part(l).Effect(ctx, part(to), p)
}

// nearTo returns the rule, those that ask for a right that it grants and so on, and those that
// grant what one of these asks for and so on.
func nearTo(id string, sides ...*reads.Reads) map[string]bool {
	near := map[string]bool{id: true}
	grow := func(joins func(side *reads.Reads, typ string, r reads.Rule) bool) {
		for more := true; more; {
			more = false
			for _, side := range sides {
				for _, c := range side.Classes {
					for _, n := range c.Rules {
						if r := side.Rules[n]; !near[r.ID] && joins(side, c.Key, r) {
							near[r.ID], more = true, true
						}
					}
				}
			}
		}
	}
	grow(func(side *reads.Reads, typ string, r reads.Rule) bool {
		return asksFor(side, typ, r, near)
	})
	grow(func(side *reads.Reads, typ string, r reads.Rule) bool {
		return slices.ContainsFunc(side.Classes, func(c reads.Class) bool {
			return slices.ContainsFunc(c.Rules, func(n int) bool {
				one := side.Rules[n]
				return near[one.ID] && asksFor(side, c.Key, one, map[string]bool{r.ID: true})
			})
		})
	})
	return near
}

// asksFor says whether a rule on a type asks for a right that one of some rules grants.
func asksFor(side *reads.Reads, typ string, r reads.Rule, of map[string]bool) bool {
	for _, n := range r.Tests {
		t := side.Tests[n]
		if t.Kind != reads.Privilege {
			continue
		}
		on := typ
		if len(t.Left.Steps) > 0 {
			on = t.Left.Steps[len(t.Left.Steps)-1].Type
		}
		c := side.Of(on)
		if c == nil {
			continue
		}
		for _, at := range c.Rules {
			if other := side.Rules[at]; of[other.ID] && other.Actions&t.Action != 0 {
				return true
			}
		}
	}
	return false
}
