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

// gate bounds the requests that are decided at once, and the time that each
// takes. A request holds a slot from its turn until its answer is made, not until
// it is fetched: a caller that reads slowly takes no turn from others.
type gate struct {
	turns *turns
	// running counts work that was given up and still runs. Each caller counts with
	// at most overdueEach, and from overdueMax on no more work is taken.
	running                 atomic.Int64
	overdueEach, overdueMax int
}

// newGate makes the gate. Where callers are known, one of them alone cannot keep it
// closed.
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

// stuck reports whether so much work runs beyond its time that no more is taken.
func (g *gate) stuck() bool { return g.closed("") }

// closed reports whether no more work of a caller is taken.
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

// lateness is the time that work has to notice the end of its context.
const lateness = 200 * time.Millisecond

// run does work of a caller in a slot, within a time, and returns its error. Work that does
// not notice that its time is over, because it is inside one built-in function,
// is left to itself: it holds its slot until it ends, and the caller goes on with
// an error. A panic of the work is a panicked.
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
		g.running.Add(-1) // first: what the metric counts also closes the gate
		g.turns.late(caller, -1)
	}()
	return context.Cause(ctx)
}

// panicked is a panic that was caught on another goroutine.
type panicked struct {
	value any
	stack string
}

// Error implements error.
func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// stackMax is the number of bytes of a stack in the log.
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

// linger returns a context that ends a moment after another. A client that has
// closed its side of the connection may still read: it gets the answer to a
// question that takes no longer than this.
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
