package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
)

// started are rounds in the background: every call of Publish, Report and Note is a line.
type started struct {
	*testing.T
	site  *faketest.Site
	lines chan string
	ended chan error
	stop  context.CancelFunc
}

// start polls a site often. Publish and Report return the given errors.
func start(t *testing.T, publish, report error) *started {
	t.Helper()
	s := &started{T: t, site: faketest.Start(t, "config-sheet", fake.Options{}), lines: make(chan string, 100), ended: make(chan error, 1)}
	w, err := Start(t.Context(), s.site.Client(t), "", NewMetrics("test"), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	r := &Rounds{
		Watch: w, Interval: 10 * time.Millisecond,
		Publish: func(_ context.Context, dir string) error { s.lines <- "publish " + dir; return publish },
		Report:  func(_ context.Context, e *Event) error { s.lines <- "report " + names(e.Changes); return report },
		Note:    func(format string, args ...any) { s.lines <- "note " + fmt.Sprintf(format, args...) },
	}
	done := make(chan struct{})
	go func() { defer close(done); s.ended <- r.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done; w.Close() })
	return s
}

// change creates a rule on the site.
func (s *started) change(name string) {
	s.Helper()
	rule := map[string]any{"name": name, "rule": "true", "resourceFilter": "Stream_*", "actions": json.Number("2"), "category": "Security", "type": "Custom"}
	if _, err := s.site.Store.Create("systemrule", rule, "anna"); err != nil {
		s.Fatal(err)
	}
}

// await awaits lines that contain the given texts, in this order.
func (s *started) await(texts ...string) {
	s.Helper()
	for _, want := range texts {
		select {
		case got := <-s.lines:
			if !strings.Contains(got, want) {
				s.Fatalf("%q, want %q", got, want)
			}
		case <-time.After(5 * time.Minute):
			s.Fatalf("no %q", want)
		}
	}
}

// awaitEnd awaits the end of the rounds.
func (s *started) awaitEnd() error {
	s.Helper()
	select {
	case err := <-s.ended:
		return err
	case <-time.After(5 * time.Minute):
		s.Fatal("the rounds do not end")
		return nil
	}
}

// TestRunFollowsTheSite checks that a change is published and then reported, that a site that cannot
// be read is noted once, and that the end of the context is not an error.
func TestRunFollowsTheSite(t *testing.T) {
	s := start(t, nil, nil)
	s.change("First")
	s.await("publish ", "report created SystemRule First by anna")
	s.site.SetFaults(fake.Once(fake.LoginPage, 1, nil))
	s.await("cannot be read; trying again", "can be read again")
	s.stop()
	if err := s.awaitEnd(); err != nil {
		t.Error(err)
	}
}

// TestRunEndsWithAnError checks that rounds end if a bundle cannot be published or an event cannot
// be reported.
func TestRunEndsWithAnError(t *testing.T) {
	failed := errors.New("failed")
	for _, s := range []*started{start(t, failed, nil), start(t, nil, failed)} {
		s.change("First")
		if err := s.awaitEnd(); !errors.Is(err, failed) {
			t.Error(err)
		}
	}
}
