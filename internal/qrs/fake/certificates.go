package fake

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// HostName is the short host name in the server's certificate, in addition to localhost and the
// loopback addresses.
const HostName = "qlikserver1"

// The names of the files that the QMC exports certificates to.
const (
	RootFile      = "root.pem"
	ClientFile    = "client.pem"
	ClientKeyFile = "client_key.pem"
)

// Certificates are those that the central node of a site generates: an authority, the
// certificate of the server and that of clients.
type Certificates struct {
	Server tls.Certificate
	Client tls.Certificate
	Roots  *x509.CertPool
	// Root, ClientPEM and KeyPEM are the files that the QMC exports.
	Root, ClientPEM, KeyPEM []byte
}

// NewCertificates generates certificates that are valid for ten years from now.
func NewCertificates(now time.Time) (*Certificates, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root := template(now, 1, HostName+"-CA")
	root.IsCA, root.BasicConstraintsValid = true, true
	root.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	server := template(now, 2, HostName)
	server.DNSNames = []string{HostName, "localhost"}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	client := template(now, 3, "QlikClient")
	client.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	c := &Certificates{Roots: x509.NewCertPool(), Root: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})}
	c.Roots.AppendCertsFromPEM(c.Root)
	certPEM, keyPEM, err := issue(server, root, rootKey)
	if err != nil {
		return nil, err
	}
	if c.Server, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		return nil, err
	}
	if c.ClientPEM, c.KeyPEM, err = issue(client, root, rootKey); err != nil {
		return nil, err
	}
	c.Client, err = tls.X509KeyPair(c.ClientPEM, c.KeyPEM)
	return c, err
}

func template(now time.Time, serial int64, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

func issue(cert, root *x509.Certificate, rootKey *ecdsa.PrivateKey) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, root, &key.PublicKey, rootKey)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), nil
}

// Export writes the files that the QMC exports to a folder.
func (c *Certificates) Export(dir string) error {
	for _, f := range []struct {
		name    string
		content []byte
		mode    os.FileMode
	}{{RootFile, c.Root, 0o644}, {ClientFile, c.ClientPEM, 0o644}, {ClientKeyFile, c.KeyPEM, 0o600}} {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.content, f.mode); err != nil {
			return err
		}
	}
	return nil
}
