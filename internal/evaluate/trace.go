package evaluate

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Trace is how Answer comes to its decision.
type Trace struct {
	Question Question
	Decision Decision
	// Judgements are about the resource and then about every entity whose
	// rights a condition asks for, in the order in which conditions ask. There
	// are none where the question cannot be judged.
	Judgements []Judgement
}

// Judgement is what the rules say of one entity.
type Judgement struct {
	Entity *snapshot.Entity
	// Rights are the actions that the subject has on it.
	Rights ruleset.Actions
	// Rules are those whose filter hits the entity, in the order of the rules.
	Rules []Verdict
}

// Verdict is what one rule says of one entity.
type Verdict struct {
	Rule ruleset.Rule
	// InContext says whether the rule's context fits that of the request; a
	// rule that it does not fit grants nothing, whatever its condition says.
	InContext bool
	Condition Clause
}

// Clause is a part of a condition with its truth, once all rights are known.
type Clause struct {
	Node  condition.Node
	Holds bool
	// Parts are the operands of a connective.
	Parts []Clause
	// Left and Right are what the sides of a comparison denote; Left is what the
	// path of a call does.
	Left, Right Values
}

// Trace decides a question and tells how.
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

// Values returns what a path denotes for the subject of a question and a
// resource that need not be the question's.
func (e *Evaluator) Values(q Question, resource *snapshot.Entity, p condition.Path) Values {
	return scope{judge: e.newJudge(q), resource: resource}.path(p)
}

// Compares reports whether a comparison of one of the rules holds for texts that
// its sides do not really denote.
func (e *Evaluator) Compares(n *condition.Comparison, left, right []string) bool {
	return scope{judge: e.newJudge(Question{})}.compareTexts(n, left, right)
}

// tracer makes a trace.
type tracer struct {
	*judge
	trace Trace
	asked []*snapshot.Entity
}

func (t *tracer) judgement(e *snapshot.Entity) {
	rights := t.rights(e)
	reported := Judgement{Entity: e, Rights: rights}
	for _, r := range t.rules {
		if !hits(r.filter, e, t.schema) {
			continue
		}
		s := scope{judge: t.judge, rule: r, resource: e, have: rights, absent: rights}
		v := Verdict{Rule: r.Rule, InContext: t.inContext(r.Context)}
		v.Condition = t.clause(s, r.condition, v.InContext)
		reported.Rules = append(reported.Rules, v)
	}
	t.trace.Judgements = append(t.trace.Judgements, reported)
}

// clause tells the truth of a part of a condition and of its parts. Rights that
// a rule asks for in vain, because its context does not fit, are not told.
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
		if follow && n.Kind() == condition.HasPrivilege {
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
