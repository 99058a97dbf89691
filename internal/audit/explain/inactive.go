package explain

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
)

// inactive lists the rules that reach the request and cannot grant, with the result that they
// would have if they could.
func (x *Explainer) inactive(b builder) []Inactive {
	var list []Inactive
	for _, r := range x.disabled {
		list = append(list, x.switchedOn(b, r)...)
	}
	for _, ref := range x.options.Skipped {
		list = append(list, x.leftOut(b.trace.Question, ref)...)
	}
	for _, v := range b.trace.Judgements[0].Rules {
		if !v.InContext && v.Rule.Actions.Has(b.trace.Question.Action) {
			list = append(list, x.elsewhere(b, v.Rule))
		}
	}
	slices.SortStableFunc(list, func(p, q Inactive) int {
		return cmp.Or(cmp.Compare(p.Why, q.Why), cmp.Compare(p.Name, q.Name), cmp.Compare(p.ID, q.ID))
	})
	return list
}

// leftOut describes a rule that was left out because of errors, if the request reaches it or
// that is unknown.
func (x *Explainer) leftOut(q evaluate.Question, ref diag.Rule) []Inactive {
	out := Inactive{Why: Skipped, RuleInfo: RuleInfo{ID: ref.ID, Name: ref.Name, Actions: []string{}}}
	if i := slices.IndexFunc(x.skipped, func(r ruleset.Rule) bool { return ref == diag.Rule{ID: r.ID, Name: r.Name} }); i >= 0 {
		out.RuleInfo = about(x.skipped[i])
		if !x.mayReach(q, x.skipped[i]) {
			return nil
		}
	}
	for _, d := range x.options.Diagnostics {
		if d.Severity == diag.Error && d.Rule == ref {
			out.Diagnostics = append(out.Diagnostics, d)
		}
	}
	return []Inactive{out}
}

// mayReach reports whether a rule, whose condition may have errors, applies to the resource and
// the action. If its filter has errors, it may.
func (x *Explainer) mayReach(q evaluate.Question, r ruleset.Rule) bool {
	r.Condition = &diag.Text{Content: "false"}
	with, found := x.evaluator.Also(r)
	if found.HasErrors() {
		return r.Actions.Has(q.Action)
	}
	return reaches(with.Trace(q).Judgements[0].Rules, r, q)
}

// switchedOn describes the result of a disabled rule if it were enabled. A rule that the
// request does not reach itself is included if it would grant the request through another
// entity.
func (x *Explainer) switchedOn(b builder, r ruleset.Rule) []Inactive {
	q := b.trace.Question
	if x.options.Projected {
		if x.mayReach(q, r) {
			return []Inactive{{Why: Disabled, RuleInfo: about(r)}}
		}
		return nil
	}
	with, found := x.evaluator.Also(r)
	if found.HasErrors() {
		if x.mayReach(q, r) {
			return []Inactive{{Why: Disabled, RuleInfo: about(r), Diagnostics: found}}
		}
		return nil
	}
	trace := with.Trace(q)
	if trace.Decision.Err != nil {
		return nil // with it, the rules have no meaning
	}
	out := Inactive{Why: Disabled, RuleInfo: about(r)}
	if reaches(trace.Judgements[0].Rules, r, q) {
		grants := slices.Contains(trace.Decision.GrantedBy, r.ID)
		out.WouldGrant = &grants
		out.Clause = x.otherClause(b, trace, r)
		return []Inactive{out}
	}
	if !trace.Decision.Allow || b.trace.Decision.Allow {
		return nil
	}
	out.WouldGrant = &trace.Decision.Allow
	for _, j := range trace.Judgements[1:] {
		for _, v := range j.Rules {
			if out.Through == nil && v.Rule.ID == r.ID && v.InContext && v.Condition.Holds {
				through := entity(j.Entity)
				out.Through = &through
			}
		}
	}
	return []Inactive{out}
}

// elsewhere describes the result of a rule if the request came from its context.
func (x *Explainer) elsewhere(b builder, r ruleset.Rule) Inactive {
	q := b.trace.Question
	q.Context = contexts[r.Context]
	trace := x.evaluator.Trace(q)
	out := Inactive{Why: OtherContext, RuleInfo: about(r)}
	if trace.Decision.Err == nil {
		grants := slices.Contains(trace.Decision.GrantedBy, r.ID)
		out.WouldGrant = &grants
		out.Clause = x.otherClause(b, trace, r)
	}
	return out
}

// contexts are the names in requests of the contexts that rules can require.
var contexts = map[ruleset.Context]string{ruleset.Hub: "hub", ruleset.QMC: "qmc"}

// otherClause returns a rule's condition on the resource from another trace.
func (x *Explainer) otherClause(b builder, t evaluate.Trace, r ruleset.Rule) *Clause {
	other := builder{Explainer: x, trace: t, clauses: b.clauses, alone: true}
	for _, v := range t.Judgements[0].Rules {
		if v.Rule.ID == r.ID {
			out := other.clause(r, t.Question.Resource, v.Condition)
			nearness{}.measure(&out, true)
			return &out
		}
	}
	return nil
}

// reaches reports whether a rule applies to the resource and the action.
func reaches(verdicts []evaluate.Verdict, r ruleset.Rule, q evaluate.Question) bool {
	return r.Actions.Has(q.Action) && slices.ContainsFunc(verdicts, func(v evaluate.Verdict) bool { return v.Rule.ID == r.ID && v.InContext })
}
