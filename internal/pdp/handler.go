package pdp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// answerer answers one kind of question.
type answerer func(ctx context.Context, o ast.Object) (any, error)

// call is one question being answered. Everything in it is decided by one policy.
type call struct {
	policy  *live.Policy
	caller  callers.Caller
	limits  Limits
	terse   bool
	pageKey []byte
	accept  []string
	failed  func(error)
	count   func(engine.Verdict)
	journal *journal
	// filterer returns the filters of the policy.
	filterer func(context.Context) (Filterer, error)
}

// route is the handler of a path.
type route struct {
	name   string
	method string
	needs  callers.Permissions
	// forward is a proxy's question, with any method and without a body.
	forward bool
	// Otherwise one of these is set: a question to the policy, or one about the server.
	ask   func(c *call) answerer
	serve func() (status int, answer any)
}

// table lists all routes. Paths are compared as sent: without decoding, cleaning or redirects.
func (s *Server) table() map[string]route {
	base := basePath(s.cfg.PublicURL)
	t := map[string]route{
		"/health":       {name: "health", method: http.MethodGet, serve: s.alive},
		"/health/ready": {name: "ready", method: http.MethodGet, serve: s.ready},
		openapiPath:     {name: "openapi", method: http.MethodGet, serve: func() (int, any) { return http.StatusOK, s.described }},
	}
	for path, r := range map[string]route{
		evaluationPath:     {name: "evaluation", needs: callers.Evaluate, ask: func(c *call) answerer { return c.evaluation }},
		evaluationsPath:    {name: "evaluations", needs: callers.Evaluate, ask: func(c *call) answerer { return c.evaluations }},
		subjectSearchPath:  {name: "search_subject", needs: callers.Search, ask: func(c *call) answerer { return c.search(subjectSearch) }},
		resourceSearchPath: {name: "search_resource", needs: callers.Search, ask: func(c *call) answerer { return c.search(resourceSearch) }},
		actionSearchPath:   {name: "search_action", needs: callers.Search, ask: func(c *call) answerer { return c.search(actionSearch) }},
	} {
		r.method = http.MethodPost
		t[path], t[base+path] = r, r
	}
	if s.cfg.Edge != nil {
		t[forwardPath] = route{name: "forward_auth", needs: callers.Evaluate, forward: true}
	}
	if s.cfg.PublicURL != "" {
		t[metadataPath+base] = route{name: "metadata", method: http.MethodGet, serve: func() (int, any) { return http.StatusOK, s.metadata() }}
	}
	return t
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if ids := r.Header["X-Request-Id"]; len(ids) > 0 {
		w.Header()["X-Request-Id"] = ids
	}
	x := &exchange{Server: s, w: w, r: r, path: "unknown", start: time.Now()}
	defer func() {
		if p := recover(); p != nil {
			x.panicked(p, string(debug.Stack()))
			x.refuse(errInternal)
		}
		if !x.abandoned {
			s.finished(x, time.Since(x.start))
		}
	}()
	if err := x.handle(); err != nil && !x.abandoned {
		x.fail(err)
	}
}

// exchange is a request and its answer.
type exchange struct {
	*Server
	w      http.ResponseWriter
	r      *http.Request
	start  time.Time
	path   string // the name of the route
	caller string
	status int
	read   bool // the body has been read
	last   bool // the connection ends with the answer
	// abandoned is set when another goroutine has answered, because this one still works.
	abandoned bool
	// revisionUsed identifies the policy that decides, once there is one.
	revisionUsed atomic.Pointer[string]
}

func (x *exchange) handle() error {
	rt, ok := x.route()
	if !ok || x.r.URL.RawPath != "" {
		return &refusal{Status: http.StatusNotFound, Message: "there is nothing at this path"}
	}
	x.path = rt.name
	if !rt.forward && x.r.Method != rt.method && (rt.method != http.MethodGet || x.r.Method != http.MethodHead) {
		return refuse(http.StatusMethodNotAllowed, "Allow", rt.method, "the method is not %s", rt.method)
	}
	if rt.serve != nil {
		status, answer := rt.serve()
		return x.write(status, answer)
	}
	caller, err := x.cfg.Callers.Authenticate(x.r)
	if err != nil || !x.trusted(x.r) {
		return refuse(http.StatusUnauthorized, "WWW-Authenticate", "Bearer", "%s", callers.ErrUnknown)
	}
	x.caller = caller.Name
	if caller.May&rt.needs != rt.needs {
		return &refusal{Status: http.StatusForbidden, Message: "the caller may not " + rt.needs.String()}
	}
	if !x.gate.turns.enter(caller.Name, x.perCaller()) {
		x.last = true
		return errGreedy
	}
	hold(x.r)
	defer func() {
		if !x.abandoned {
			x.gate.turns.exit(caller.Name)
		}
	}()
	if rt.forward {
		return x.forward(caller)
	}
	return x.ask(rt, caller)
}

// route returns the route of the request's path.
func (x *exchange) route() (rt route, ok bool) {
	path := x.r.URL.Path
	if rt, ok = x.routes[path]; ok || x.filterers == nil {
		return rt, ok
	}
	if path, ok = strings.CutPrefix(path, basePath(x.cfg.PublicURL)); !ok || !strings.HasPrefix(path, compilePath) {
		if path = x.r.URL.Path; !strings.HasPrefix(path, compilePath) {
			return rt, false
		}
	}
	return compileRoute(path)
}

// errGreedy is for a caller with too many open requests. Its connection is closed, so that
// others can connect.
var errGreedy = refuse(http.StatusTooManyRequests, "Retry-After", "1", "the caller has too many requests open at once")

// known reports whether callers are authenticated.
func (s *Server) known() bool {
	_, anyone := s.cfg.Callers.(callers.Anyone)
	return !anyone
}

// perCaller is the maximum number of open requests of a caller.
func (s *Server) perCaller() int {
	switch {
	case !s.known():
		return s.cfg.Limits.Connections
	case s.cfg.Limits.PerCaller == 0:
		return max(1, s.cfg.Limits.Connections/2)
	}
	return s.cfg.Limits.PerCaller
}

// ask reads the question, waits for a slot and answers it. A client that sends or reads slowly
// occupies no slot meanwhile.
func (x *exchange) ask(rt route, caller callers.Caller) error {
	body, err := x.body(x.w, x.r)
	if err != nil {
		return err
	}
	x.read = true
	if err := x.waitForStart(x.r.Context()); err != nil {
		return err
	}
	var media string
	var answer []byte
	err = x.gate.run(x.r.Context(), caller.Name, x.cfg.Limits.Time, x.abandon, func(ctx context.Context) (err error) {
		media, answer, err = x.decide(ctx, rt, caller, body)
		return err
	})
	if err != nil {
		return err
	}
	x.send(http.StatusOK, media, answer)
	return nil
}

// waitForStart waits for the end of the first activation, at most as long as for a slot:
// programs that start at the same time ask before there is a policy.
func (x *exchange) waitForStart(ctx context.Context) error {
	if x.live.Current() != nil {
		return nil
	}
	ctx, cancel := linger(ctx, halfClosed)
	defer cancel()
	timeout := time.NewTimer(x.cfg.Limits.Queue)
	defer timeout.Stop()
	select {
	case <-x.up:
	case <-timeout.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// decide computes the answer. It may end after the exchange was abandoned: it must not access
// the exchange's mutable fields.
func (x *exchange) decide(ctx context.Context, rt route, caller callers.Caller, body []byte) (media string, text []byte, err error) {
	policy := x.live.Current()
	if policy == nil {
		return "", nil, busy("there is no policy yet to decide by")
	}
	x.revisionUsed.Store(&policy.Revision)
	o, err := x.parse(body)
	if err != nil {
		return "", nil, err
	}
	c := &call{
		policy: policy, caller: caller, limits: x.cfg.Limits, terse: x.cfg.Terse, pageKey: x.pageKey, accept: x.r.Header.Values("Accept"),
		failed: x.policyFailed, count: x.metrics.decided, journal: x.journal(policy, caller, len(body)),
	}
	if x.filterers != nil {
		c.filterer = func(ctx context.Context) (Filterer, error) { return x.filterers.of(ctx, policy) }
	}
	answer, err := rt.ask(c)(ctx, o)
	// Decisions are logged before they are answered.
	if c.journal != nil {
		x.management.Log(x.r.Context(), c.journal.entries...)
	}
	if err != nil {
		return "", nil, err
	}
	return marshal(answer)
}

var errTime = busy("the answer takes more time than there is: ask for less at once")

func (x *exchange) policyFailed(err error) {
	x.cfg.Log.Error("the policy fails on a request", "error", err, "revision", x.revision(), "request_id", requestID(x.r))
}

func (x *exchange) panicked(value any, stack string) {
	x.cfg.Log.Error("a request made the decision point fail", "panic", fmt.Sprint(value), "stack", stack[:min(len(stack), stackMax)], "request_id", requestID(x.r))
}

// fail answers with a refusal. Other errors are logged and not shown.
func (x *exchange) fail(err error) {
	var r *refusal
	var p *panicked
	switch {
	case errors.As(err, &r):
		x.refuse(r)
	case errors.As(err, &p):
		x.panicked(p.value, p.stack)
		x.refuse(errInternal)
	case x.r.Context().Err() != nil:
		// A client that has only closed its side reads this; an empty answer would look like a
		// valid one.
		x.refuse(errGone)
		x.status = statusGone
	default:
		x.policyFailed(err)
		x.refuse(errInternal)
	}
}

// statusGone is the status in metrics and logs for a client that did not wait.
const statusGone = 499

var errGone = busy("the client closed its side of the connection before there was an answer")

func (x *exchange) refuse(r *refusal) {
	if x.status != 0 {
		return // the answer has begun
	}
	if r.header[0] != "" {
		x.w.Header().Set(r.header[0], r.header[1])
	}
	if r.Status != http.StatusServiceUnavailable && r.Status != http.StatusInternalServerError {
		x.revisionUsed.Store(nil)
	}
	_ = x.write(r.Status, errorAnswer{r})
}

// write writes an answer completely or not at all.
func (x *exchange) write(status int, answer any) error {
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	x.send(status, jsonMedia, text)
	return nil
}

const jsonMedia = "application/json"

// Values of headers that are the same in all answers.
var noStore, noSniff = []string{"no-store"}, []string{"nosniff"}

func (x *exchange) send(status int, media string, text []byte) {
	h := x.w.Header()
	h["Content-Type"] = []string{media}
	h["Content-Length"] = []string{strconv.Itoa(len(text))}
	h["Cache-Control"], h["X-Content-Type-Options"] = noStore, noSniff
	if revision := x.revisionUsed.Load(); revision != nil {
		h["X-Policy-Revision"] = []string{*revision}
	}
	if x.closes() {
		h.Set("Connection", "close")
	}
	if x.unread() {
		// net/http reads the rest of the body before it closes the connection.
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Now().Add(restWithin)) // Envoy's requests do not support it
	}
	x.status = status
	x.w.WriteHeader(status)
	_, _ = x.w.Write(text) // a client that has disconnected is not an error
}

// closes reports whether the connection ends with this answer. An unknown client must not
// occupy a connection. A chunked request may also have sent a length, which net/http does not
// report: a proxy that uses the length would take the rest for another request (RFC 9112,
// section 6.1).
func (x *exchange) closes() bool {
	return x.last || x.caller == "" || len(x.r.TransferEncoding) > 0 || x.unread()
}

// unread reports whether the body was not read to its end. The next request on the connection
// cannot be found without waiting for a client that may send slowly.
func (x *exchange) unread() bool { return !x.read && x.r.ContentLength != 0 }

// restWithin is the time limit for the rest of a body that is discarded.
const restWithin = 100 * time.Millisecond

// finished counts a request and, if enabled, logs it, but never its body, its token or a header
// other than the id.
func (s *Server) finished(x *exchange, took time.Duration) {
	s.metrics.finished(x.path, x.status, took)
	if !s.cfg.AccessLog {
		return
	}
	s.cfg.Log.Info("request", "api", x.path, "status", x.status, "seconds", took.Seconds(), "caller", x.caller, "request_id", requestID(x.r))
}

// requestID is the id of a request, limited in length for the log.
func requestID(r *http.Request) string {
	id := strings.ToValidUTF8(r.Header.Get("X-Request-Id"), "�")
	if len(id) > 128 {
		id = strings.ToValidUTF8(id[:128], "") + "…"
	}
	return id
}
