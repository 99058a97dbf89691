package callers

import (
	"crypto/x509"
	"net/http"
)

// AnyCertificate lets everybody with a certificate that was verified ask
// everything.
type AnyCertificate struct{}

// Authenticate implements Authenticator.
func (AnyCertificate) Authenticate(r *http.Request) (Caller, error) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return Caller{}, ErrUnknown
	}
	name := "certificate"
	if names := certificateNames(r.TLS.PeerCertificates[0]); len(names) > 0 {
		name = names[0]
	}
	return Caller{Name: name, May: All}, nil
}

// certificateNames returns the names that a certificate is issued for. The
// common name counts only where there are no others.
func certificateNames(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, uri := range c.URIs {
		names = append(names, uri.String())
	}
	if len(names) == 0 && c.Subject.CommonName != "" {
		names = []string{c.Subject.CommonName}
	}
	return names
}
