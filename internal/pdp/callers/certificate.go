package callers

import (
	"crypto/x509"
	"net/http"
	"strings"
	"time"
)

// AnyCertificate lets everybody with a certificate that was verified ask
// everything.
type AnyCertificate struct{}

// Authenticate implements Authenticator.
func (AnyCertificate) Authenticate(r *http.Request) (Caller, error) {
	c := certificate(r)
	if c == nil {
		return Caller{}, ErrUnknown
	}
	name := "certificate"
	if names := certificateNames(c); len(names) > 0 {
		name = names[0]
	}
	return Caller{Name: named("cert", name), May: All}, nil
}

// certificate returns the certificate of a client, verified and not expired since,
// or nil.
func certificate(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || time.Now().After(r.TLS.PeerCertificates[0].NotAfter) {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}

// certificateNames returns the names that a certificate is issued for. The
// common name counts only where there are no others. A name with a colon is that
// of a URI, and no other is: a URI "hub.example.com" must not pass for the host.
func certificateNames(c *x509.Certificate) []string {
	var names []string
	for _, host := range c.DNSNames {
		if !isURI(host) {
			names = append(names, host)
		}
	}
	for _, uri := range c.URIs {
		if name := uri.String(); isURI(name) {
			names = append(names, name)
		}
	}
	if len(c.DNSNames)+len(c.URIs) == 0 && c.Subject.CommonName != "" && !isURI(c.Subject.CommonName) {
		names = []string{c.Subject.CommonName}
	}
	return names
}

func isURI(name string) bool { return strings.Contains(name, ":") }
