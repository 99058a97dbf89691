// Package faketest serves scenarios to tests over real TLS.
package faketest

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/testdata/scenarios"
)

// Site is a site that runs until its test ends.
type Site struct {
	*fake.Server
	// URL is the address of the repository, and Dir has the certificates.
	URL, Dir string
}

// Start serves a scenario.
func Start(t testing.TB, scenario string, options fake.Options) *Site {
	t.Helper()
	store, err := fake.Scenario(scenarios.FS, scenario, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return Serve(t, store, options)
}

// Serve serves a store.
func Serve(t testing.TB, store *fake.Store, options fake.Options) *Site {
	t.Helper()
	certificates, err := fake.NewCertificates(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := &Site{Server: fake.New(store, options), Dir: t.TempDir()}
	if err := certificates.Export(s.Dir); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := fake.NewHTTPServer(s.Repository(), fake.TLSConfig(certificates, true))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.ServeTLS(listener, "", ""); err != http.ErrServerClosed { //nolint:errorlint // it is returned as it is
			t.Error(err)
		}
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	s.URL = "https://" + listener.Addr().String()
	return s
}

// Client connects as the repository's own account.
func (s *Site) Client(t testing.TB) *qrs.Client { return s.As(t, qrs.DefaultUser) }

// As connects as a user, DIR\id.
func (s *Site) As(t testing.TB, user string) *qrs.Client {
	t.Helper()
	return s.With(t, "    user: "+user+"\n")
}

// With connects with more lines of sites.yaml, indented by four spaces.
func (s *Site) With(t testing.TB, more string) *qrs.Client {
	t.Helper()
	return s.Named(t, "test", more)
}

// Named is With for a site of a name.
func (s *Site) Named(t testing.TB, name, more string) *qrs.Client {
	t.Helper()
	file := filepath.Join(s.Dir, "sites.yaml")
	text := "sites:\n  " + name + ":\n    url: " + s.URL + "\n    cert: client.pem\n    key: client_key.pem\n    ca: root.pem\n" + more
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sites, err := qrs.ReadSites(file)
	if err != nil {
		t.Fatal(err)
	}
	client, err := qrs.Connect(sites[name])
	if err != nil {
		t.Fatal(err)
	}
	client.RetryAfter(time.Millisecond)
	t.Cleanup(client.Close)
	return client
}
