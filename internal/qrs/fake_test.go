package qrs

import (
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
)

// a site over real TLS, both its ports.
type testSite struct {
	*fake.Server
	dir               string
	repository, proxy string
}

func startSite(t *testing.T, options fake.Options) *testSite {
	t.Helper()
	store, err := fake.Load(os.DirFS("../../testdata/scenarios/real-site/site"), nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	certificates, err := fake.NewCertificates(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := &testSite{Server: fake.New(store, options), dir: t.TempDir()}
	if err := certificates.Export(s.dir); err != nil {
		t.Fatal(err)
	}
	s.repository = listen(t, s.Repository(), fake.TLSConfig(certificates, true))
	s.proxy = listen(t, s.Proxy(), fake.TLSConfig(certificates, false))
	return s
}

func listen(t *testing.T, h http.Handler, config *tls.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := fake.NewHTTPServer(h, config)
	done := make(chan struct{})
	go func() { defer close(done); _ = server.ServeTLS(l, "", "") }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return "https://" + l.Addr().String()
}

// site returns the entry in sites.yaml for a connection by certificate.
func (s *testSite) site(t *testing.T, text string) *Site {
	t.Helper()
	file := filepath.Join(s.dir, "sites.yaml")
	if err := os.WriteFile(file, []byte("sites:\n  test:\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	sites, err := ReadSites(file)
	if err != nil {
		t.Fatal(err)
	}
	return sites["test"]
}

func (s *testSite) certificate() string {
	return "    url: " + s.repository + "\n    cert: client.pem\n    key: client_key.pem\n    ca: root.pem\n"
}

func connect(t *testing.T, s *Site) *Client {
	t.Helper()
	c, err := Connect(s)
	if err != nil {
		t.Fatal(err)
	}
	c.RetryAfter(time.Millisecond)
	t.Cleanup(c.Close)
	return c
}
