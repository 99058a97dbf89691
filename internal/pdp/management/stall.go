package management

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/tracing"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// stallAfter is the time after which a request is cancelled if the server has begun to answer
// and sends nothing more.
const stallAfter = 30 * time.Second

var errStalled = errors.New("the server fell silent")

// transports creates the transports of OPA's clients, at OPA's own extension point for tracing:
// with spans if enabled, and with time limits for servers that hang. OPA itself only limits the
// wait for the header of an answer, but neither the answer to a long poll nor any body.
type transports struct{}

func (transports) NewTransport(next http.RoundTripper, options tracing.Options) http.RoundTripper {
	var spans []otelhttp.Option
	after := stallAfter
	var all *downloads
	for _, o := range options {
		switch o := o.(type) {
		case otelhttp.Option:
			spans = append(spans, o)
		case time.Duration:
			after = o
		case *downloads:
			all = o
		}
	}
	if next == nil {
		next = http.DefaultTransport
	}
	if len(spans) > 0 {
		next = otelhttp.NewTransport(next, spans...)
	}
	return timeoutTransport{next, after, all}
}

// NewHandler is for OPA's own server, which is not used here.
func (transports) NewHandler(h http.Handler, _ string, _ tracing.Options) http.Handler { return h }

// timeoutTransport is a transport with time limits.
type timeoutTransport struct {
	next      http.RoundTripper
	after     time.Duration
	downloads *downloads
}

// RoundTrip implements http.RoundTripper.
func (p timeoutTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	watch := time.AfterFunc(p.forHeader(r), func() { cancel(errStalled) })
	response, err := p.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		watch.Stop()
		err = stalled(ctx, err)
		cancel(nil)
		return nil, err
	}
	watch.Reset(p.after)
	response.Body = &timeoutBody{ReadCloser: response.Body, ctx: ctx, cancel: cancel, watch: watch, after: p.after}
	if p.downloads != nil && r.Method == http.MethodGet && response.StatusCode == http.StatusOK {
		response.Body = p.downloads.follow(response.Body, cancel)
	}
	return response, nil
}

// forHeader is the time limit for the header: that of a long poll if the request has one.
// Otherwise OPA's own limit applies first.
func (p timeoutTransport) forHeader(r *http.Request) time.Duration {
	for preference := range strings.FieldsFuncSeq(r.Header.Get("Prefer"), func(c rune) bool { return c == ';' || c == ',' }) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(preference), "wait="); ok {
			if seconds, err := strconv.Atoi(text); err == nil {
				return time.Duration(seconds)*time.Second + p.after
			}
		}
	}
	return time.Hour
}

func stalled(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errStalled) || errors.Is(cause, errEndless) {
		return cause
	}
	return err
}

type timeoutBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  *time.Timer
	after  time.Duration
}

// Read implements io.Reader.
func (b *timeoutBody) Read(p []byte) (int, error) {
	b.watch.Reset(b.after)
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = stalled(b.ctx, err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *timeoutBody) Close() error {
	b.watch.Stop()
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}
