package workspace

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Effect returns the effect on access of the change from these rules to others. to must come
// from With. All rules of a site are decided once (Decided); after that, each effect only
// decides the rules that the change affects, and reuses the other results.
func (l *Live) Effect(ctx context.Context, to *Live, p snapshot.Progress) (*difference.Report, error) {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	if l.Policy == nil || to.Policy == nil {
		return nil, ErrBroken
	}
	in := difference.Input{Mode: difference.ModeClasses, SameSite: true, Progress: p}
	if l.Site == nil {
		var err error
		if in.Old, err = l.side(ctx, nil); err == nil {
			in.New, err = to.side(ctx, nil)
		}
		if err != nil {
			return nil, err
		}
		return difference.Compare(ctx, in)
	}
	in.Mode = difference.ModeSite
	base := l.from()
	if _, err := base.matrix(ctx, base.anyContext(), p); err != nil {
		return nil, err
	}
	moved := movedBetween(base, l, to)
	types := map[string]bool{}
	for _, typ := range base.types {
		types[typ] = true
	}
	in.Rest = &difference.Rest{
		Hashes: l.store.hashes,
		Has:    func(typ, rule string) bool { return types[typ] && !moved[rule] },
		Matrix: func(ctx context.Context, s partition.Session) (*matrix.Matrix, error) {
			return base.matrix(ctx, s.Context, p)
		},
	}
	rules := withRelated(moved, types, l, to)
	in.Rest.Decided = func(rule string) bool { return rules[rule] }
	var err error
	in.Old, in.New, err = l.affectedSides(ctx, to, &affected{moved: moved, rules: rules, base: base}, p)
	if err != nil {
		return nil, err
	}
	return difference.Compare(ctx, in)
}

// Decided reports whether all rules are decided, so that an effect is fast.
func (l *Live) Decided() bool {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	return l.Site == nil || len(l.from().matrices) > 0
}

// maxMoved is the maximum number of rules that may differ from the base of effects.
const maxMoved = 8

// from returns the workspace whose matrices are the base of effects: the rules at the time when
// these were computed, if few have changed since.
func (l *Live) from() *Live {
	if l.prior != nil {
		l.base, l.prior = l.prior.from(), nil
	}
	if l.base == nil || l.base.Policy == nil || len(l.base.matrices) == 0 || len(differing(l.base, l)) > maxMoved {
		return l
	}
	return l.base
}

// readsContext reports whether decisions depend on the context of requests.
func (l *Live) readsContext() bool {
	return l.Policy == nil || slices.ContainsFunc(l.Policy.Reads.Tests, func(t reads.Test) bool {
		return t.Kind == reads.From || isContext(t.Left) || isContext(t.Right)
	})
}

func isContext(o *reads.Operand) bool {
	return o != nil && o.Root == reads.Environment && o.Property == "context"
}

// anyContext is a context for which all rules are decided, or will be decided first.
func (l *Live) anyContext() string {
	for from := range l.matrices {
		return from
	}
	return "hub"
}

// affected are the rules that an effect decides, and their results on the old side, which are
// reused for consecutive edits.
type affected struct {
	moved, rules map[string]bool
	base, live   *Live
	kept         difference.Decisions
}

// serves reports whether the results can be reused for another set of affected rules.
func (n *affected) serves(o *affected, after *Live) bool {
	return n != nil && n.base == o.base && maps.Equal(n.moved, o.moved) && maps.Equal(n.rules, o.rules) && reflect.DeepEqual(n.live.Policy.View, after.Policy.View)
}

// affectedSides returns the two sides of a comparison of the affected rules only.
func (l *Live) affectedSides(ctx context.Context, to *Live, n *affected, p snapshot.Progress) (old, new difference.Side, err error) {
	after := to.restrictedTo(n.rules)
	if new, err = after.completeSide(ctx, p); err != nil {
		return old, new, err
	}
	if !l.affected.serves(n, after) {
		n.live, l.affected = l.restrictedTo(n.rules), n
	}
	if old, err = l.affected.live.completeSide(ctx, p); err != nil {
		return old, new, err
	}
	old.Decisions = &l.affected.kept
	old.Rules, old.Policy, new.Rules, new.Policy = l.Rules, l.Policy, to.Rules, to.Policy
	return old, new, nil
}

// restrictedTo returns a workspace of some of the rules.
func (l *Live) restrictedTo(ids map[string]bool) *Live {
	return l.With(slices.DeleteFunc(slices.Clone(l.Rules), func(r ruleset.Rule) bool { return !ids[r.ID] }))
}

// completeSide returns all rules and the site.
func (l *Live) completeSide(ctx context.Context, p snapshot.Progress) (difference.Side, error) {
	b, err := l.over(ctx, p)
	if err != nil {
		return difference.Side{}, err
	}
	prepared, err := l.prepare(ctx, b)
	return difference.Side{Rules: l.Rules, Policy: l.Policy, Bundle: b, Prepared: prepared}, err
}

// sameRule reports whether two rules are equal in everything that affects decisions.
func sameRule(a, b ruleset.Rule) bool {
	return a.ID == b.ID && a.Filter.Content == b.Filter.Content && a.Condition.Content == b.Condition.Content &&
		a.Actions == b.Actions && a.Context == b.Context && a.Category == b.Category && a.Disabled == b.Disabled
}

// differing returns the ids of rules that differ, or are valid in one and invalid in another,
// between some of the workspaces.
func differing(all ...*Live) map[string]bool {
	type form struct {
		ruleset.Rule
		valid bool
	}
	first := map[string]form{}
	count := map[string]int{}
	ids := map[string]bool{}
	for _, l := range all {
		skipped := map[diag.Rule]bool{}
		if l.Policy != nil {
			for _, r := range l.Policy.Skipped {
				skipped[r] = true
			}
		}
		for _, r := range l.Rules {
			one := form{r, !skipped[diag.Rule{ID: r.ID, Name: r.Name}]}
			if was, ok := first[r.ID]; !ok {
				first[r.ID] = one
			} else if was.valid != one.valid || !sameRule(was.Rule, one.Rule) {
				ids[r.ID] = true
			}
			count[r.ID]++
		}
	}
	for id, n := range count {
		if n != len(all) {
			ids[id] = true
		}
	}
	return ids
}

// movedBetween returns the ids of the rules whose decisions can differ between workspaces:
// those that differ, and those that ask for a right that one of these grants.
func movedBetween(all ...*Live) map[string]bool {
	return withAsking(differing(all...), readsOf(all)...)
}

// withRelated returns the moved rules and those that grant what they ask for, and all rules
// that reach the same types outside of the given ones.
func withRelated(moved, types map[string]bool, all ...*Live) map[string]bool {
	near := maps.Clone(moved)
	sides := readsOf(all)
	for _, side := range sides {
		for _, c := range side.Classes {
			reached := slices.ContainsFunc(c.Rules, func(n int) bool { return moved[side.Rules[n].ID] })
			for _, n := range c.Rules {
				if reached && !types[c.Key] {
					near[side.Rules[n].ID] = true
				}
			}
		}
	}
	return withAsked(near, sides...)
}
