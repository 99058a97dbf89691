package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// process is a decision point in a separate process.
type process struct {
	*exec.Cmd
	url string
	log *logBuffer
}

// spawn starts serve and waits until it listens.
func spawn(t *testing.T, stdout io.Writer, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "qlik2rego") // with this name, TestMain runs main
	if runtime.GOOS == "windows" {
		t.Skip("signals end processes on Unix")
	}
	if err := os.Symlink(self, name); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(name, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), log: &logBuffer{}}
	p.Stdout, p.Stderr = stdout, p.log
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	p.url = "http://" + p.log.await(t, `listening address=(\S+)`)[1]
	return p
}

// kill ends the process without a chance to clean up, like a machine failure.
func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait() // the error says that it was killed
}

// try sends a request and returns the answer, "" if there is none.
func (p *process) try() string {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	response, err := client.Post(p.url+"/access/v1/evaluation", "application/json", strings.NewReader(annaReads))
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

// granted polls until the process grants, by a revision.
func (p *process) granted(t *testing.T) (revision string) {
	t.Helper()
	await(t, func() string { return "nothing is granted:\n" + p.log.String() }, func() bool {
		var a struct {
			Decision bool
			Context  struct{ Revision string }
		}
		body := p.try()
		revision = ""
		if body != "" && json.Unmarshal([]byte(body), &a) == nil && a.Decision {
			revision = a.Context.Revision
		}
		return revision != ""
	})
	return revision
}

// control is a server of one bundle that receives the decision log.
type control struct {
	*httptest.Server
	mu     sync.Mutex
	bundle []byte
	// others are served in turns: each request gets the next one, which is new.
	others  [][]byte
	tag     int
	entries int
}

func newControl(t *testing.T, bundle []byte) *control {
	c := &control{bundle: bundle}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *control) put(bundle []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bundle, c.others, c.tag = bundle, nil, c.tag+1
}

// alternate serves bundles in turns, so that each request gets a new one.
func (c *control) alternate(bundles ...[]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.others = bundles
}

func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Method == http.MethodPost {
		zip, err := gzip.NewReader(r.Body)
		var some []json.RawMessage
		if err == nil && json.NewDecoder(zip).Decode(&some) == nil {
			c.entries += len(some)
		}
		return
	}
	if len(c.others) > 0 {
		c.tag++
		c.bundle = c.others[c.tag%len(c.others)]
	}
	tag := fmt.Sprintf(`"%d"`, c.tag)
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/vnd.openpolicyagent.bundles") // so that the client asks again at once
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(c.bundle)
}

func (c *control) logged() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries
}

// configure writes an OPA configuration.
func (c *control) configure(t *testing.T, more string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "opa.yaml")
	text := fmt.Sprintf("services: {control: {url: %q}}\nbundles: {main: {service: control, persist: true, polling: {min_delay_seconds: 1, max_delay_seconds: 1, long_polling_timeout_seconds: 1}}}\n%s\n", c.URL, more)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// twoBundles compiles the command line's site twice, into different revisions.
func twoBundles(t *testing.T) (one, two []byte) {
	t.Helper()
	var packed [2][]byte
	for i, option := range []string{"any", "all"} {
		bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
		var out bytes.Buffer
		streams := &Streams{In: strings.NewReader(""), Out: &out, Err: &out}
		if code := run(t.Context(), streams, []string{"compile", "../../testdata/cli/rules.json", "--snapshot", "../../testdata/cli/site", "--list-inequality", option, "-o", bundle}); code != 0 {
			t.Fatal(out.String())
		}
		var err error
		if packed[i], err = os.ReadFile(bundle); err != nil {
			t.Fatal(err)
		}
	}
	return packed[0], packed[1]
}

// TestKillAndRestart kills the process while bundles are downloaded, activated and stored, and starts it again without
// the server: it decides at once, with one of the two bundles.
func TestKillAndRestart(t *testing.T) {
	one, two := twoBundles(t)
	c := newControl(t, one)
	cache := t.TempDir()
	online := c.configure(t, "persistence_directory: "+cache)
	offline := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(offline.Close)
	alone := (&control{Server: offline}).configure(t, "persistence_directory: "+cache)

	p := spawn(t, nil, "--config-file", online)
	first := p.granted(t)
	awaitFile(t, filepath.Join(cache, "bundles", "main", "bundle.tar.gz"))
	p.kill()
	c.put(two)
	p = spawn(t, nil, "--config-file", online)
	second := p.granted(t)
	for second == first {
		second = p.granted(t)
	}
	p.kill()

	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		p := spawn(t, nil, "--config-file", online)
		p.granted(t)
		c.alternate(one, two)
		for range 10 * (round + 1) {
			if body := p.try(); body == "" {
				t.Errorf("no answer while bundles change:\n%s", p.log)
			}
		}
		p.kill()
		p = spawn(t, nil, "--config-file", alone)
		if got := p.granted(t); got != first && got != second {
			t.Errorf("round %d: %s decides, neither %s nor %s", round, got, first, second)
		}
		p.log.await(t, "bundles activated") // the line about the stored bundle may come after the first answer
		p.kill()
	}
}

func awaitFile(t *testing.T, name string) {
	t.Helper()
	await(t, func() string { return name + " does not come" }, func() bool {
		_, err := os.Stat(name)
		return err == nil
	})
}

// TestTermination ends the process under load like an orchestrator: every answered decision is in the log, and the exit
// code is 0.
func TestTermination(t *testing.T) {
	one, _ := twoBundles(t)
	c := newControl(t, one)
	p := spawn(t, nil, "--config-file", c.configure(t, "persistence_directory: "+t.TempDir()+"\ndecision_logs: {service: control, reporting: {min_delay_seconds: 3600, max_delay_seconds: 3600}}"))
	p.granted(t)
	before := 1
	var answers sync.WaitGroup
	var mu sync.Mutex
	answered := 0
	for range 4 {
		answers.Go(func() {
			for p.try() != "" {
				mu.Lock()
				answered++
				mu.Unlock()
			}
		})
	}
	await(t, func() string { return "there are no answers:\n" + p.log.String() }, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return answered > 50
	})
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with %v:\n%s", err, p.log)
	}
	answers.Wait()
	if got := c.logged(); got < answered+before || got > answered+before+4 {
		t.Errorf("%d entries for %d answers", got, answered+before)
	}
}

// TestConsoleIsFull has a standard output without space.
func TestConsoleIsFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here: ", err)
	}
	defer full.Close()
	p := spawn(t, full, "-b", siteBundle(t), "--set", "decision_logs.console=true")
	p.granted(t)
	// The line is lost in the background, without blocking.
	await(t, func() string { return "it is never degraded:\n" + p.log.String() }, func() bool {
		response, err := http.Get(p.url + "/health/ready")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%d %s %v", response.StatusCode, text, err)
		}
		return strings.Contains(string(text), "degraded")
	})
	p.kill()
}

// bundleOf writes a bundle of files.
func bundleOf(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	archive := tar.NewWriter(zip)
	for name, text := range files {
		_ = archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))})
		_, _ = io.WriteString(archive, text)
	}
	_, _ = archive.Close(), zip.Close()
	name := filepath.Join(t.TempDir(), "bundle.tar.gz")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestEvalOfAnotherPolicy checks that a bundle that qlik2rego did not write is not reported as an internal error.
func TestEvalOfAnotherPolicy(t *testing.T) {
	bundle := bundleOf(t, map[string]string{".manifest": `{"revision":"other","roots":["p"],"rego_version":1}`, "policy.rego": "package p\n\nallow := true\n"})
	var out bytes.Buffer
	streams := &Streams{In: strings.NewReader(""), Out: &out, Err: &out}
	code := run(t.Context(), streams, []string{"eval", "-b", bundle, "--subject", `ACME\anna`, "--action", "read", "--resource", "App:1"})
	if code != ExitInput || !strings.Contains(out.String(), "serve takes others, with --entrypoint") {
		t.Errorf("exit code %d: %s", code, &out)
	}
}

// TestHealthFromTheFirstMoment queries health during the first activation, which does not end.
func TestHealthFromTheFirstMoment(t *testing.T) {
	bundle := bundleOf(t, map[string]string{
		".manifest":   `{"revision":"endless","roots":["p"],"rego_version":1}`,
		"policy.rego": "package p\n\nallow := true\n\nsubjects := [1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]\n",
	})
	p := spawn(t, nil, "-b", bundle, "--entrypoint", "p", "--max-activation", "1h", "--max-queue", "10ms")
	for path, want := range map[string]int{"/health": http.StatusOK, "/health/ready": http.StatusServiceUnavailable} {
		response, err := http.Get(p.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
	if body := p.try(); body != "" {
		t.Errorf("it decides: %s", body)
	}
	p.kill()
}

// TestServeTellsNoSecrets has an issuer whose keys are at a secret URL that cannot be reached: neither the log, nor
// readiness, nor the metrics contain the URL.
func TestServeTellsNoSecrets(t *testing.T) {
	away := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(away.Close)
	socket := filepath.Join(t.TempDir(), "diagnostics")
	p := spawn(t, nil, "-b", siteBundle(t), "--jwks", away.URL+"/keys?sig=SECRETQUERY", "--jwt-issuer", "i", "--jwt-audience", "a", "--diagnostics", "unix:"+socket)
	p.log.await(t, "callers cannot be read")
	diagnostics := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	for what, ask := range map[string]func() (*http.Response, error){
		"readiness":  func() (*http.Response, error) { return http.Get(p.url + "/health/ready") },
		"in detail":  func() (*http.Response, error) { return diagnostics.Get("http://diagnostics/health/ready") },
		"in metrics": func() (*http.Response, error) { return diagnostics.Get("http://diagnostics/metrics") },
	} {
		response, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || !strings.Contains(string(text), away.URL+"/keys") || strings.Contains(string(text), "SECRETQUERY") {
			t.Errorf("%s: %v %s", what, err, text)
		}
	}
	if strings.Contains(p.log.String(), "SECRETQUERY") {
		t.Errorf("the log contains it:\n%s", p.log)
	}
	p.kill()
}

// TestServeDelta sends the changes of a site instead of the whole site.
func TestServeDelta(t *testing.T) {
	dir := t.TempDir()
	site := filepath.Join(dir, "site")
	if err := os.CopyFS(site, os.DirFS("../../testdata/cli/site")); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), &Streams{In: strings.NewReader(""), Out: &out, Err: &out}, args); code != 0 {
			t.Fatal(out.String())
		}
	}
	read := func(name string) []byte {
		t.Helper()
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	before, after, delta := filepath.Join(dir, "old.tar.gz"), filepath.Join(dir, "new.tar.gz"), filepath.Join(dir, "delta.tar.gz")
	command("compile", "../../testdata/cli/rules.json", "--snapshot", site, "-o", before)
	apps := filepath.Join(site, "app.json")
	if err := os.WriteFile(apps, bytes.Replace(read(apps), []byte(`{"id": "30000000-0000-4000-8000-000000000001", "name": "Finance"}`), []byte("null"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	command("compile", "../../testdata/cli/rules.json", "--snapshot", site, "-o", after)
	command("delta", before, after, "-o", delta)
	c := newControl(t, read(before))
	p := spawn(t, nil, "--config-file", c.configure(t, ""), "--set", "bundles.main.persist=false")
	was := p.granted(t)
	c.put(read(delta))
	p.log.await(t, "bundles activated(?s:.*)bundles activated")
	for _, want := range []string{`"decision":false`, `"reason":"no_rule"`, `"revision":"`} {
		if body := p.try(); !strings.Contains(body, want) || strings.Contains(body, was) {
			t.Errorf("%s, want %s of another revision than %s", body, want, was)
		}
	}
	p.kill()
}
