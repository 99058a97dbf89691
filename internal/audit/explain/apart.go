package explain

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/reference"
)

// apart tells of the rules that reach the request and cannot grant, and what they
// would say if they could.
func (x *Explainer) apart(b builder) []Apart {
	var list []Apart
	for _, r := range x.disabled {
		list = append(list, x.enabled(b, r)...)
	}
	for _, r := range x.skipped {
		if reaches(x.verdicts(b.trace.Question, withoutCondition(r)), r, b.trace.Question) {
			told := Apart{Why: Skipped, RuleInfo: about(r)}
			for _, d := range x.options.Diagnostics {
				if d.Severity == diag.Error && d.Rule == (diag.Rule{ID: r.ID, Name: r.Name}) {
					told.Diagnostics = append(told.Diagnostics, d)
				}
			}
			list = append(list, told)
		}
	}
	for _, v := range b.trace.Judgements[0].Rules {
		if !v.InContext && v.Rule.Actions.Has(b.trace.Question.Action) {
			list = append(list, x.elsewhere(b, v.Rule))
		}
	}
	slices.SortStableFunc(list, func(p, q Apart) int {
		return cmp.Or(cmp.Compare(p.Why, q.Why), cmp.Compare(p.Name, q.Name), cmp.Compare(p.ID, q.ID))
	})
	return list
}

// withoutCondition is a rule that says no to everything, for one whose condition
// may be in error.
func withoutCondition(r ruleset.Rule) ruleset.Rule {
	r.Condition = &diag.Text{Content: "false"}
	return r
}

// enabled tells what a disabled rule would say. One that the request does not
// reach itself is told where the request would be granted by it all the same,
// through another entity.
func (x *Explainer) enabled(b builder, r ruleset.Rule) []Apart {
	q := b.trace.Question
	if x.options.Projected {
		if reaches(x.verdicts(q, withoutCondition(r)), r, q) {
			return []Apart{{Why: Disabled, RuleInfo: about(r)}}
		}
		return nil
	}
	with, found := x.evaluator.Also(r)
	if found.HasErrors() {
		if reaches(x.verdicts(q, withoutCondition(r)), r, q) {
			return []Apart{{Why: Disabled, RuleInfo: about(r), Diagnostics: found}}
		}
		return nil
	}
	trace := with.Trace(q)
	if trace.Decision.Err != nil {
		return nil // with it, the rules have no meaning
	}
	told := Apart{Why: Disabled, RuleInfo: about(r)}
	if reaches(trace.Judgements[0].Rules, r, q) {
		grants := slices.Contains(trace.Decision.GrantedBy, r.ID)
		told.WouldGrant = &grants
		told.Clause = x.aside(b, trace, r)
		return []Apart{told}
	}
	if !trace.Decision.Allow || b.trace.Decision.Allow {
		return nil
	}
	told.WouldGrant = &trace.Decision.Allow
	for _, j := range trace.Judgements[1:] {
		for _, v := range j.Rules {
			if told.Through == nil && v.Rule.ID == r.ID && v.InContext && v.Condition.Holds {
				through := entity(j.Entity)
				told.Through = &through
			}
		}
	}
	return []Apart{told}
}

// elsewhere tells what a rule would say if the request came from its context.
func (x *Explainer) elsewhere(b builder, r ruleset.Rule) Apart {
	q := b.trace.Question
	q.Context = contexts[r.Context]
	trace := x.evaluator.Trace(q)
	told := Apart{Why: OtherContext, RuleInfo: about(r)}
	if trace.Decision.Err == nil {
		grants := slices.Contains(trace.Decision.GrantedBy, r.ID)
		told.WouldGrant = &grants
		told.Clause = x.aside(b, trace, r)
	}
	return told
}

// contexts are the names in requests of the contexts that not all requests fit.
var contexts = map[ruleset.Context]string{ruleset.Hub: "hub", ruleset.QMC: "qmc"}

// aside tells a rule's condition on the resource by another trace.
func (x *Explainer) aside(b builder, t reference.Trace, r ruleset.Rule) *Clause {
	other := builder{Explainer: x, trace: t, clauses: b.clauses, alone: true}
	for _, v := range t.Judgements[0].Rules {
		if v.Rule.ID == r.ID {
			told := other.clause(r, t.Question.Resource, v.Condition)
			nearness{open: map[int]bool{}}.measure(&told, true)
			return &told
		}
	}
	return nil
}

// verdicts returns what the rules say of the resource with one more among them.
func (x *Explainer) verdicts(q reference.Question, r ruleset.Rule) []reference.Verdict {
	with, _ := x.evaluator.Also(r)
	return with.Trace(q).Judgements[0].Rules
}

// reaches reports whether a rule is about the resource and the action.
func reaches(verdicts []reference.Verdict, r ruleset.Rule, q reference.Question) bool {
	return r.Actions.Has(q.Action) && slices.ContainsFunc(verdicts, func(v reference.Verdict) bool { return v.Rule.ID == r.ID && v.InContext })
}
