package engine

import (
	"context"
	"strings"

	"github.com/open-policy-agent/opa/v1/profiler"
)

// ProfileLine is the cost of a line of the policy in a decision.
type ProfileLine struct {
	File string `json:"file"`
	Row  int    `json:"row"`
	// Text is the expression, up to the end of its first line.
	Text string `json:"text"`
	// Evaluated is the number of evaluations of the expression.
	Evaluated   int   `json:"evaluated"`
	Nanoseconds int64 `json:"ns"`
}

// Profile is Decide with OPA. It also returns the evaluated lines of the policy, the slowest first. The times
// include the overhead of measuring.
func (e *Engine) Profile(ctx context.Context, request []byte) (Decision, []ProfileLine, error) {
	input, err := ParseRequest(request)
	if err != nil {
		return Decision{GrantedBy: []string{}, Reason: InvalidRequest}, nil, nil
	}
	p := profiler.New()
	value, err := e.decision.Trace(ctx, input, p)
	if err != nil {
		return Decision{}, nil, err
	}
	var lines []ProfileLine
	for _, s := range p.ReportTopNResults(-1, []string{"total_time_ns", "num_eval", "file", "line"}) {
		if s.Location.File == "" { // the query
			continue
		}
		text, _, _ := strings.Cut(string(s.Location.Text), "\n")
		lines = append(lines, ProfileLine{s.Location.File, s.Location.Row, text, s.NumEval, s.ExprTimeNs})
	}
	d, err := decisionOf(value)
	return d, lines, err
}
