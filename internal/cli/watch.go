package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/live/show"
	"github.com/qlik2rego/qlik2rego/internal/live/watch"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

func (s *Streams) watch(ctx *cli.Context) error {
	client, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	metrics := watch.NewMetrics(client.Site().Name)
	if address := ctx.String("metrics"); address != "" {
		stop, err := s.serveMetrics(ctx.Context, address, metrics)
		if err != nil {
			return Input(err)
		}
		defer stop()
	}
	w, err := watch.Start(ctx.Context, client, ctx.Args().First(), metrics, s.Progress(ctx))
	if err != nil {
		return s.planning(calling(client, err))
	}
	defer w.Close()
	drift, err := w.Drift()
	if err != nil {
		return s.planning(calling(client, err))
	}
	revert := s.reverting(ctx, client)
	if len(drift) > 0 && revert != nil {
		if err := revert(ctx.Context); err != nil {
			return s.planning(calling(client, err))
		}
	}
	if ctx.Bool("once") {
		return s.watchedOnce(client, drift)
	}
	to, stop, err := s.publication(ctx, w, metrics)
	if err != nil {
		return err
	}
	defer stop()
	subscription, unsubscribe, err := s.subscribe(ctx, client, w)
	if err != nil {
		return err
	}
	defer unsubscribe()
	s.note("watching the site %s, every %s", client.Site().Name, ctx.Duration("interval"))
	for _, name := range drift {
		s.note("drift: %s does not match the files", tabular.Printable(name))
	}
	r := &watch.Rounds{Watch: w, Interval: ctx.Duration("interval"), Publish: to.write, Report: s.reporting(ctx, revert), Note: s.note}
	if subscription != nil {
		r.Renew = &watch.Renewer{Subscription: subscription}
	}
	return r.Run(ctx.Context)
}

// reporting returns a function that reports an event to all destinations: standard output, the
// webhook and, if the event shows drift, the plan of --revert.
func (s *Streams) reporting(ctx *cli.Context, revert func(context.Context) error) func(context.Context, *watch.Event) error {
	hook := &watch.Webhook{URL: ctx.String("webhook"), Client: &http.Client{Timeout: 10 * time.Second}}
	return func(ctx context.Context, e *watch.Event) error {
		if err := show.Events.Render(s.Format, s.Out, e); err != nil {
			return err
		}
		if hook.URL != "" {
			if err := hook.Send(ctx, e); err != nil {
				s.note("%v", err)
			}
		}
		if len(e.Drift) > 0 && revert != nil {
			if err := revert(ctx); err != nil && ctx.Err() == nil {
				s.note("--revert: %v", err)
			}
		}
		return nil
	}
}

// notOnce returns a given flag that --once does not use, or "".
func notOnce(ctx *cli.Context) string {
	for _, name := range []string{"bundle", "publish", "listen", "webhook", "metrics", "interval"} {
		if ctx.IsSet(name) {
			return name
		}
	}
	return ""
}

// reverting returns a function that writes the plan of --revert, nil without the flag. It does not
// apply the plan.
func (s *Streams) reverting(ctx *cli.Context, client *qrs.Client) func(context.Context) error {
	name := ctx.String("revert")
	if name == "" {
		return nil
	}
	return func(c context.Context) error {
		p, err := plan.Build(c, client, ctx.Args().First(), plan.Options{Revert: true})
		if err != nil {
			return err
		}
		data, err := p.Encode()
		if err != nil {
			return err
		}
		err = s.writeTo(name, func(w io.Writer, _ string) error {
			_, err := w.Write(data)
			return err
		})
		if err == nil {
			s.note("%s contains the plan that removes the drift: %s", name, render.Count(len(p.Changes), "change"))
		}
		return err
	}
}

// note writes a message to standard error.
func (s *Streams) note(format string, args ...any) {
	_, _ = fmt.Fprintf(s.Err, "qlik2rego: "+format+"\n", args...) // standard error may be closed
}

// watchedOnce reports drift for --once.
func (s *Streams) watchedOnce(client *qrs.Client, drift []string) error {
	err := show.Drifts.Render(s.Format, s.Out, show.Drift{Rules: drift, Site: client.Site().Name})
	if err == nil && len(drift) > 0 {
		return No()
	}
	return err
}

// subscribe listens for the site's notifications at the address of --listen; without it, the
// subscription is nil.
func (s *Streams) subscribe(ctx *cli.Context, client *qrs.Client, w *watch.Watch) (*watch.Subscription, func(), error) {
	address := ctx.String("listen")
	if address == "" {
		return nil, func() {}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx.Context, "tcp", address)
	if err != nil {
		return nil, nil, Input(fmt.Errorf("--listen: %w", err))
	}
	base := ctx.String("callback")
	if base == "" {
		base = "http://" + reachable(listener.Addr())
	}
	subscription := watch.Subscribe(client, w.Types(), base)
	stop := answering(listener, subscription)
	return subscription, func() { subscription.Close(); stop() }, nil
}

// reachable returns the address of a listener for other machines: with the name of this machine,
// unless it listens at a specific address.
func reachable(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			return net.JoinHostPort(name, port)
		}
	}
	return address.String()
}

// serveMetrics serves metrics until stop is called.
func (s *Streams) serveMetrics(ctx context.Context, address string, m *watch.Metrics) (stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", m.Handler())
	s.note("metrics at %s/metrics", listener.Addr())
	return answering(listener, mux), nil
}

// answering serves calls in the background until stop is called.
func answering(listener net.Listener, handler http.Handler) (stop func()) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second, ReadTimeout: 30 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }() // it ends with Close
	return func() { _ = server.Close(); <-done }
}
