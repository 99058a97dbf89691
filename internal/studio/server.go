package studio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// DefaultListen is the address that the studio listens at unless it is told otherwise; port 0
// takes a free one.
const DefaultListen = "127.0.0.1:0"

// Options say what a studio shows and where.
type Options struct {
	// Directory holds the rules, and usually a snapshot in its folder site.
	Directory string
	// Snapshot is the directory of a snapshot; "" takes the one in the folder, if there is one.
	Snapshot string
	// Listen is a loopback address, HOST:PORT.
	Listen   string
	Compiler compiler.Options
	// Variables are the values of ${NAME} in rules.
	Variables map[string]string
	// Site is the live site that changes are planned for when the page asks; nil for none.
	Site *qrs.Site
	// Apply lets the page apply plans to the site.
	Apply bool
}

// Studio is a server that listens and does not serve yet.
type Studio struct {
	guard     *guard
	listener  net.Listener
	server    *http.Server
	directory *directory
	console   *console
}

// ErrAddress is the error of an address that other machines can reach.
var ErrAddress = errors.New("the studio listens on this machine alone: give a loopback address, such as 127.0.0.1:8383")

// Open reads the folder and listens. The error is that of the folder or of the address.
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
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, winsockInUse) {
		err = fmt.Errorf("%s is in use, perhaps by another studio: name another address, or none to have a free port taken", o.Listen)
	}
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

// winsockInUse is what Windows answers for an address in use, WSAEADDRINUSE. It is not
// syscall.EADDRINUSE there.
const winsockInUse = syscall.Errno(10048)

// Address is the address of the page with the token that opens it.
func (s *Studio) Address() string {
	return fmt.Sprintf("http://%s/?token=%s", s.listener.Addr(), s.guard.token)
}

// Serve answers requests until the context ends. Long work that runs then is cancelled.
func (s *Studio) Serve(ctx context.Context) error {
	s.server.BaseContext = func(net.Listener) context.Context { return context.WithValue(ctx, servingKey{}, ctx) }
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(s.listener) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		// Streams end with the context; those that do not are cut off.
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

// checkLoopback returns an error about an address that is not of this machine alone.
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
