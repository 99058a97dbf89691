package pdp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestTrustIsVerifiedAgain removes an authority while a connection of one of its clients stays open.
func TestTrustIsVerifiedAgain(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	template = &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{"hub.example.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	if der, err = x509.CreateCertificate(rand.Reader, template, authority, key.Public(), key); err != nil {
		t.Fatal(err)
	}
	client, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AddCert(authority)
	s := &Server{cfg: Config{TLS: &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{ClientCAs: authorities}, nil
	}}}}
	opened := &trust{verified: time.Now().Add(-2 * trustFor)}
	r := (&http.Request{TLS: &tls.ConnectionState{PeerCertificates: []*x509.Certificate{client}}}).WithContext(context.WithValue(t.Context(), trustKey{}, opened))
	if !s.trusted(r) || time.Since(opened.verified) > trustFor {
		t.Error("a client of an authority is not trusted")
	}
	authorities = x509.NewCertPool()
	opened.verified = time.Now().Add(-2 * trustFor)
	if s.trusted(r) {
		t.Error("a client of an authority that was taken away is trusted")
	}
}

// TestHTTPErrors checks that errors are counted by kind, and that errors that prevent connections are
// logged as warnings.
func TestHTTPErrors(t *testing.T) {
	var log strings.Builder
	s := &Server{cfg: Config{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	s.metrics = newMetrics(s)
	for kind, line := range map[string]string{
		acceptErrors: "http: Accept error: accept tcp 127.0.0.1:1: accept4: too many open files; retrying in 5ms\n",
		tlsErrors:    "http: TLS handshake error from 127.0.0.1:1: EOF\n",
		otherErrors:  "http: superfluous\n",
	} {
		if n, err := (httpErrors{s}).Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("%d %v", n, err)
		}
		registry := prometheus.NewRegistry()
		registry.MustRegister(s.metrics.httpErrors)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(families); !strings.Contains(text, kind) {
			t.Errorf("%s is not counted: %s", kind, text)
		}
	}
	if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "too many open files") {
		t.Errorf("%s", &log)
	}
}
