package pdp

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/deepstack"
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

// take waits for a slot.
func (g *gate) take(ctx context.Context, caller string) error {
	if g.closed(caller) {
		return errStuck
	}
	return g.turns.take(ctx, caller)
}

// lateness is the time that work has to stop after its context has ended.
const lateness = 200 * time.Millisecond

// run runs a caller's work in a slot, with a time limit, and returns its error. Work that does
// not notice the end of its time, because it is inside a single built-in function, is
// abandoned: it occupies its slot until it ends, and run returns an error. A panic of the work
// is returned as a panicked.
func (g *gate) run(ctx context.Context, caller string, limit time.Duration, work func(context.Context) error) error {
	if err := g.take(ctx, caller); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTime)
	defer cancel()
	done, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		defer g.turns.leave(caller)
		deepstack.Reserve()
		done <- unpanicked(ctx, work)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(lateness)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
	}
	g.running.Add(1)
	g.turns.late(caller, 1)
	go func() {
		<-ended
		g.running.Add(-1) // first, because the metric's count also closes the gate
		g.turns.late(caller, -1)
	}()
	return context.Cause(ctx)
}

// panicked is a panic that was recovered on another goroutine.
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

// linger returns a context that ends a moment after ctx. A client that has closed its side of
// the connection may still read: it gets the answer to a question that takes no longer than
// this.
func linger(ctx context.Context, moment time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(moment)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(context.Cause(ctx))
		case <-later.Done():
		}
	})
	return later, func() {
		stop()
		cancel(nil)
	}
}
