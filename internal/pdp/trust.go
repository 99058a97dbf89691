package pdp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
)

// trustFor is the time for which the verification of a client's certificate is valid. Otherwise
// a connection that is never idle would outlive a revoked authority.
const trustFor = 10 * time.Second

// trust is the verification state of a connection. A connection has one request at a time.
type trust struct {
	// verified is the time at which the client's certificate was verified.
	verified time.Time
	hold     func()
}

type trustKey struct{}

// connected returns the ConnContext of a server behind a limiter.
func connected(l *listen.Limiter) func(context.Context, net.Conn) context.Context {
	return func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, trustKey{}, &trust{time.Now(), func() { l.Hold(c) }})
	}
}

// hold protects the connection of a request from eviction until the request ends: its caller
// has sent a valid credential.
func hold(r *http.Request) {
	if t, ok := r.Context().Value(trustKey{}).(*trust); ok {
		t.hold()
	}
}

// held applies hold to all requests of a handler.
func held(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hold(r)
		h.ServeHTTP(w, r)
	})
}

// trusted verifies the certificate of a client again if it is due.
func (s *Server) trusted(r *http.Request) bool {
	if r.TLS == nil || s.cfg.TLS == nil || s.cfg.TLS.GetConfigForClient == nil || len(r.TLS.PeerCertificates) == 0 {
		return true
	}
	t, ok := r.Context().Value(trustKey{}).(*trust)
	if !ok || time.Since(t.verified) < trustFor {
		return true
	}
	now, err := s.cfg.TLS.GetConfigForClient(&tls.ClientHelloInfo{})
	if err != nil {
		return false
	}
	between := x509.NewCertPool()
	for _, c := range r.TLS.PeerCertificates[1:] {
		between.AddCert(c)
	}
	if _, err := r.TLS.PeerCertificates[0].Verify(x509.VerifyOptions{
		Roots: now.ClientCAs, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}); err != nil {
		return false
	}
	t.verified = time.Now()
	return true
}
