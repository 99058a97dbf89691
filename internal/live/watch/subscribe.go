package watch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// Subscription makes the site send notifications of changes. Notifications are not authenticated
// and may get lost, so they are only hints: the watch still polls. Only ServeHTTP is safe for
// concurrent use. Close it.
type Subscription struct {
	client   *qrs.Client
	types    []string
	callback string
	path     string
	handles  []string
	hints    chan struct{}
}

// renewEvery is the maximum age of a subscription. The site forgets subscriptions without notice
// when its repository service restarts.
const renewEvery = 10 * time.Minute

// Subscribe returns a subscription to changes of the types. The site will post them to a path below
// the base address, where the caller must serve the Subscription before it calls Renew. The path
// contains a secret, so that others cannot trigger the watch.
func Subscribe(client *qrs.Client, types []string, base string) *Subscription {
	path := "/" + rand.Text()
	return &Subscription{client: client, types: types, callback: strings.TrimRight(base, "/") + path, path: path, hints: make(chan struct{}, 1)}
}

// Hints receives a value after changes. Several hints that were not received yet count as one.
func (s *Subscription) Hints() <-chan struct{} { return s.hints }

// ServeHTTP implements http.Handler: it receives the site's notifications.
func (s *Subscription) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != s.path || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 1<<20)) // a hint, whatever it says
	select {
	case s.hints <- struct{}{}:
	default:
	}
	w.WriteHeader(http.StatusNoContent)
}

// Renew subscribes and removes the previous subscriptions.
func (s *Subscription) Renew(ctx context.Context) error {
	old := s.handles
	s.handles = nil
	for _, typ := range s.types {
		handle, err := s.client.Subscribe(ctx, typ, s.callback)
		if err != nil {
			return errors.Join(fmt.Errorf("notifications of %s: %w", typ, err), s.drop(ctx, append(old, s.handles...)))
		}
		s.handles = append(s.handles, handle)
	}
	return s.drop(ctx, old)
}

// drop removes subscriptions. It ignores those that the site has already forgotten.
func (s *Subscription) drop(ctx context.Context, handles []string) error {
	for _, handle := range handles {
		if err := s.client.Unsubscribe(ctx, handle); err != nil && !qrs.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// Close removes the subscriptions from the site.
func (s *Subscription) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.drop(ctx, s.handles) // the site forgets them at its next restart
}

// Renewer renews a subscription every ten minutes, and after the site could not be read.
type Renewer struct {
	*Subscription
	due time.Time
}

// After must be called after each round; failed reports whether the round failed. It returns
// whether it has renewed the subscription. The caller must then look at the site, because earlier
// changes may not have been notified.
func (r *Renewer) After(ctx context.Context, now time.Time, failed bool) (renewed bool, err error) {
	switch {
	case failed:
		r.due = time.Time{}
		return false, nil
	case now.Before(r.due):
		return false, nil
	}
	r.due = now.Add(renewEvery)
	err = r.Renew(ctx)
	return err == nil, err
}
