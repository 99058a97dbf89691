package pdp_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
)

var (
	yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	pemBlock  = regexp.MustCompile(`(?s) +-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n`)
)

// TestDocumentedConfigurations runs every configuration of the page against a control plane: a bundle
// decides, and the configured logs and status arrive.
func TestDocumentedConfigurations(t *testing.T) {
	page, err := os.ReadFile("../../docs/decision-point.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CONTROL_TOKEN", aSecret)
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	examples := yamlBlock.FindAllSubmatch(page, -1)
	if len(examples) != 5 {
		t.Errorf("the page has %d configurations", len(examples))
	}
	for _, example := range examples {
		yaml := string(example[1])
		s := newPlane(t)
		dir := t.TempDir()
		yaml = pemBlock.ReplaceAllString(yaml, publicKey(t, private))
		for from, to := range map[string]string{"https://control.example.com": s.url, "/var/cache/qlik2rego": filepath.Join(dir, "cache"), "/var/log/qlik2rego": filepath.Join(dir, "log"), "/run/secrets/control-token": filepath.Join(dir, "token"), "localhost:4317": strings.TrimPrefix(s.url, "http://"), "type: grpc": "type: http"} {
			yaml = strings.ReplaceAll(yaml, from, to)
		}
		write(t, filepath.Join(dir, "token"), []byte(aSecret))
		content := archive(twin("r1", "r1"))
		if strings.Contains(yaml, "keys:") {
			content = signRSA(t, twin("r1", "r1"), private)
		}
		s.put("qlik.tar.gz", content)
		s.put("discovery.tar.gz", discovered("c1", `{"bundles":{"qlik":{"service":"control","resource":"bundles/qlik.tar.gz"}}}`))
		cfg := withOPA(t, yaml)
		if !strings.Contains(yaml, "bundles") {
			cfg.Bundles = []string{packFiles(t, twin("r1", "r1"))}
		}
		console := &lockedBuffer{}
		cfg.Console = console
		p := start(t, cfg)
		p.ready("r1")
		p.well()
		if a := p.post(evaluation, good); !strings.Contains(a.body, `"decision":true`) {
			t.Errorf("%s\n%d %s", yaml, a.status, a.body)
		}
		for what, arrives := range map[string]func() bool{
			"status: {service":                func() bool { return strings.Contains(s.received("/status"), `"region":"north"`) },
			"persist: true\n    polling":      func() bool { return exists(filepath.Join(dir, "cache", "bundles", "qlik", "bundle.tar.gz")) },
			"decision: config, persist: true": func() bool { return exists(filepath.Join(dir, "cache", "bundles", "discovery", "bundle.tar.gz")) },
		} {
			if strings.Contains(yaml, what) {
				eventually(t, what+" arrives", arrives)
			}
		}
		p.end()
		if strings.Contains(yaml, "credentials") && !s.knows(aSecret) {
			t.Errorf("%s\nthe control plane was not shown the token", yaml)
		}
		if strings.Contains(p.log.String(), "WARN") || strings.Contains(p.log.String(), aSecret) {
			t.Errorf("%s\n%s", yaml, p.log)
		}
		for what, arrived := range map[string]bool{
			"decision_logs:\n  service": len(s.decisions()) == 1,
			"console: true, plugin":     strings.Contains(console.String(), "Decision Log"),
			"plugins: {file_logger":     exists(filepath.Join(dir, "log", "decisions.log")),
		} {
			if strings.Contains(yaml, what) && !arrived {
				t.Errorf("%s\n%q did not come about", yaml, what)
			}
		}
	}
}

func publicKey(t testing.TB, private *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	var indented strings.Builder
	for line := range strings.Lines(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))) {
		indented.WriteString("      " + line)
	}
	return indented.String()
}

func signRSA(t testing.TB, files map[string]string, private *rsa.PrivateKey) []byte {
	t.Helper()
	b, err := bundle.NewReader(bytes.NewReader(archive(files))).WithLazyLoadingMode(false).Read()
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}))
	if err := b.GenerateSignature(bundle.NewSigningConfig(key, "RS256", ""), "default", false); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := bundle.NewWriter(&out).DisableFormat(true).Write(b); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
