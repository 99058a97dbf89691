package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Mode selects how a policy is evaluated.
type Mode string

const (
	// ModeAuto is the option Auto, and ModeOPA is its absence.
	ModeAuto Mode = "auto"
	ModeOPA  Mode = "opa"
)

// Execution describes how a policy is evaluated, for operators.
type Execution struct {
	// Compiled are the queries that compiled code evaluates. Fallbacks are those that OPA evaluates
	// despite the option Auto, with the reason.
	Compiled  []string
	Fallbacks map[string]string
	// Evaluations counts those of compiled code, and Failed those of them that OPA repeated because of
	// contradicting rules.
	Evaluations, Failed uint64
	// Shadowed counts the decisions that OPA repeated, and Dropped those that it skipped because it was
	// busy.
	Shadowed, Dropped uint64
	// Differences counts the repeated decisions that differ. After the first difference OPA evaluates
	// everything.
	Differences uint64
	// Off is the reason why OPA evaluates everything despite the option Auto, "" if there is none.
	Off string
}

// execution contains the counters of all entry points of one policy. It is safe for concurrent use.
type execution struct {
	off                                    atomic.Bool
	evaluations, failed, shadowed, dropped atomic.Uint64
	differences                            atomic.Uint64
	mu                                     sync.Mutex
	queries                                []*Query
	why                                    string
	tell                                   func(Difference) // nil if differences are not reported
}

// switchOff makes OPA evaluate everything from now on.
func (e *execution) switchOff(why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.off.Swap(true) {
		e.why = why
	}
}

func (e *execution) report(d Difference) {
	if e.tell != nil {
		e.tell(d)
	}
}

func (e *execution) add(q *Query) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queries = append(e.queries, q)
}

// Execution returns how the policy is evaluated.
func (p *EntryPoint) Execution() Execution {
	e := &p.policy.execution
	x := Execution{
		Evaluations: e.evaluations.Load(), Failed: e.failed.Load(), Shadowed: e.shadowed.Load(), Dropped: e.dropped.Load(),
		Differences: e.differences.Load(), Fallbacks: map[string]string{},
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	x.Off = e.why
	for _, q := range e.queries {
		switch {
		case q.compiled != nil:
			x.Compiled = append(x.Compiled, q.text)
		case q.refusal != nil:
			x.Fallbacks[q.text] = q.refusal.Error()
		}
	}
	slices.Sort(x.Compiled)
	return x
}

// compare switches the policy to OPA if two verdicts differ, and describes the difference; "" if they are
// equal.
func (e *execution) compare(compiled, opa Verdict) string {
	same := compiled.Allow == opa.Allow && compiled.Reason == opa.Reason && slices.Equal(compiled.GrantedBy, opa.GrantedBy) &&
		(compiled.Err == nil) == (opa.Err == nil)
	if same {
		return ""
	}
	e.differences.Add(1)
	why := fmt.Sprintf("compiled code says %s, OPA says %s", compiled.describe(), opa.describe())
	e.switchOff(why)
	return why
}

func (v Verdict) describe() string {
	if v.Err != nil {
		return "error: " + v.Err.Error()
	}
	ids := make([]string, len(v.GrantedBy))
	for i, r := range v.GrantedBy {
		ids[i] = r.ID
	}
	return fmt.Sprintf("allow=%t reason=%q granted_by=%q", v.Allow, v.Reason, ids)
}

type modeKey struct{}

// WithMode returns a context that selects how Batch evaluates a policy.
func WithMode(ctx context.Context, m Mode) context.Context {
	return context.WithValue(ctx, modeKey{}, m)
}

// Batch is the option for callers with many requests: Auto, unless the context selects OPA (WithMode).
func Batch(ctx context.Context) Option {
	if ctx.Value(modeKey{}) == ModeOPA {
		return func(*Policy) {}
	}
	return Auto
}
