package listen

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// TLS names the files of a TLS configuration. Without ClientCA, clients need no certificate.
type TLS struct {
	Cert, Key string
	ClientCA  string
	// Report, which may be nil, is called when a file has been read again, with the error if
	// that failed.
	Report func(path string, err error)
}

// Enabled reports whether TLS is configured.
func (t TLS) Enabled() bool { return t.Cert != "" || t.Key != "" }

// Check returns an error if the combination of files is invalid.
func (t TLS) Check() error {
	if (t.Enabled() || t.ClientCA != "") && (t.Cert == "" || t.Key == "") {
		return errors.New("TLS needs both a certificate and its key")
	}
	return nil
}

// Config reads the files; it is nil without any. Certificate and authorities are read again
// when their files have changed and have then been stable for a second, and apply to later
// connections: half of a file of authorities would lock out clients. If a file cannot be read,
// the previous content stays in force.
func (t TLS) Config() (*tls.Config, error) {
	if err := t.Check(); err != nil || !t.Enabled() {
		return nil, err
	}
	if t.Report == nil {
		t.Report = func(string, error) {}
	}
	pair, err := follow(t.Cert, t.Report, func() (*tls.Certificate, error) {
		c, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		return &c, err
	})
	if err != nil {
		return nil, err
	}
	c := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return pair.get(), nil },
	}
	if t.ClientCA == "" {
		return c, nil
	}
	c.ClientAuth = tls.RequireAndVerifyClientCert
	// A resumed session would not be verified again.
	c.SessionTicketsDisabled = true
	authorities, err := follow(t.ClientCA, t.Report, func() (*tls.Config, error) {
		pool, err := authorities(t.ClientCA)
		with := c.Clone()
		with.ClientCAs = pool
		return with, err
	})
	if err != nil {
		return nil, err
	}
	whole := c.Clone()
	whole.ClientCAs = authorities.get().ClientCAs
	whole.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return authorities.get(), nil }
	return whole, nil
}

func authorities(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", path)
	}
	return pool, nil
}

// followed is the content of a file, which is read again when the file changes.
type followed[T any] struct {
	path   string
	report func(string, error)
	load   func() (T, error)

	mu     sync.Mutex
	loaded T
	of     os.FileInfo // the file, just before it was read
	seen   os.FileInfo // the file at the last check, nil if it did not exist
	looked time.Time   // at most once in lookEvery
	failed string      // the last reported error
}

func follow[T any](path string, report func(string, error), load func() (T, error)) (*followed[T], error) {
	f := &followed[T]{path: path, report: report, load: load, looked: time.Now()}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f.of, f.seen = info, info
	f.loaded, err = load()
	return f, err
}

// get returns the content of the file. If it cannot be read, or does not match the other file
// yet, that is the previous content.
func (f *followed[T]) get() T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.looked) > lookEvery {
		f.looked = now
		f.look()
	}
	return f.loaded
}

// lookEvery is the minimum time between two checks of a file, and for which a changed file must
// be stable.
const lookEvery = time.Second

func (f *followed[T]) look() {
	info, err := os.Stat(f.path)
	if err == nil {
		// The clock of another machine, such as a file server, may be ahead.
		still := f.seen != nil && same(info, f.seen) || time.Since(info.ModTime()) > lookEvery
		if f.seen = info; !still || same(info, f.of) && f.failed == "" {
			return
		}
	} else {
		f.seen = nil
	}
	var again T
	if err == nil {
		again, err = f.load()
	}
	if err == nil {
		f.loaded, f.of, f.failed = again, info, ""
		f.report(f.path, nil)
	} else if f.failed != err.Error() {
		f.failed = err.Error()
		f.report(f.path, err)
	}
}

func same(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}
