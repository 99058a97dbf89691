package workspace

import (
	"context"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Bound returns the effect on access of the change from these rules to others, assuming that no
// other rule grants the same: an upper bound of what is gained and lost. It decides the same
// rules as Effect, but does not need the other rules to be decided.
func (l *Live) Bound(ctx context.Context, to *Live, p snapshot.Progress) (*difference.Report, error) {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	if l.Policy == nil || to.Policy == nil {
		return nil, ErrBroken
	}
	near := withAsked(movedBetween(l, to), readsOf([]*Live{l, to})...)
	in := difference.Input{Mode: difference.ModeSite, SameSite: true, Progress: p}
	before, after := l.restrictedTo(near), to.restrictedTo(near)
	var err error
	if in.New, err = after.completeSide(ctx, p); err != nil {
		return nil, err
	}
	if in.Old, err = before.completeSide(ctx, p); err != nil {
		return nil, err
	}
	return difference.Compare(ctx, in)
}

func readsOf(all []*Live) []*reads.Reads {
	var sides []*reads.Reads
	for _, l := range all {
		if l.Policy != nil {
			sides = append(sides, &l.Policy.Reads)
		}
	}
	return sides
}

// withAsking returns rules and, transitively, those that ask for a right that one of them
// grants.
func withAsking(rules map[string]bool, sides ...*reads.Reads) map[string]bool {
	return grow(rules, sides, func(side *reads.Reads, typ string, r reads.Rule, all map[string]bool) bool {
		return asksFor(side, typ, r, all)
	})
}

// withAsked returns rules and, transitively, those that grant a right that one of them asks
// for.
func withAsked(rules map[string]bool, sides ...*reads.Reads) map[string]bool {
	return grow(rules, sides, func(side *reads.Reads, typ string, r reads.Rule, all map[string]bool) bool {
		return slices.ContainsFunc(side.Classes, func(c reads.Class) bool {
			return slices.ContainsFunc(c.Rules, func(n int) bool {
				one := side.Rules[n]
				return all[one.ID] && asksFor(side, c.Key, one, map[string]bool{r.ID: true})
			})
		})
	})
}

// grow adds rules for which joins is true until there are none left.
func grow(rules map[string]bool, sides []*reads.Reads, joins func(side *reads.Reads, typ string, r reads.Rule, all map[string]bool) bool) map[string]bool {
	all := maps.Clone(rules)
	for more := true; more; {
		more = false
		for _, side := range sides {
			for _, c := range side.Classes {
				for _, n := range c.Rules {
					if r := side.Rules[n]; !all[r.ID] && joins(side, c.Key, r, all) {
						all[r.ID], more = true, true
					}
				}
			}
		}
	}
	return all
}

// asksFor reports whether a rule on a type asks for a right that one of the given rules grants.
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
