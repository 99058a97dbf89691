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
}

// Enabled reports whether there is TLS at all.
func (t TLS) Enabled() bool { return t.Cert != "" || t.Key != "" }

// Config reads the files; it is nil without any. The certificate is read again when its file has
// changed, at most once a second; the authorities of clients are not.
func (t TLS) Config() (*tls.Config, error) {
	if t == (TLS{}) {
		return nil, nil
	}
	if t.Cert == "" || t.Key == "" {
		return nil, errors.New("TLS needs both a certificate and its key")
	}
	pair := &pair{cert: t.Cert, key: t.Key}
	if err := pair.load(); err != nil {
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
	pem, err := os.ReadFile(t.ClientCA)
	if err != nil {
		return nil, err
	}
	c.ClientCAs = x509.NewCertPool()
	if !c.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", t.ClientCA)
	}
	c.ClientAuth = tls.RequireAndVerifyClientCert
	return c, nil
}

// pair is a certificate that follows its file.
type pair struct {
	cert, key string

	mu     sync.Mutex
	loaded *tls.Certificate
	of     time.Time // of the file's last change
	looked time.Time
}

func (p *pair) load() error {
	info, err := os.Stat(p.cert)
	if err != nil {
		return err
	}
	c, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return err
	}
	p.loaded, p.of, p.looked = &c, info.ModTime(), time.Now()
	return nil
}

// get returns the certificate. While a new one cannot be read, or does not fit
// its key yet, it is the old one.
func (p *pair) get() *tls.Certificate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.looked) > time.Second {
		p.looked = now
		if info, err := os.Stat(p.cert); err == nil && !info.ModTime().Equal(p.of) {
			_ = p.load()
		}
	}
	return p.loaded
}
