package studio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// DefaultListen is the default address of the studio; port 0 selects a free port.
const DefaultListen = "127.0.0.1:0"

// Options are the options of a studio.
type Options struct {
	// Directory contains the rules, and usually a snapshot in its subdirectory site.
	Directory string
	// Snapshot is the directory of a snapshot; "" selects the one in Directory, if there is one.
	Snapshot string
	// Listen is a loopback address, HOST:PORT.
	Listen   string
	Compiler compiler.Options
	// Variables are the values of ${NAME} in rules.
	Variables map[string]string
	// Site is the live site for plans, which the page requests; nil if there is none.
	Site *qrs.Site
	// Apply lets the page apply plans to the site.
	Apply bool
}

// Studio is a server that listens but does not serve yet.
type Studio struct {
	guard     *guard
	listener  net.Listener
	server    *http.Server
	directory *directory
	console   *console
}

// ErrAddress is the error for an address that other machines can reach.
var ErrAddress = errors.New("the studio listens on this machine only: give a loopback address, such as 127.0.0.1:8383")

// Open reads the directory and listens. The error is about the directory or the address.
func Open(o Options) (*Studio, error) {
	if o.Listen == "" {
		o.Listen = DefaultListen
	}
	if err := checkLoopback(o.Listen); err != nil {
		return nil, err
	}
	if o.Compiler.Schema == nil {
		o.Compiler.Schema = schema.Default()
	}
	if o.Snapshot != "" {
		if err := isDirectory(o.Snapshot, "name the folder of a snapshot, as pull writes it"); err != nil {
			return nil, err
		}
	}
	f, err := openDirectory(o.Directory)
	if err != nil {
		return nil, err
	}
	console := newConsole(f, o)
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	g := newGuard(l.Addr().(*net.TCPAddr))
	s := &Studio{guard: g, listener: l, directory: f, console: console}
	s.server = &http.Server{
		Handler: g.protect(routes(console)), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	return s, nil
}

// Address returns the URL of the page, with the token that opens it.
func (s *Studio) Address() string {
	return fmt.Sprintf("http://%s/?token=%s", s.listener.Addr(), s.guard.token)
}

// Serve answers requests until the context ends. It then cancels long work.
func (s *Studio) Serve(ctx context.Context) error {
	s.server.BaseContext = func(net.Listener) context.Context { return context.WithValue(ctx, servingKey{}, ctx) }
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(s.listener) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		// Streams end with the context; after the timeout the others are cut off.
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if s.server.Shutdown(wait) != nil {
			_ = s.server.Close() // nothing is left to save: answers were cut off
		}
		err = <-ended
	}
	s.console.writing.Wait() // a write to a site is not cut off
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, s.directory.Close())
}

// checkLoopback returns an error if an address is not a loopback address.
func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not a valid address, HOST:PORT: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ErrAddress
	}
	return nil
}
