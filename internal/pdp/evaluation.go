package pdp

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// evaluationAnswer is the answer to an access evaluation request.
type evaluationAnswer struct {
	Decision bool           `json:"decision"`
	Context  *answerContext `json:"context,omitzero"`
}

// answerContext is our extension of the answer.
type answerContext struct {
	Reason    string                `json:"reason,omitzero"`
	GrantedBy []engine.GrantingRule `json:"granted_by,omitzero"`
	Revision  string                `json:"revision,omitzero"`
	// Error is set for an item of a batch that could not be evaluated.
	Error *refusal `json:"error,omitzero"`
}

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
		return evaluationAnswer{Decision: v.Allow}
	}
	a := evaluationAnswer{Context: &answerContext{}}
	if v.Err != nil {
		a.Context.Error = asRefusal(v.Err)
	} else {
		a.Decision, a.Context.Reason, a.Context.GrantedBy = v.Allow, v.Reason, v.GrantedBy
	}
	if !c.terse {
		a.Context.Revision = c.policy.Revision
	}
	return a
}
