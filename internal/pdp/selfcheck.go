package pdp

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// DefaultSelfCheck is the default interval of the self-check.
const DefaultSelfCheck = 2 * time.Second

// selfCheck checks that decisions are possible: it repeatedly requests one, through the same
// gate as all callers. Readiness based on the presence of a policy alone would be reported even
// if all requests were blocked.
type selfCheck struct {
	every time.Duration
	// after is the time without a decision after which the decision point is not ready.
	after time.Duration
	last  atomic.Pointer[time.Time] // the end of the last decision
}

func newSelfCheck(every time.Duration, l Limits) *selfCheck {
	return &selfCheck{every: every, after: max(5*every, 2*(l.Queue+l.Time))}
}

// selfRequest has no meaningful subject or resource. The decision does not matter.
func selfRequest() engine.Request {
	entity := func(typ string) *ast.Term {
		return ast.ObjectTerm([2]*ast.Term{typeKey, term(typ)}, [2]*ast.Term{idKey, term("qlik2rego self-check")})
	}
	return engine.Request{Subject: entity("user"), Action: ast.ObjectTerm([2]*ast.Term{nameKey, term("read")}), Resource: entity("App")}
}

// selfCaller is the decision point itself as a caller; names of other callers are not empty.
const selfCaller = ""

// run decides until the context ends.
func (c *selfCheck) run(ctx context.Context, s *Server) {
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	request := []engine.Request{selfRequest()}
	for {
		c.once(ctx, s, request)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *selfCheck) once(ctx context.Context, s *Server, request []engine.Request) {
	p := s.live.Current()
	if p == nil {
		c.last.Store(nil)
		return
	}
	now := time.Now()
	c.last.CompareAndSwap(nil, &now) // the first decision has its time as well
	if err := s.gate.run(ctx, selfCaller, s.cfg.Limits.Time, unanswered, func(ctx context.Context) error {
		_, err := p.Evaluate(ctx, request, false)
		return err
	}); err == nil {
		now := time.Now()
		c.last.Store(&now)
	}
}

// silentSince returns the time of the last decision, if that is too long ago.
func (c *selfCheck) silentSince() (time.Time, bool) {
	last := c.last.Load()
	if last == nil || time.Since(*last) <= c.after {
		return time.Time{}, false
	}
	return *last, true
}
