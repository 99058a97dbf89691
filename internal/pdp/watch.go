package pdp

import (
	"context"
	"sync"
	"time"
)

// watch cancels the context of work at its deadline, or halfClosed after the client's context has
// ended, and abandons work that does not stop. It checks periodically, since most work ends before
// the first check, and then costs only a timer.
type watch struct {
	work    context.Context
	cancel  context.CancelCauseFunc
	client  context.Context
	abandon func(reason error) bool

	mu       sync.Mutex
	timer    *time.Timer
	deadline time.Time
	gone     time.Time // when a check first found the client gone
	// over is set when the work has ended or was abandoned; answered, when abandon has answered.
	over, abandoned, answered bool
}

const (
	// lateness is the time within which work must stop after its context has ended.
	lateness = 200 * time.Millisecond
	// lookEvery is the time between two checks.
	lookEvery = 50 * time.Millisecond
)

// newWatch starts a watch. The client's context ends when the client goes away.
func newWatch(client context.Context, limit time.Duration, abandon func(reason error) bool) *watch {
	w := &watch{client: client, abandon: abandon, deadline: time.Now().Add(limit)}
	w.work, w.cancel = context.WithCancelCause(context.WithoutCancel(client))
	w.mu.Lock() // the first check needs the timer
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(min(limit, lookEvery), w.look)
	return w
}

// end ends the watch when the work has ended, and returns whether the work was abandoned and
// the request answered. An answer is complete before end returns.
func (w *watch) end() (abandoned, answered bool) {
	w.timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.cancel(nil)
	return w.abandoned, w.answered
}

// look checks the deadline and the client.
func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	if w.work.Err() != nil { // since lateness ago
		w.over, w.abandoned = true, true
		w.answered = w.abandon(context.Cause(w.work))
		return
	}
	now := time.Now()
	if w.gone.IsZero() && w.client.Err() != nil {
		w.gone = now
	}
	switch {
	case !now.Before(w.deadline):
		w.cancel(errTime)
	case !w.gone.IsZero() && now.Sub(w.gone) >= halfClosed:
		w.cancel(context.Cause(w.client))
	default:
		w.timer.Reset(min(lookEvery, w.deadline.Sub(now)))
		return
	}
	w.timer.Reset(lateness)
}

// halfClosed is the time limit of an answer to a client that has closed its side of the
// connection: it may be gone, or just have nothing more to send.
const halfClosed = 100 * time.Millisecond

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
