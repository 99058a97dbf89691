package cli

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/live/show"
	"github.com/qlik2rego/qlik2rego/internal/live/watch"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// rounds are the polls of watch.
type rounds struct {
	*Streams
	client   *qrs.Client
	watch    *watch.Watch
	metrics  *watch.Metrics
	to       *publication
	interval time.Duration
	hook     *watch.Webhook
	renew    *watch.Renewer
	// revert writes the plan that reverts drift; nil if it was not requested.
	revert func(context.Context) error
	// failing reports whether the last poll failed.
	failing bool
}

// maxUnreported is the maximum number of changes whose effect is not computed yet; then polling
// waits.
const maxUnreported = 16

// run polls the site until the context ends: every interval, and after notifications of the site.
// Bundles follow the site at once. The effects of changes take longer to compute, so they are
// reported concurrently with later polls, in order.
func (r *rounds) run(ctx context.Context) error {
	looking, end := context.WithCancelCause(ctx)
	defer end(nil)
	unreported := make(chan *watch.Changed, maxUnreported)
	var telling sync.WaitGroup
	telling.Go(func() {
		for changed := range unreported {
			if err := r.tell(looking, changed); err != nil {
				end(err)
			}
		}
	})
	err := r.look(looking, unreported)
	close(unreported)
	if err != nil {
		end(err)
	}
	telling.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return cmp.Or(err, context.Cause(looking))
}

// look polls the site until the context ends. It reports once that the site cannot be read, and
// continues to poll.
func (r *rounds) look(ctx context.Context, unreported chan<- *watch.Changed) error {
	tick := time.NewTicker(r.interval)
	defer tick.Stop()
	for {
		r.next(ctx, tick.C)
		if ctx.Err() != nil {
			return nil
		}
		changed, err := r.watch.Look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		r.readable(err)
		if changed == nil {
			continue
		}
		if err := r.to.write(ctx, r.watch.Dir()); err != nil {
			return err
		}
		select {
		case unreported <- changed:
		case <-ctx.Done():
		}
	}
}

// next waits for the next poll.
func (r *rounds) next(ctx context.Context, tick <-chan time.Time) {
	var hints <-chan struct{}
	if r.renew.Subscription != nil {
		hints = r.renew.Hints()
		renewed, err := r.renew.After(ctx, time.Now(), r.failing)
		if err != nil && ctx.Err() == nil {
			r.note("the site %s does not send notifications and is polled every %s: %v", r.client.Site().Name, r.interval, err)
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

// readable reports once that the site cannot be read, and once that it can be read again.
func (r *rounds) readable(err error) {
	name := r.client.Site().Name
	switch {
	case err != nil:
		r.metrics.Failed()
		if !r.failing {
			r.note("the site %s cannot be read; trying again: %v", name, err)
		}
	case r.failing:
		r.note("the site %s can be read again", name)
	}
	r.failing = err != nil
}

// tell reports a change to all destinations.
func (r *rounds) tell(ctx context.Context, changed *watch.Changed) error {
	e, err := r.watch.Effect(ctx, changed)
	if err != nil {
		return nil // the watch has ended
	}
	if err := show.Events.Render(r.Format, r.Out, e); err != nil {
		return err
	}
	if r.hook.URL != "" {
		if err := r.hook.Send(ctx, e); err != nil {
			r.note("%v", err)
		}
	}
	if len(e.Drift) > 0 && r.revert != nil {
		if err := r.revert(ctx); err != nil && ctx.Err() == nil {
			r.note("--revert: %v", err)
		}
	}
	return nil
}
