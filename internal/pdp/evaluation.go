package pdp

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// evaluation answers the access evaluation API.
func (c *call) evaluation(ctx context.Context, o ast.Object) (any, error) {
	r, err := evaluationRequest(o)
	if err != nil {
		return nil, err
	}
	verdicts, err := c.decide(ctx, []engine.Request{r})
	if err != nil {
		return nil, err
	}
	if err := verdicts[0].Err; err != nil {
		c.journal.answered(verdicts[0])
		return nil, err
	}
	return c.answer(verdicts[0]), nil
}

// decide asks the policy. Decision logs need the rules that grant even if the answer does not
// include them.
func (c *call) decide(ctx context.Context, requests []engine.Request) ([]engine.Verdict, error) {
	c.journal.asks(requests)
	return c.policy.Evaluate(ctx, requests, !c.terse || c.journal != nil)
}

func (c *call) answer(v engine.Verdict) evaluationAnswer {
	c.count(v)
	c.journal.answered(v)
	if c.terse && v.Err == nil {
		return evaluationAnswer{decision: v.Allow, terse: true}
	}
	a := evaluationAnswer{}
	if v.Err != nil {
		a.err = asRefusal(v.Err)
	} else {
		a.decision, a.reason, a.grantedBy = v.Allow, v.Reason, v.GrantedBy
	}
	if !c.terse {
		a.revision = c.policy.Revision
	}
	return a
}
