package evaluate

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Trace is the derivation of a decision.
type Trace struct {
	Question Question
	Decision Decision
	// Judgements are about the resource and then every entity whose rights a condition asks
	// for, in evaluation order. They are empty if the question is invalid.
	Judgements []Judgement
}

// Judgement is the result of the rules for one entity.
type Judgement struct {
	Entity *snapshot.Entity
	// Rights are the actions that the subject may perform on it.
	Rights ruleset.Actions
	// Rules are those whose filter matches the entity, in order.
	Rules []Verdict
}

// Verdict is the result of one rule for one entity.
type Verdict struct {
	Rule ruleset.Rule
	// InContext says whether the rule's context matches that of the request; otherwise the rule
	// grants nothing, whatever the value of its condition.
	InContext bool
	Condition Clause
}

// Clause is a part of a condition with its truth, given all rights.
type Clause struct {
	Node  condition.Node
	Holds bool
	// Parts are the operands of a connective.
	Parts []Clause
	// Left and Right are what the sides of a comparison denote; for a call, Left is what its
	// path denotes.
	Left, Right Values
}

// Trace decides a question and returns the derivation.
func (e *Evaluator) Trace(q Question) Trace {
	d, j := e.answer(q)
	t := tracer{judge: j, trace: Trace{Question: q, Decision: d}}
	if j == nil {
		return t.trace
	}
	t.asked = []*snapshot.Entity{q.Resource}
	for i := 0; i < len(t.asked); i++ {
		t.judgement(t.asked[i])
	}
	return t.trace
}

// Values returns what a path denotes for the subject of a question and a resource, which need
// not be the question's.
func (e *Evaluator) Values(q Question, resource *snapshot.Entity, p condition.Path) Values {
	return scope{judge: e.newJudge(q), resource: resource}.path(p)
}

// Compares reports whether a comparison of one of the rules is true for hypothetical values of
// its sides.
func (e *Evaluator) Compares(n *condition.Comparison, left, right []string) bool {
	return scope{judge: e.newJudge(Question{})}.compareStrings(n, left, right)
}

// tracer builds a trace.
type tracer struct {
	*judge
	trace Trace
	asked []*snapshot.Entity
}

func (t *tracer) judgement(e *snapshot.Entity) {
	rights := t.rights(e)
	reported := Judgement{Entity: e, Rights: rights}
	for _, r := range t.evaluator.rules {
		if !hits(r.filter, e, t.evaluator.schema) {
			continue
		}
		s := scope{judge: t.judge, rule: r, resource: e, have: rights, absent: rights}
		v := Verdict{Rule: r.Rule, InContext: t.inContext(r.Context)}
		v.Condition = t.clause(s, r.condition, v.InContext)
		reported.Rules = append(reported.Rules, v)
	}
	t.trace.Judgements = append(t.trace.Judgements, reported)
}

// clause returns the truth of a part of a condition and of its parts. Rights that a rule
// outside the context of the request asks for are left out.
func (t *tracer) clause(s scope, n condition.Node, follow bool) Clause {
	c := Clause{Node: n, Holds: s.holds(n)}
	var operands []condition.Node
	switch n := n.(type) {
	case *condition.Or:
		operands = n.Operands
	case *condition.And:
		operands = n.Operands
	case *condition.Not:
		operands = []condition.Node{n.Operand}
	case *condition.Comparison:
		c.Left, c.Right = s.operand(n.Left), s.operand(n.Right)
	case *condition.Call:
		c.Left = s.path(n.Path)
		if follow && n.Kind().Privilege() {
			t.ask(c.Left.Entities)
		}
	case *condition.Bool: // a constant has neither parts nor values
	}
	for _, operand := range operands {
		c.Parts = append(c.Parts, t.clause(s, operand, follow))
	}
	return c
}

func (t *tracer) ask(entities []*snapshot.Entity) {
	for _, e := range entities {
		if !slices.Contains(t.asked, e) {
			t.asked = append(t.asked, e)
		}
	}
}
