package fake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Demo is a site for trying commands: it listens at an address, and a directory has the
// certificates and a sites.yaml with the site demo.
type Demo struct {
	Scenarios fs.FS
	Scenario  string
	Listen    string
	// Dir is created if it does not exist.
	Dir string
	// Options are those of the server.
	Options Options
}

// Run serves the site until the context ends. It calls started with the site's address after it
// has written sites.yaml.
func (d Demo) Run(ctx context.Context, started func(url string) error) error {
	store, err := Scenario(d.Scenarios, d.Scenario, time.Now)
	if err != nil {
		return err
	}
	return d.Serve(ctx, store, started)
}

// Serve is Run with a store instead of the scenario.
func (d Demo) Serve(ctx context.Context, store *Store, started func(url string) error) error {
	certificates, err := NewCertificates(time.Now())
	if err != nil {
		return err
	}
	// The address comes first: if another demo site uses it, the files of that site stay valid.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.Listen)
	if err != nil {
		return err
	}
	err = os.MkdirAll(d.Dir, 0o755)
	if err == nil {
		err = certificates.Export(d.Dir)
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := NewHTTPServer(New(store, d.Options).Repository(), TLSConfig(certificates, true))
	failed := make(chan error, 1)
	go func() { failed <- server.ServeTLS(listener, "", "") }()
	url := "https://" + listener.Addr().String()
	err = d.writeSites(url)
	if err == nil {
		err = started(url)
	}
	if err != nil {
		return errors.Join(err, server.Close())
	}
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-failed:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	}
}

// writeSites writes sites.yaml under another name first, so that it is complete when it
// appears.
func (d Demo) writeSites(url string) error {
	text := fmt.Sprintf(`# The site that qlik2rego site demo serves. It is gone when that command ends.
sites:
  demo:
    url: %s
    cert: %s
    key: %s
    ca: %s
    user: INTERNAL\sa_repository
    protect: ['ACME\root']
`, url, ClientFile, ClientKeyFile, RootFile)
	temp := filepath.Join(d.Dir, ".sites.yaml")
	if err := os.WriteFile(temp, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(d.Dir, "sites.yaml"))
}
