package pdp

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// gate limits the requests that are decided concurrently, and the time of each. A request
// occupies a slot until its answer is computed, not until it is sent: a slow reader does not
// block others.
type gate struct {
	turns *turns
	// running counts work that was abandoned and still runs. Each caller counts at most
	// overdueEach, and from overdueMax no more work is accepted.
	running                 atomic.Int64
	overdueEach, overdueMax int
}

// newGate creates the gate. If callers are authenticated, a single one cannot close it.
func newGate(l Limits, known bool) *gate {
	g := &gate{turns: newTurns(l.Concurrent, l.Queue, known), overdueMax: max(1, min(runtime.GOMAXPROCS(0), l.Concurrent-1))}
	g.overdueEach = g.overdueMax
	if known && l.Concurrent > 1 {
		g.overdueMax = max(2, g.overdueMax)
		g.overdueEach = g.overdueMax / 2
	}
	return g
}

var (
	errFull  = busy("too many requests are being decided")
	errStuck = busy("too many decisions run beyond their time, and cannot be interrupted")
)

// stuck reports whether no more work is accepted because too much runs beyond its time.
func (g *gate) stuck() bool { return g.closed("") }

// closed reports whether no more work of a caller is accepted.
func (g *gate) closed(caller string) bool {
	if g.running.Load() == 0 {
		return false
	}
	own, sum := g.turns.overdue(caller, g.overdueEach)
	return own >= g.overdueEach || sum >= g.overdueMax
}

// errAbandoned is the error of work that was abandoned, and whose request is answered.
var errAbandoned = errors.New("the work was abandoned")

// run runs a caller's work in a slot, with a time limit, and returns its error. A panic of the
// work is returned as a panicked. The context is the client's; the work has halfClosed more
// after it ends.
//
// Work that does not notice the end of its time, because it is inside a single built-in
// function, is abandoned: abandon is called with the reason on another goroutine, so that it
// answers the request now, and returns whether it could. The work occupies its slot until it
// ends. Then run returns errAbandoned, or the reason if the request is not answered yet.
func (g *gate) run(ctx context.Context, caller string, limit time.Duration, abandon func(reason error) bool, work func(context.Context) error) error {
	if g.closed(caller) {
		return errStuck
	}
	if err := g.turns.take(ctx, caller); err != nil {
		return err
	}
	defer g.turns.leave(caller)
	overdue := func(n int) {
		g.running.Add(int64(n)) // first, because the metric's count also closes the gate
		g.turns.late(caller, n)
	}
	w := newWatch(ctx, limit, func(reason error) bool {
		overdue(1)
		return abandon(reason)
	})
	err := unpanicked(w.work, work)
	abandoned, answered := w.end()
	switch {
	case answered:
		err = errAbandoned
	case abandoned:
		err = context.Cause(w.work)
	}
	if abandoned {
		overdue(-1)
	}
	return err
}

// unanswered is the abandon function of work that answers no request.
func unanswered(error) bool { return false }

// panicked is a panic that was recovered.
type panicked struct {
	value any
	stack string
}

// Error implements error.
func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// stackMax is the maximum length of a stack trace in the log, in bytes.
const stackMax = 4 << 10

func unpanicked(ctx context.Context, work func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			stack := debug.Stack()
			err = &panicked{v, string(stack[:min(len(stack), stackMax)])}
		}
	}()
	return work(ctx)
}
