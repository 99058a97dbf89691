package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is the time limit for events that tests wait for. It is far more than any takes on a busy machine.
const patience = 5 * time.Minute

// await polls until a condition holds.
func await(t interface {
	Helper()
	Fatalf(string, ...any)
}, what func() string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for ; !done(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s", what())
		}
	}
}

// logBuffer is a standard error that can be read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// await polls the log for a match.
func (l *logBuffer) await(t testing.TB, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	var found []string
	await(t, func() string { return "the log does not come to " + pattern + ":\n" + l.String() }, func() bool {
		found = re.FindStringSubmatch(l.String())
		return found != nil
	})
	return found
}

// siteBundle compiles the command line's site.
func siteBundle(t *testing.T) string {
	t.Helper()
	return compiled(t, "--snapshot", "../../testdata/cli/site")
}

// compiled compiles the command line's rules.
func compiled(t *testing.T, args ...string) string {
	t.Helper()
	bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
	var out bytes.Buffer
	streams := &Streams{In: strings.NewReader(""), Out: &out, Err: &out}
	if code := run(t.Context(), streams, append([]string{"compile", "../../testdata/cli/rules.json", "-o", bundle}, args...)); code != 0 {
		t.Fatal(out.String())
	}
	return bundle
}

// serveInBackground runs serve until the end of the test.
func serveInBackground(t *testing.T, bundle string, args ...string) (log *logBuffer, stop func() int) {
	t.Helper()
	log = &logBuffer{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, &Streams{In: strings.NewReader(""), Out: log, Err: log}, append([]string{"serve", "-b", bundle}, args...))
	}()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-done
	})
	t.Cleanup(func() { stop() })
	log.await(t, "bundles activated") // it listens before it can decide
	return log, stop
}

const annaReads = `{"subject":{"type":"user","id":"ACME\\anna"},"action":{"name":"read"},
	"resource":{"type":"App","id":"40000000-0000-4000-8000-000000000001"},"context":{"request_context":"hub"}}`

func ask(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	response, err := client.Post(url+"/access/v1/evaluation", "application/json", strings.NewReader(annaReads))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%d %s %v", response.StatusCode, body, err)
	}
	return string(body)
}

// TestServe compares answers over TCP with eval, and stops the server.
func TestServe(t *testing.T) {
	log, stop := serveInBackground(t, siteBundle(t), "--listen", "127.0.0.1:0", "--diagnostics", "127.0.0.1:0")
	address := log.await(t, `listening address=(\S+)`)[1]
	body := ask(t, http.DefaultClient, "http://"+address)
	for _, want := range []string{`{"decision":true,"context":{"reason":"granted","granted_by":[{"id":"10000000`, `"name":"`, `"revision":"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s, want %s", body, want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if code := stop(); code != ExitDone {
		t.Errorf("exit code %d:\n%s", code, log)
	}
}

// TestServeWithoutSite checks that the log reports a bundle without entities.
func TestServeWithoutSite(t *testing.T) {
	for name, c := range map[string]struct {
		bundle string
		lines  int
	}{
		"no snapshot":       {compiled(t), 1},
		"an empty snapshot": {compiled(t, "--snapshot", t.TempDir()), 1},
		"a snapshot":        {siteBundle(t), 0},
	} {
		log, stop := serveInBackground(t, c.bundle, "--listen", "127.0.0.1:0")
		if c.lines > 0 {
			log.await(t, "the bundle holds no site") // this line follows that of the activation
		}
		if code := stop(); code != ExitDone {
			t.Errorf("%s: exit code %d", name, code)
		}
		if got := strings.Count(log.String(), `level=WARN msg="the bundle holds no site: what callers describe decides"`); got != c.lines {
			t.Errorf("%s: %d lines about it, want %d:\n%s", name, got, c.lines, log)
		}
	}
}

// TestServeSocket asks through a unix socket.
func TestServeSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pdp.sock")
	log, stop := serveInBackground(t, siteBundle(t), "--listen", "unix:"+path, "--terse", "--log-format", "json")
	log.await(t, `"msg":"listening"`)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	if body := ask(t, client, "http://pdp"); body != `{"decision":true}` {
		t.Errorf("%s", body)
	}
	client.CloseIdleConnections()
	if code := stop(); code != ExitDone {
		t.Errorf("exit code %d:\n%s", code, log)
	}
}

// TestServeStockBundle serves a bundle made by opa build, of a policy that is not Qlik's and has no manifest.
func TestServeStockBundle(t *testing.T) {
	opa, err := opaBinary()
	if err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
	const source = "../../testdata/authzen/certification/"
	if out, err := exec.Command(opa, "build", "-o", bundle, source+"policy.rego", source+"data.json").CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	log, _ := serveInBackground(t, bundle, "--entrypoint", "certification", "--listen", "127.0.0.1:0")
	address := log.await(t, `listening address=(\S+)`)[1]
	response, err := http.Post("http://"+address+"/access/v1/search/subject", "application/json",
		strings.NewReader(`{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if want := `{"results":[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]}`; err != nil || string(body) != want {
		t.Errorf("%s %v, want %s", body, err, want)
	}
	if revision := response.Header.Get("X-Policy-Revision"); !strings.HasPrefix(revision, "sha256:") {
		t.Errorf("the revision of a bundle without one is %q", revision)
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestServeSigned has stock OPA sign a compiled bundle, as documented. An unsigned bundle is not served.
func TestServeSigned(t *testing.T) {
	opa, err := opaBinary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	signer, verifier := filepath.Join(dir, "signer.pem"), filepath.Join(dir, "signer.pub.pem")
	for name, block := range map[string]*pem.Block{
		signer:   {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)},
		verifier: {Type: "PUBLIC KEY", Bytes: public},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unsigned, signed := siteBundle(t), filepath.Join(dir, "signed.tar.gz")
	if out, err := exec.Command(opa, "build", "--bundle", unsigned, "--signing-key", signer, "-o", signed).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	log, stop := serveInBackground(t, signed, "--verification-key", verifier, "--listen", "127.0.0.1:0")
	address := log.await(t, `listening address=(\S+)`)[1]
	if body := ask(t, http.DefaultClient, "http://"+address); !strings.Contains(body, `"decision":true`) {
		t.Errorf("%s", body)
	}
	http.DefaultClient.CloseIdleConnections()
	if code := stop(); code != ExitDone {
		t.Errorf("exit code %d:\n%s", code, log)
	}
	for want, args := range map[string][]string{
		"bundle missing .signatures.json file":                      {unsigned, "--verification-key", verifier},
		"it is signed, but there is no key to verify it":            {signed},
		"failed to verify JWT signature":                            {signed, "--verification-key", verifier, "--signing-alg", "PS256"},
		"scope mismatch":                                            {signed, "--verification-key", verifier, "--scope", "write"},
		"--verification-key: open " + filepath.Join(dir, "nowhere"): {signed, "--verification-key", filepath.Join(dir, "nowhere")},
	} {
		log := &logBuffer{}
		streams := &Streams{In: strings.NewReader(""), Out: log, Err: log}
		code := run(t.Context(), streams, append([]string{"serve", "--listen", "127.0.0.1:0", "-b"}, args...))
		if code != ExitInput || !strings.Contains(log.String(), want) {
			t.Errorf("%s: exit code %d:\n%s", args, code, log)
		}
	}
}
