package pdp

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// turns limits the requests that are decided concurrently, and shares the slots between
// callers:
//
//   - A caller that has a slot gets another one only while more than the reserve are free,
//     so that a caller without a slot gets one immediately.
//   - A free slot goes to the waiting caller with the fewest slots, and within a caller to
//     the request that has waited longest.
//
// If callers are not authenticated, all requests belong to one caller and there is no
// reserve. It is safe for concurrent use.
type turns struct {
	wait    time.Duration
	reserve int

	mu      sync.Mutex
	free    int
	total   int
	waiting int
	callers map[string]*share
}

// share is the state of one caller. It is removed when it is empty.
type share struct {
	held    int
	open    int // requests that have not been answered yet
	overdue int
	queue   list.List // of *waiter
}

// waiter is a request waiting for a slot. granted is closed when it has the slot.
type waiter struct {
	granted chan struct{}
	since   time.Time
}

func newTurns(slots int, wait time.Duration, known bool) *turns {
	t := &turns{wait: wait, free: slots, total: slots, callers: map[string]*share{}}
	if known {
		t.reserve = slots / 2
	}
	return t
}

// of returns the share of a caller. The lock must be held.
func (t *turns) of(caller string) *share {
	s, ok := t.callers[caller]
	if !ok {
		s = &share{}
		t.callers[caller] = s
	}
	return s
}

// drop removes an empty share. The lock must be held.
func (t *turns) drop(caller string, s *share) {
	if s.held == 0 && s.open == 0 && s.overdue == 0 && s.queue.Len() == 0 {
		delete(t.callers, caller)
	}
}

// may reports whether a caller can get a slot now. The lock must be held.
func (t *turns) may(s *share) bool {
	return t.free > 0 && (s.held == 0 || t.free > t.reserve)
}

// take waits for a slot, at most for the queue time, and for halfClosed after the client's
// context has ended.
func (t *turns) take(ctx context.Context, caller string) error {
	t.mu.Lock()
	s := t.of(caller)
	if s.queue.Len() == 0 && t.may(s) {
		t.grant(s)
		t.mu.Unlock()
		return nil
	}
	w := &waiter{granted: make(chan struct{}), since: time.Now()}
	at := s.queue.PushBack(w)
	t.waiting++
	t.mu.Unlock()

	ctx, cancel := linger(ctx, halfClosed)
	defer cancel()
	timeout := time.NewTimer(t.wait)
	defer timeout.Stop()
	err := error(errFull)
	select {
	case <-w.granted:
		return nil
	case <-timeout.C:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-w.granted: // granted at the last moment
		return nil
	default:
	}
	s.queue.Remove(at)
	t.waiting--
	t.drop(caller, s)
	return err
}

func (t *turns) grant(s *share) {
	t.free--
	s.held++
}

// leave returns a slot, and assigns free slots to waiting requests.
func (t *turns) leave(caller string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.of(caller)
	s.held--
	t.free++
	t.drop(caller, s)
	for t.free > 0 {
		next := t.next()
		if next == nil {
			return
		}
		w := next.queue.Remove(next.queue.Front()).(*waiter)
		t.waiting--
		t.grant(next)
		close(w.granted)
	}
}

// next returns the share that gets the next slot, or nil. The lock must be held.
func (t *turns) next() (best *share) {
	for _, s := range t.callers {
		if s.queue.Len() == 0 || !t.may(s) {
			continue
		}
		if best == nil || s.held < best.held || s.held == best.held && s.first().Before(best.first()) {
			best = s
		}
	}
	return best
}

func (s *share) first() time.Time { return s.queue.Front().Value.(*waiter).since }

// enter counts a request of a caller from its first byte, and reports whether it is accepted: a
// caller has at most limit open requests.
func (t *turns) enter(caller string, limit int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.of(caller)
	if s.open >= limit {
		return false
	}
	s.open++
	return true
}

// exit is the counterpart of enter.
func (t *turns) exit(caller string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.of(caller)
	s.open--
	t.drop(caller, s)
}

// late counts work of a caller that runs beyond its time, and onTime its end.
func (t *turns) late(caller string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.of(caller)
	s.overdue += n
	t.drop(caller, s)
}

// overdue returns how much work of a caller runs beyond its time, and the sum over all callers,
// each counted with at most each.
func (t *turns) overdue(caller string, each int) (own, sum int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, s := range t.callers {
		if name == caller {
			own = s.overdue
		}
		sum += min(s.overdue, each)
	}
	return own, sum
}

// deciding and inQueue are the numbers of requests that have a slot and that wait for one.
func (t *turns) deciding() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total - t.free
}

func (t *turns) inQueue() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waiting
}
