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

// TLS are the files of a TLS configuration. Without ClientCA, clients need no
// certificate.
type TLS struct {
	Cert, Key string
	ClientCA  string
	// Report, which may be nil, is told of a file that was read again, and of the
	// error if that failed.
	Report func(path string, err error)
}

// Enabled reports whether there is TLS at all.
func (t TLS) Enabled() bool { return t.Cert != "" || t.Key != "" }

// Check returns why no TLS can be made of the names of the files, or nil.
func (t TLS) Check() error {
	if (t.Enabled() || t.ClientCA != "") && (t.Cert == "" || t.Key == "") {
		return errors.New("TLS needs both a certificate and its key")
	}
	return nil
}

// Config reads the files; it is nil without any. Certificate and authorities are
// read again when their files have changed and nobody has written them for a second,
// and count for the connections that come after that: half of a file of authorities
// would lock out the clients of the others. What cannot be read leaves what was there
// in force.
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
	// A session that is taken up again would not be verified again.
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

// followed is what a file holds, and follows the file.
type followed[T any] struct {
	path   string
	report func(string, error)
	load   func() (T, error)

	mu     sync.Mutex
	loaded T
	of     os.FileInfo // the file, right before it was read
	seen   os.FileInfo // the file at the last look, nil where it was not there
	looked time.Time   // no more than once in lookEvery
	failed string      // the error that was reported last
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

// get returns what the file holds. While that cannot be read, or does not fit
// the other file that it needs yet, it is what it was.
func (f *followed[T]) get() T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.looked) > lookEvery {
		f.looked = now
		f.look()
	}
	return f.loaded
}

// lookEvery is the least time between two looks at a file, and that for which a file
// that has changed must stand still.
const lookEvery = time.Second

func (f *followed[T]) look() {
	info, err := os.Stat(f.path)
	if err == nil {
		// A clock of another machine, such as a file server's, may be ahead.
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
