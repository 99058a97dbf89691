package pdp

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	types "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/edge"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
)

// envoy answers Envoy's external authorization service over gRPC. Who reaches its
// listener may ask: Envoy has no other credential than its connection.
type envoy struct {
	auth.UnimplementedAuthorizationServer
	s *Server
}

// checkMax is the number of bytes of a check, headers and all.
const checkMax = 256 << 10

// envoyServer makes the gRPC server.
func (s *Server) envoyServer() *grpc.Server {
	g := grpc.NewServer(grpc.MaxRecvMsgSize(checkMax), grpc.MaxConcurrentStreams(256), grpc.ConnectionTimeout(s.cfg.Limits.Read), grpc.MaxHeaderListSize(headerMax))
	auth.RegisterAuthorizationServer(g, &envoy{s: s})
	return g
}

// busyListener tells a limiter that its connections are in use: a connection of
// Envoy carries many requests and is never idle.
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

// Check implements auth.AuthorizationServer.
func (e *envoy) Check(ctx context.Context, check *auth.CheckRequest) (*auth.CheckResponse, error) {
	start := time.Now()
	asked := check.GetAttributes().GetRequest().GetHttp()
	x := &exchange{Server: e.s, r: (&http.Request{Header: http.Header{}}).WithContext(ctx), path: "ext_authz", caller: "envoy"}
	if id, ok := asked.GetHeaders()["x-request-id"]; ok {
		x.r.Header.Set("X-Request-Id", id)
	}
	if peer := check.GetAttributes().GetSource().GetAddress().GetSocketAddress(); peer != nil {
		x.r.RemoteAddr = peer.GetAddress()
	}
	err := x.pass(ctx, edge.Question{Method: asked.GetMethod(), URI: asked.GetPath(), Header: func(name string) []string {
		value, ok := asked.GetHeaders()[strings.ToLower(name)]
		if !ok || strings.Contains(value, ",") { // Envoy joins headers of one name
			return nil
		}
		return []string{value}
	}}, callers.Caller{Name: "envoy", May: callers.Evaluate})
	x.status = http.StatusOK
	answer := &auth.CheckResponse{Status: &status.Status{Code: int32(codes.OK)}, HttpResponse: &auth.CheckResponse_OkResponse{OkResponse: &auth.OkHttpResponse{}}}
	if err != nil {
		x.status = x.refused(err)
		answer = deny(x.status)
	}
	e.s.finished(x, time.Since(start))
	return answer, nil
}

// refused returns the status of an error, and logs a failure.
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

func deny(code int) *auth.CheckResponse {
	grpcCode := codes.PermissionDenied
	switch code {
	case http.StatusUnauthorized:
		grpcCode = codes.Unauthenticated
	case http.StatusServiceUnavailable, http.StatusInternalServerError:
		grpcCode = codes.Unavailable
	}
	return &auth.CheckResponse{
		Status: &status.Status{Code: int32(grpcCode)},
		HttpResponse: &auth.CheckResponse_DeniedResponse{DeniedResponse: &auth.DeniedHttpResponse{
			Status:  &types.HttpStatus{Code: types.StatusCode(code)},
			Headers: []*core.HeaderValueOption{{Header: &core.HeaderValue{Key: "cache-control", Value: "no-store"}}},
		}},
	}
}
