package callers

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFilesStandStill has a file of callers that is being written, and one that was deleted: the callers
// of the last complete file stay valid, no partial token is accepted, and the state is reported.
func TestFilesStandStill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "callers")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const whole = "portal evaluate token 0123456789abcdef0123456789abcdef\n"
	write(whole)
	f, err := Open(path, func(text []byte) (Authenticator, error) { return ParseList(text) })
	if err != nil {
		t.Fatal(err)
	}
	looks := func(changes bool, token string) {
		t.Helper()
		changed, err := f.look()
		known := &http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}}
		if _, unknown := f.Authenticate(known); changed != changes || unknown != nil {
			t.Errorf("changed: %t, %v; the token that should count: %v", changed, err, unknown)
		}
	}
	const old, fresh = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	looks(false, old)
	write("") // before the first byte is written
	looks(false, old)
	write("portal evaluate token fedcba9876543210") // before the last byte is written
	looks(false, old)
	write("portal evaluate token " + fresh + "\n")
	looks(false, old)
	looks(true, fresh)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	looks(true, fresh)
	if _, err := f.State(); err == nil {
		t.Error("a file that is gone is not said")
	}
	write("portal evaluate token " + fresh + "\n# again\n")
	looks(false, fresh)
	looks(true, fresh)
	if _, err := f.State(); err != nil {
		t.Error(err)
	}
}

// TestExpiredCertificates checks that expired certificates are rejected even on connections that were
// opened before.
func TestExpiredCertificates(t *testing.T) {
	for expires, known := range map[time.Duration]bool{time.Hour: true, -time.Second: false} {
		c := &x509.Certificate{DNSNames: []string{"hub.example.com"}, NotAfter: time.Now().Add(expires)}
		r := &http.Request{TLS: &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c}, VerifiedChains: [][]*x509.Certificate{{c}}}}
		if _, err := (AnyCertificate{}).Authenticate(r); (err == nil) != known {
			t.Errorf("expires in %s: %v", expires, err)
		}
	}
}
