package prove

import (
	"context"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// judge decides requests twice: with the independent evaluator and with OPA.
type judge struct {
	evaluator *evaluate.Evaluator
	engine    *engine.Engine
}

func newJudge(ctx context.Context, rules Rules, options evaluate.Options) (*judge, error) {
	evaluator, _ := evaluate.New(rules.Rules, &snapshot.Site{}, options)
	b, err := bundles.InMemory(ctx, rules.Policy, nil)
	if err != nil {
		return nil, err
	}
	e, err := engine.New(ctx, b)
	return &judge{evaluator, e}, err
}

// judge returns the judge for the rules, or for the old rules of a file.
func (r *runner) judge(ctx context.Context, old string) (*judge, error) {
	if j := r.judges[old]; j != nil {
		return j, nil
	}
	rules := r.Input.Rules
	if old != "" {
		rules = r.Old[old]
	}
	options := evaluate.Options{Schema: r.Input.Options.Schema, View: r.Input.Options.View}
	o := r.Input.Options
	options.Read(o.ListInequality.String(), o.EntityText.String(), o.SessionAttributes.String())
	j, err := newJudge(ctx, rules, options)
	r.judges[old] = j
	return j, err
}

// decide decides a request. Both must agree.
func (j *judge) decide(ctx context.Context, request []byte) (evaluate.Decision, error) {
	theirs := j.evaluator.Decide(request)
	ours, err := j.engine.Decide(ctx, request)
	if err == nil && theirs.Err != nil {
		err = theirs.Err
	}
	if err == nil && ours.Allow != theirs.Allow {
		err = fmt.Errorf("%w: OPA decides %s, the independent evaluator %s\n%s", ErrReplay, ours.Reason, theirs.Reason, request)
	}
	return theirs, err
}

// replay checks a counterexample and returns it in the form that is shown.
func (r *runner) replay(ctx context.Context, w *solve.World, q *question, a ask, witness *solve.Witness, right Right) (Example, error) {
	request := witness.Request(a.action)
	e := replayed{ctx: ctx, runner: r, question: q, request: request, witness: witness}
	for _, f := range a.formulas {
		holds, err := e.holds(f)
		if err == nil && !holds {
			err = fmt.Errorf("%w: %s, %s on %s\n%s", ErrReplay, q.Name, right.Action, right.Type, request)
		}
		if err != nil {
			return Example{}, err
		}
	}
	example := Example{Right: right, Says: witness.Facts(), Request: request, Context: witness.Context, GrantedBy: []Grant{}}
	if example.Context == "" {
		example.Context = "none"
	}
	if len(w.Classes) > 0 && right.Type == "other types" {
		example.Type = witness.Resource.Type
	}
	side := ""
	if q.Kind == Equivalent {
		if d, err := e.decision(1); err == nil && d.Allow {
			side = q.Old
		}
	}
	j, err := r.judge(ctx, side)
	if err != nil {
		return Example{}, err
	}
	example.GrantedBy = j.grants(request, q)
	return example, nil
}

// replayed evaluates formulas on a counterexample.
type replayed struct {
	ctx      context.Context
	runner   *runner
	question *question
	request  []byte
	witness  *solve.Witness
}

func (e replayed) decision(side int) (evaluate.Decision, error) {
	j, err := e.side(side)
	if err != nil {
		return evaluate.Decision{}, err
	}
	return j.decide(e.ctx, e.request)
}

func (e replayed) side(side int) (*judge, error) {
	if side == 0 {
		return e.runner.judge(e.ctx, "")
	}
	return e.runner.judge(e.ctx, e.question.Old)
}

func (e replayed) holds(f solve.Formula) (bool, error) {
	switch f := f.(type) {
	case solve.Granted:
		d, err := e.decision(f.Side)
		return d.Allow, err
	case solve.Holds:
		return e.condition(f.Condition)
	case solve.Grants:
		j, err := e.side(f.Side)
		if err != nil {
			return false, err
		}
		return grants(j.evaluator, e.request, f.Rule.ID), nil
	case solve.After:
		return false, fmt.Errorf("%w: a change of the resource is decided by its steps", ErrReplay)
	case solve.Not:
		holds, err := e.holds(f.Formula)
		return !holds, err
	case solve.All:
		for _, g := range f {
			if holds, err := e.holds(g); !holds || err != nil {
				return false, err
			}
		}
		return true, nil
	case solve.Some:
		for _, g := range f {
			if holds, err := e.holds(g); holds || err != nil {
				return holds, err
			}
		}
		return false, nil
	case solve.Test:
		from, ok := f.Predicate.(ir.From)
		return ok && from.Context.String() == e.witness.Context, nil
	}
	panic(fmt.Sprintf("prove: unknown formula %T", f))
}

// condition evaluates a condition as the condition of a rule.
func (e replayed) condition(c *solve.Condition) (bool, error) {
	j, err := e.side(0)
	if err != nil {
		return false, err
	}
	const id = "condition of an assertion"
	also, list := j.evaluator.Also(ruleset.Rule{ID: id, Category: ruleset.Security, Context: ruleset.Both, Filter: c.Filter, Condition: c.Text})
	if list.HasErrors() {
		return false, fmt.Errorf("%w: %s", ErrReplay, list[0].Summary)
	}
	return grants(also, e.request, id), nil
}

func grants(e *evaluate.Evaluator, request []byte, id string) bool {
	for _, r := range e.Tally(request).Rules {
		if r.ID == id {
			return r.Grants()
		}
	}
	return false
}

// grants returns the rules that grant, each with the part of its condition that is true.
func (j *judge) grants(request []byte, q *question) []Grant {
	list := []Grant{}
	trace := j.evaluator.Trace(j.evaluator.Read(request))
	if len(trace.Judgements) == 0 {
		return list
	}
	by := map[string]bool{}
	for _, id := range trace.Decision.GrantedBy {
		by[id] = true
	}
	if q.Kind == Disjoint {
		by = map[string]bool{q.first.ID: true, q.second.ID: true}
	}
	for _, v := range trace.Judgements[0].Rules {
		if !by[v.Rule.ID] {
			continue
		}
		g := Grant{RuleRef: RuleRef{v.Rule.ID, v.Rule.Name}, text: v.Rule.Condition}
		if v.Rule.Condition != nil && v.Rule.Condition.Content != "" {
			g.at = branch(v.Condition).Node.Span()
			g.Clause = v.Rule.Condition.Content[g.at.Start:g.at.End]
		}
		if at, ok := (diag.Diagnostic{Text: g.text, Subject: g.at}).Position(); ok {
			g.File, g.Line, g.Column = g.text.File, at.Line, at.Column
		}
		list = append(list, g)
	}
	return list
}

// branch returns the first alternative that is true.
func branch(c evaluate.Clause) evaluate.Clause {
	if _, ok := c.Node.(*condition.Or); ok {
		for _, p := range c.Parts {
			if p.Holds {
				return branch(p)
			}
		}
	}
	return c
}
