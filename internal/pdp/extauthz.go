package pdp

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/tap"

	"github.com/qlik2rego/qlik2rego/internal/deepstack"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/edge"
	"github.com/qlik2rego/qlik2rego/internal/pdp/extauthz"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
)

// envoy answers Envoy's external authorization service over gRPC. Everybody who can connect to
// its listener may ask: Envoy has no other credential.
type envoy struct{ s *Server }

// checkMax is the maximum size of a check in bytes, including headers.
const checkMax = 256 << 10

// connectionWindow is the number of bytes that a connection of Envoy may send before they are
// read. It is fixed, so that the number of connections limits their memory.
const connectionWindow = 1 << 20

// envoyServer makes the gRPC server.
func (s *Server) envoyServer() *grpc.Server {
	return extauthz.NewServer(&envoy{s: s},
		grpc.MaxRecvMsgSize(checkMax), grpc.MaxConcurrentStreams(256), grpc.ConnectionTimeout(s.cfg.Limits.Read), grpc.MaxHeaderListSize(headerMax),
		grpc.InitialWindowSize(checkMax), grpc.InitialConnWindowSize(connectionWindow), grpc.InTapHandle(s.inTime))
}

// inTime limits the total time of a check: its arrival, waiting and answer.
func (s *Server) inTime(ctx context.Context, _ *tap.Info) (context.Context, error) {
	l := s.cfg.Limits
	ctx, cancel := context.WithTimeout(ctx, l.Read+l.Queue+l.Time)
	context.AfterFunc(ctx, cancel)
	return ctx, nil
}

// busyListener marks all its connections as in use for a limiter: a connection of Envoy carries
// many requests and is never idle.
type busyListener struct{ *listen.Limiter }

// Accept implements net.Listener.
func (l busyListener) Accept() (net.Conn, error) {
	c, err := l.Limiter.Accept()
	if err == nil {
		l.State(c, http.StateActive)
		l.Hold(c)
	}
	return c, err
}

// Check implements extauthz.Authorizer.
func (e *envoy) Check(ctx context.Context, check *extauthz.Check) (*extauthz.Answer, error) {
	start := time.Now()
	x := &exchange{Server: e.s, r: (&http.Request{Header: http.Header{}}).WithContext(ctx), path: "ext_authz", caller: "envoy"}
	if id, ok := check.Headers["x-request-id"]; ok {
		x.r.Header.Set("X-Request-Id", id)
	}
	x.r.RemoteAddr = check.Peer
	err := x.check(ctx, edge.Question{Method: check.Method, URI: check.Path, Header: func(name string) []string {
		value, ok := check.Headers[strings.ToLower(name)]
		if !ok || strings.Contains(value, ",") { // Envoy joins headers of one name
			return nil
		}
		return []string{value}
	}}, callers.Caller{Name: "envoy", May: callers.Evaluate})
	x.status = http.StatusOK
	answer := &extauthz.Answer{Code: codes.OK}
	if err != nil {
		x.status = x.refused(err)
		answer = deny(x.status)
	}
	e.s.finished(x, time.Since(start))
	return answer, nil
}

// check decides a check, unless the number of open checks is that of allowed connections. It
// does so on another goroutine, and returns when the work is abandoned.
func (x *exchange) check(ctx context.Context, q edge.Question, caller callers.Caller) error {
	if !x.gate.turns.enter(caller.Name, x.cfg.Limits.Connections) {
		return errFull
	}
	defer x.gate.turns.exit(caller.Name)
	checked := make(chan error, 2) // one of which is never received
	go func() {
		deepstack.Reserve()
		checked <- unpanicked(ctx, func(ctx context.Context) error {
			return x.pass(ctx, q, caller, func(reason error) bool {
				checked <- reason
				return true
			})
		})
	}()
	return <-checked
}

// refused returns the status of an error, and logs it if it is a failure.
func (x *exchange) refused(err error) int {
	r := asRefusal(err)
	if r == errInternal {
		if x.r.Context().Err() != nil {
			return http.StatusServiceUnavailable
		}
		x.policyFailed(err)
	}
	return r.Status
}

func deny(code int) *extauthz.Answer {
	grpcCode := codes.PermissionDenied
	switch code {
	case http.StatusUnauthorized:
		grpcCode = codes.Unauthenticated
	case http.StatusServiceUnavailable, http.StatusInternalServerError:
		grpcCode = codes.Unavailable
	}
	return &extauthz.Answer{Code: grpcCode, Status: code, Header: [][2]string{{"cache-control", "no-store"}}}
}
