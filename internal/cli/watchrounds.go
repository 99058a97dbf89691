package cli

import (
	"context"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/live/watch"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// rounds are the looks of watch at a site.
type rounds struct {
	*Streams
	client   *qrs.Client
	watch    *watch.Watch
	metrics  *watch.Metrics
	to       *publication
	interval time.Duration
	hook     *watch.Webhook
	renew    *watch.Renewer
	// failing says that the site could not be read the last time.
	failing bool
}

// run looks at the site until the context ends, every interval and whenever the site says
// that something has changed. A site that cannot be read for a while is reported once, and
// looked at again.
func (r *rounds) run(ctx context.Context) error {
	tick := time.NewTicker(r.interval)
	defer tick.Stop()
	for {
		r.next(ctx, tick.C)
		if ctx.Err() != nil {
			return nil
		}
		changed, err := r.watch.Look(ctx)
		if changed != nil {
			// Decisions follow the site first: to find the effect takes longer.
			if err := r.to.write(ctx, r.watch.Dir()); err != nil {
				return err
			}
		}
		var e *watch.Event
		if changed != nil {
			e, err = r.watch.Effect(ctx, changed)
		}
		if ctx.Err() != nil {
			return nil
		}
		r.readable(err)
		if e == nil {
			continue
		}
		if err := r.tell(ctx, e); err != nil {
			return err
		}
	}
}

// next waits until it is time to look.
func (r *rounds) next(ctx context.Context, tick <-chan time.Time) {
	var hints <-chan struct{}
	if r.renew.Subscription != nil {
		hints = r.renew.Hints()
		renewed, err := r.renew.After(ctx, time.Now(), r.failing)
		if err != nil && ctx.Err() == nil {
			r.note("the site %s does not say when something changes, so that it is asked every %s: %v", r.client.Site().Name, r.interval, err)
		}
		if renewed {
			return // what changed before that was told to nobody
		}
	}
	select {
	case <-ctx.Done():
	case <-tick:
	case <-hints:
	}
}

// readable says once that the site cannot be read, and once that it can be again.
func (r *rounds) readable(err error) {
	name := r.client.Site().Name
	switch {
	case err != nil:
		r.metrics.Failed()
		if !r.failing {
			r.note("the site %s cannot be read, and is tried again: %v", name, err)
		}
	case r.failing:
		r.note("the site %s can be read again", name)
	}
	r.failing = err != nil
}

// tell tells everybody about a change.
func (r *rounds) tell(ctx context.Context, e *watch.Event) error {
	if err := r.showEvent(e); err != nil {
		return err
	}
	if r.hook.URL != "" {
		if err := r.hook.Send(ctx, e); err != nil {
			r.note("%v", err)
		}
	}
	return nil
}
