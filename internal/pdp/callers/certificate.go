package callers

import (
	"crypto/x509"
	"net/http"
	"strings"
	"time"
)

// AnyCertificate allows everything to everybody with a verified certificate.
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

// certificate returns the verified and unexpired certificate of a client, or nil.
func certificate(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || time.Now().After(r.TLS.PeerCertificates[0].NotAfter) {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}

// certificateNames returns the names that a certificate is issued for. The common name is only
// used if there are no others. Only names of URIs contain a colon: a URI "hub.example.com" must
// not be taken for the host.
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
