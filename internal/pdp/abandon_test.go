package pdp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
)

// endless is work that ignores its context until it is released.
type endless struct{ released chan struct{} }

func (e endless) do(context.Context) error {
	<-e.released
	return nil
}

// TestGateGivesUp has work that does not end: abandon is called once, the work is counted while it runs,
// and its slot is free afterwards.
func TestGateGivesUp(t *testing.T) {
	for name, tt := range map[string]struct {
		limit    time.Duration
		gone     bool
		answers  bool
		reason   error
		returned error
	}{
		"its time is over":   {limit: time.Millisecond, answers: true, reason: errTime, returned: errAbandoned},
		"nobody answers":     {limit: time.Millisecond, reason: errTime, returned: errTime},
		"its client is gone": {limit: time.Hour, gone: true, answers: true, reason: context.Canceled, returned: errAbandoned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(Limits{Concurrent: 2, Queue: time.Hour}, false)
			client, leave := context.WithCancel(t.Context())
			defer leave()
			if tt.gone {
				leave()
			}
			work, reasons, returned := endless{make(chan struct{})}, make(chan error, 2), make(chan error, 1)
			go func() {
				returned <- g.run(client, "somebody", tt.limit, func(reason error) bool {
					reasons <- reason
					return tt.answers
				}, work.do)
			}()
			if reason := <-reasons; !errors.Is(reason, tt.reason) {
				t.Errorf("it is abandoned for %v", reason)
			}
			if g.running.Load() != 1 || !g.stuck() || g.turns.deciding() != 1 {
				t.Error("work that was abandoned does not count")
			}
			close(work.released)
			if err := <-returned; !errors.Is(err, tt.returned) {
				t.Errorf("it returns %v", err)
			}
			if g.running.Load() != 0 || g.stuck() || g.turns.deciding() != 0 || len(reasons) > 0 {
				t.Error("work that has ended counts, or was abandoned twice")
			}
		})
	}
}

// TestGateEndsContexts checks that work that respects its context is not abandoned.
func TestGateEndsContexts(t *testing.T) {
	g := newGate(Limits{Concurrent: 1, Queue: time.Hour}, false)
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, tt := range []struct {
		client context.Context
		limit  time.Duration
		want   error
	}{{t.Context(), time.Millisecond, errTime}, {gone, time.Hour, context.Canceled}} {
		err := g.run(tt.client, "somebody", tt.limit, unanswered, func(ctx context.Context) error {
			<-ctx.Done()
			return context.Cause(ctx)
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%v, want %v", err, tt.want)
		}
	}
	var p *panicked
	if err := g.run(t.Context(), "somebody", time.Hour, unanswered, func(context.Context) error { panic("a mistake") }); !errors.As(err, &p) || p.value != "a mistake" {
		t.Errorf("a panic is %v", err)
	}
	if g.turns.deciding() != 0 {
		t.Error("a slot is lost")
	}
}

// TestAbandonAnswers reads the answer to a request whose work continues: the answer is complete, the
// connection is closed, the request is counted once, and the server can shut down.
func TestAbandonAnswers(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodHead} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := &Server{cfg: Config{Log: slog.New(slog.DiscardHandler), Callers: callers.Anyone{}}, gate: newGate(Limits{Concurrent: 2, Queue: time.Hour}, false)}
			s.metrics = newMetrics(s)
			work, ended := endless{make(chan struct{})}, make(chan error, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				x := &exchange{Server: s, w: w, r: r, start: time.Now(), path: "evaluation", caller: "somebody", read: true}
				s.gate.turns.enter(x.caller, 1)
				ended <- s.gate.run(r.Context(), x.caller, time.Millisecond, x.abandon, work.do)
			}))
			defer server.Close()
			request, err := http.NewRequestWithContext(t.Context(), method, server.URL, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			body, err := io.ReadAll(bufio.NewReader(answer.Body))
			if err != nil || answer.StatusCode != http.StatusServiceUnavailable || !answer.Close || answer.Header.Get("Date") == "" || answer.Header.Get("Retry-After") != "1" {
				t.Errorf("%v %d %v %s", err, answer.StatusCode, answer.Header, body)
			}
			if hasBody := strings.Contains(string(body), "more time than there is"); hasBody != (method != http.MethodHead) || int64(len(body)) != answer.ContentLength && hasBody {
				t.Errorf("the body is %q, of %d bytes", body, answer.ContentLength)
			}
			if err := server.Config.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			close(work.released)
			if err := <-ended; !errors.Is(err, errAbandoned) {
				t.Error(err)
			}
			if n := len(s.metrics.outcomes); n != 1 || s.gate.turns.callers["somebody"] != nil {
				t.Errorf("%d outcomes, open requests %v", n, s.gate.turns.callers)
			}
		})
	}
}
