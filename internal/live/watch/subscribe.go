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

// Subscription makes the site tell that something has changed. What it tells is not
// authenticated and may get lost, so that it is a hint to look and nothing more: a watch
// keeps asking beside it. It is for one goroutine, but for ServeHTTP. Close it.
type Subscription struct {
	client   *qrs.Client
	types    []string
	callback string
	path     string
	handles  []string
	hints    chan struct{}
}

// renewEvery is how long a subscription is trusted. The site forgets it when its repository
// service restarts, and tells nobody.
const renewEvery = 10 * time.Minute

// Subscribe asks the site to post changes of the types to a base address, which the
// Subscription must be serving by then. The path that it adds to the address is a secret, so
// that others cannot make the watch look.
func Subscribe(client *qrs.Client, types []string, base string) *Subscription {
	path := "/" + rand.Text()
	return &Subscription{client: client, types: types, callback: strings.TrimRight(base, "/") + path, path: path, hints: make(chan struct{}, 1)}
}

// Hints delivers a value after changes. Hints that nobody has taken yet are one.
func (s *Subscription) Hints() <-chan struct{} { return s.hints }

// ServeHTTP implements http.Handler: it takes what the site posts.
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

// Renew subscribes, and drops the subscriptions before.
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

// drop removes subscriptions. Those that the site has forgotten are gone already.
func (s *Subscription) drop(ctx context.Context, handles []string) error {
	for _, handle := range handles {
		if err := s.client.Unsubscribe(ctx, handle); err != nil && !qrs.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// Close drops the subscriptions at the site.
func (s *Subscription) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.drop(ctx, s.handles) // the site forgets them with its next restart
}

// Renewer renews a subscription when it is time: every ten minutes, and after the site could
// not be read.
type Renewer struct {
	*Subscription
	due time.Time
}

// After is called after each round, which has failed or not. It says whether it has renewed
// the subscription: what has changed before that was told to nobody, so that the site is to
// be looked at.
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
