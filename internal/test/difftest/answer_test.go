package difftest

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
)

// answer is the whole answer of a decision point to a request.
type answer struct {
	Allow     bool     `json:"allow"`
	GrantedBy []string `json:"granted_by"`
	Reason    string   `json:"reason"`
	Actions   []string `json:"actions"`
}

func newAnswer(allow bool, grantedBy []string, reason string, actions []string) answer {
	return answer{allow, sorted(grantedBy), reason, sorted(actions)}
}

func sorted(s []string) []string {
	s = append([]string{}, s...)
	slices.Sort(s)
	return s
}

func (a answer) String() string {
	return fmt.Sprintf("allow=%t reason=%s granted_by=%q actions=%q", a.Allow, a.Reason, a.GrantedBy, a.Actions)
}

func (a answer) equal(b answer) bool {
	return a.Allow == b.Allow && a.Reason == b.Reason && slices.Equal(a.GrantedBy, b.GrantedBy) && slices.Equal(a.Actions, b.Actions)
}

// decider decides requests with one engine, possibly a faulty one that a test has planted.
type decider func(ctx context.Context, request []byte) (answer, error)

func reading(e *evaluate.Evaluator) decider {
	return func(_ context.Context, request []byte) (answer, error) {
		d := e.Decide(request)
		return newAnswer(d.Allow, d.GrantedBy, d.Reason, d.Actions), d.Err
	}
}

func embedded(e *engine.Engine) decider {
	return func(ctx context.Context, request []byte) (answer, error) {
		d, err := e.Decide(ctx, request)
		if err != nil {
			return answer{}, err
		}
		actions, err := e.Actions(ctx, request)
		return newAnswer(d.Allow, d.GrantedBy, d.Reason, actions), err
	}
}
