package watch

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// Rounds polls a site: every interval, and after notifications of the site.
type Rounds struct {
	Watch    *Watch
	Interval time.Duration
	// Renew is nil without notifications.
	Renew *Renewer
	// Publish is called after a change with the pulled directory of the site, before its effect
	// is computed. An error ends the rounds.
	Publish func(ctx context.Context, dir string) error
	// Report is called with each event, in order and concurrently with later rounds, since effects
	// take longer to compute than bundles. An error ends the rounds.
	Report func(ctx context.Context, e *Event) error
	// Note reports to people, once, that the site cannot be read, that it can be read again, and
	// that it does not send notifications.
	Note func(format string, args ...any)

	// failing reports whether the last round failed.
	failing bool
}

// maxUnreported is the maximum number of changes whose effect is not computed yet; then polling
// waits.
const maxUnreported = 16

// Run polls the site until the context ends, which is not an error.
func (r *Rounds) Run(ctx context.Context) error {
	looking, end := context.WithCancelCause(ctx)
	defer end(nil)
	unreported := make(chan *Changed, maxUnreported)
	var reporting sync.WaitGroup
	reporting.Go(func() {
		for changed := range unreported {
			if err := r.report(looking, changed); err != nil {
				end(err)
			}
		}
	})
	err := r.look(looking, unreported)
	close(unreported)
	if err != nil {
		end(err)
	}
	reporting.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return cmp.Or(err, context.Cause(looking))
}

// report computes the effect of a change and reports it.
func (r *Rounds) report(ctx context.Context, changed *Changed) error {
	e, err := r.Watch.Effect(ctx, changed)
	if err != nil {
		return nil // the watch has ended
	}
	return r.Report(ctx, e)
}

// look polls the site until the context ends. It continues if the site cannot be read.
func (r *Rounds) look(ctx context.Context, unreported chan<- *Changed) error {
	tick := time.NewTicker(r.Interval)
	defer tick.Stop()
	for {
		r.next(ctx, tick.C)
		if ctx.Err() != nil {
			return nil
		}
		changed, err := r.Watch.Look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		r.readable(err)
		if changed == nil {
			continue
		}
		if err := r.Publish(ctx, r.Watch.Dir()); err != nil {
			return err
		}
		select {
		case unreported <- changed:
		case <-ctx.Done():
		}
	}
}

// next waits for the next round.
func (r *Rounds) next(ctx context.Context, tick <-chan time.Time) {
	var hints <-chan struct{}
	if r.Renew != nil {
		hints = r.Renew.Hints()
		renewed, err := r.Renew.After(ctx, time.Now(), r.failing)
		if err != nil && ctx.Err() == nil {
			r.Note("the site %s does not send notifications and is polled every %s: %v", r.site(), r.Interval, err)
		}
		if renewed {
			return // earlier changes may not have been notified
		}
	}
	select {
	case <-ctx.Done():
	case <-tick:
	case <-hints:
	}
}

// readable notes that the site cannot be read, and that it can be read again.
func (r *Rounds) readable(err error) {
	switch {
	case err != nil:
		r.Watch.metrics.Failed()
		if !r.failing {
			r.Note("the site %s cannot be read; trying again: %v", r.site(), err)
		}
	case r.failing:
		r.Note("the site %s can be read again", r.site())
	}
	r.failing = err != nil
}

func (r *Rounds) site() string { return r.Watch.client.Site().Name }
