package evaluate

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Tally is the result of all rules for the subject and the resource of one request, regardless
// of its action. It is flat while a Trace is nested, for callers with thousands of requests.
type Tally struct {
	// Reason is "" or why the request is invalid; the other fields are then empty.
	Reason string
	// Rules are those of the evaluator, in order.
	Rules []RuleTally
	// Err is as in Decision.
	Err error
}

// RuleTally is the result of one rule. It grants its actions if InContext, Hits and Holds are
// all true.
type RuleTally struct {
	ID      string
	Actions ruleset.Actions
	// InContext and Hits say whether the rule's context and filter match.
	InContext, Hits bool
	// Items says which items of the filter match.
	Items []bool
	// Holds is the truth of the condition, and Clauses that of its comparisons and calls, in
	// source order, given all rights.
	Holds   bool
	Clauses []bool
}

// Grants reports whether the rule grants its actions.
func (r RuleTally) Grants() bool { return r.InContext && r.Hits && r.Holds }

// Tally evaluates every rule for a request, including rules that do not match it. The request
// must name an action.
func (e *Evaluator) Tally(input []byte) Tally {
	q := e.Read(input)
	if q.Reason != "" {
		return Tally{Reason: q.Reason}
	}
	j := e.newJudge(q)
	rights := j.rights(q.Resource)
	result := Tally{Err: j.err}
	for _, r := range j.evaluator.rules {
		s := scope{judge: j, rule: r, resource: q.Resource, have: rights, absent: rights}
		reported := RuleTally{
			ID: r.ID, Actions: r.Actions,
			InContext: j.inContext(r.Context), Hits: hits(r.filter, q.Resource, j.evaluator.schema), Holds: s.holds(r.condition),
		}
		for _, item := range r.filter.Items {
			reported.Items = append(reported.Items, hits(ruleset.Filter{Items: []ruleset.FilterItem{item}}, q.Resource, j.evaluator.schema))
		}
		condition.Walk(r.condition, func(n condition.Node) bool {
			switch n.(type) {
			case *condition.Comparison, *condition.Call:
				reported.Clauses = append(reported.Clauses, s.holds(n))
			case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // connectives follow from their operands
			}
			return true
		})
		result.Rules = append(result.Rules, reported)
	}
	return result
}
