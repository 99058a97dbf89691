// Package extauthz implements Envoy's external authorization service (envoy.service.auth.v3):
// the part of its messages that the decision point needs, and a gRPC server.
//
// Envoy's own Go module contains all of Envoy's configuration: with its validators it would add
// two megabytes to the program and half a minute to a cold build, for nine fields. The tests
// use that module as the client.
package extauthz

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
)

// Check is a request that Envoy asks about. Fields that Envoy did not send are empty.
type Check struct {
	Method, Path string
	// Headers are by lower-case name; Envoy joins the values of one name with commas.
	Headers map[string]string
	// Peer is the address of Envoy's client.
	Peer string
}

// Answer lets a request pass, or denies it.
type Answer struct {
	// Code is OK if the request may pass.
	Code codes.Code
	// Status is the HTTP status of a denial.
	Status int
	// Header are headers of a denial.
	Header [][2]string
}

// Authorizer answers checks. An error becomes the status of the call, which Envoy handles
// according to its failure_mode_allow.
type Authorizer interface {
	Check(context.Context, *Check) (*Answer, error)
}

// NewServer returns a server of the service. The options must not have interceptors.
func NewServer(a Authorizer, options ...grpc.ServerOption) *grpc.Server {
	s := grpc.NewServer(append(options, grpc.ForceServerCodec(codec{}))...)
	s.RegisterService(&service, a)
	return s
}

var service = grpc.ServiceDesc{
	ServiceName: "envoy.service.auth.v3.Authorization",
	HandlerType: (*Authorizer)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Check", Handler: check}},
	Metadata:    "envoy/service/auth/v3/external_auth.proto",
}

func check(a any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var c Check
	if err := decode(&c); err != nil {
		return nil, err
	}
	answer, err := a.(Authorizer).Check(ctx, &c)
	if err != nil {
		return nil, err
	}
	return answer, nil
}
