package difference

import (
	"context"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// variants are the new rules with one edit of each rule reverted: the first edit of each, the
// second of each, and so on. They show which of the edits of a rule makes a cell differ.
type variants struct {
	pairs []*pair
	// without says which rules the variants may leave out, nil for none: the other rules do not
	// depend on them.
	without     func(*pair) bool
	new         Side
	entryPoints map[int]*engine.EntryPoint
	// asked is the number of decisions.
	asked int64
}

// entryPoint returns the variant without the edits of an index, nil if such rules do not
// compile.
func (v *variants) entryPoint(ctx context.Context, edit int) (*engine.EntryPoint, error) {
	if p, ok := v.entryPoints[edit]; ok {
		return p, nil
	}
	var rules []ruleset.Rule
	for _, p := range v.pairs {
		if p.new == nil || v.without != nil && v.without(p) {
			continue
		}
		r := *p.new
		if p.old != nil {
			if all := p.working(); len(all) > 1 && edit < len(all) {
				r = all[edit].undone()
			}
		}
		rules = append(rules, r)
	}
	options := v.new.Policy.Options
	options.SkipInvalid = true
	policy, _ := compiler.Compile(rules, options)
	v.entryPoints[edit] = nil
	if policy == nil {
		return nil, nil
	}
	b, err := bundles.InMemory(ctx, policy, nil)
	if err != nil {
		return nil, err
	}
	// Everything that a variant reads is read by one of the two sides, and both have the same
	// data.
	if err := b.Data.Share(&v.new.Bundle.Data, bundles.DataRoot); err != nil {
		return nil, err
	}
	p, err := engine.NewEntryPoint(ctx, b, engine.QlikEntryPoint, engine.Batch(ctx))
	v.entryPoints[edit] = p
	return p, err
}

// needed returns those edits of a rule without which a cell would not differ; all of them if no
// single one is enough.
func (v *variants) needed(ctx context.Context, d *sessionDiff, t *typeDiff, c cellOf, n int32, what change) ([]int, error) {
	rule := v.pairs[n]
	var needed, all []int
	for i := range rule.working() {
		all = append(all, i)
		p, err := v.entryPoint(ctx, i)
		if err != nil {
			return nil, err
		}
		if p == nil || d.users.new[c.user] < 0 || t.resources.new[c.resource] < 0 {
			continue
		}
		v.asked++
		verdicts, err := p.Evaluate(ctx, []engine.Request{{
			Subject: entityTerm("user", d.users.names[c.user]), Action: actionTerm(what.action.Name()),
			Resource: entityTerm(t.typ, t.resources.names[c.resource]), Context: contextOf(d.session),
		}}, true)
		if err != nil {
			return nil, err
		}
		if verdicts[0].Err != nil {
			return nil, verdicts[0].Err
		}
		grants := false
		for _, by := range verdicts[0].GrantedBy {
			grants = grants || by.ID == rule.new.ID
		}
		if grants == (what.kind == Loss) {
			needed = append(needed, i)
		}
	}
	if len(needed) == 0 {
		return all, nil
	}
	return needed, nil
}
