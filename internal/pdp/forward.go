package pdp

import (
	"context"
	"errors"
	"net/http"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/edge"
)

// forwardPath is the path for proxies that ask whether to forward a request.
const forwardPath = "/forward-auth"

var (
	errNobody   = &refusal{Status: http.StatusUnauthorized, Message: edge.ErrNobody.Error()}
	errUnmapped = &refusal{Status: http.StatusForbidden, Message: edge.ErrUnmapped.Error()}
	errDenied   = &refusal{Status: http.StatusForbidden, Message: "the policy does not allow it"}
)

// forward answers a proxy: only the status 200 lets its request pass.
func (x *exchange) forward(caller callers.Caller) error {
	q := edge.Question{Header: x.r.Header.Values}
	method, uri := x.r.Header.Values(x.cfg.Edge.Headers.Method), x.r.Header.Values(x.cfg.Edge.Headers.URI)
	if len(method) != 1 || len(uri) != 1 {
		return errUnmapped
	}
	q.Method, q.URI = method[0], uri[0]
	if err := x.pass(x.r.Context(), q, caller, x.abandon); err != nil {
		return err
	}
	x.send(http.StatusOK, jsonMedia, []byte(`{"decision":true}`))
	return nil
}

// pass decides about a request of a proxy's client. Only a nil error lets it pass. Abandon is
// that of gate.run.
func (x *exchange) pass(ctx context.Context, q edge.Question, caller callers.Caller, abandon func(error) bool) error {
	a, err := x.cfg.Edge.Map(q)
	switch {
	case errors.Is(err, edge.ErrNobody):
		return errNobody
	case err != nil:
		return errUnmapped
	}
	request := edgeRequest(a, x.edgeContext)
	if err := x.waitForStart(ctx); err != nil {
		return err
	}
	return x.gate.run(ctx, caller.Name, x.cfg.Limits.Time, abandon, func(ctx context.Context) error {
		policy := x.live.Current()
		if policy == nil {
			return busy("there is no policy yet to decide by")
		}
		x.revisionUsed.Store(&policy.Revision)
		c := &call{
			policy: policy, caller: caller, limits: x.cfg.Limits, terse: true,
			failed: x.policyFailed, count: x.metrics.decided, journal: x.journal(policy, caller, 0),
		}
		verdicts, err := c.decide(ctx, []engine.Request{request})
		if err != nil {
			return err
		}
		answer := c.answer(verdicts[0])
		if c.journal != nil {
			x.management.Log(x.r.Context(), c.journal.entries...)
		}
		switch {
		case verdicts[0].Err != nil:
			return verdicts[0].Err
		case !answer.decision:
			return errDenied
		}
		return nil
	})
}

func edgeRequest(a edge.Answer, context *ast.Term) engine.Request {
	entity := func(typ, id string) *ast.Term {
		return ast.ObjectTerm([2]*ast.Term{typeKey, term(typ)}, [2]*ast.Term{idKey, term(id)})
	}
	return engine.Request{
		Subject: entity(a.SubjectType, a.SubjectID), Action: ast.ObjectTerm([2]*ast.Term{nameKey, term(a.Action)}),
		Resource: entity(a.ResourceType, a.ResourceID), Context: context,
	}
}
