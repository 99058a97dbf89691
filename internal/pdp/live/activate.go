package live

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// DefaultActivation is the default time limit for the activation of bundles.
const DefaultActivation = 2 * time.Minute

// ErrSlow is the error of an activation that exceeded its time limit. The same bundles are not
// tried again.
var ErrSlow = errors.New("the activation was given up")

// grace is the time that an activation has to stop after its context has ended.
const grace = time.Second

// abandonedMax limits the abandoned activations that still run: OPA's parser and compiler
// cannot be interrupted, and each occupies a core.
func abandonedMax() int64 { return int64(max(2, runtime.GOMAXPROCS(0)/2)) }

// Limit sets the time limit of an activation. Call it before the first one.
func (h *PolicyStore) Limit(within time.Duration) { h.within = within }

// UnderWay returns when the current activation began, and whether there is one.
func (h *PolicyStore) UnderWay() (since time.Time, ok bool) {
	if at := h.began.Load(); at != nil {
		return *at, true
	}
	return time.Time{}, false
}

// Abandoned returns the number of abandoned activations that still run.
func (h *PolicyStore) Abandoned() int { return int(h.abandoned.Load()) }

// activate makes the policy that load returns the current one. After an error the previous
// policy stays. start is the time at which the work began.
func (h *PolicyStore) activate(ctx context.Context, start time.Time, swap Swap, load func(context.Context) (*Policy, error)) error {
	p, err := h.timed(ctx, load)
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err) // the process ends; the bundle may be valid
	}
	a := Activation{At: start, Took: time.Since(start)}
	if err == nil {
		a.Revision = p.Revision
		if old := h.current.Load(); old != nil && old.Digest == p.Digest {
			a.Same = true
			h.report(a)
			return nil
		}
		p.Since = time.Now()
		err = swap(p, func() {
			h.current.Store(p)
			h.report(a)
		})
	}
	if err != nil {
		a.Err = err
		h.report(a)
	}
	return err
}

// timed loads a policy within the time limit. It abandons work that exceeds it: a bundle must
// not prevent better ones from being activated.
func (h *PolicyStore) timed(ctx context.Context, load func(context.Context) (*Policy, error)) (*Policy, error) {
	if n := h.abandoned.Load(); n >= abandonedMax() {
		return nil, fmt.Errorf("%w before it began: %d others were given up and still run; restart the decision point", ErrSlow, n)
	}
	began := time.Now()
	h.began.Store(&began)
	defer h.began.Store(nil)
	ctx, cancel := context.WithTimeoutCause(ctx, h.within, ErrSlow)
	defer cancel()
	type loaded struct {
		policy *Policy
		err    error
	}
	done := make(chan loaded, 1)
	go func() {
		p, err := guarded(func() (*Policy, error) { return load(ctx) })
		done <- loaded{p, err}
	}()
	select {
	case l := <-done:
		return h.outcome(ctx, l.policy, l.err)
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case l := <-done:
		return h.outcome(ctx, l.policy, l.err)
	case <-late.C:
	}
	h.abandoned.Add(1)
	go func() {
		<-done
		h.abandoned.Add(-1)
	}()
	return h.outcome(ctx, nil, context.Cause(ctx))
}

func (h *PolicyStore) outcome(ctx context.Context, p *Policy, err error) (*Policy, error) {
	if err != nil && errors.Is(context.Cause(ctx), ErrSlow) {
		return nil, fmt.Errorf("%w after %s: the bundle takes too long to compile, or a set of candidates to evaluate", ErrSlow, h.within)
	}
	return p, err
}
