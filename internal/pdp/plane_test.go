package pdp_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
)

// plane is a control plane: a server of bundles with entity tags and long
// polling, which takes decision logs, status and traces.
type plane struct {
	t   testing.TB
	url string

	mu      sync.Mutex
	bundles map[string][]byte
	changed chan struct{} // closed at each change
	fault   http.HandlerFunc
	counts  map[string]int // of answers, by "name status"
	waits   map[string]bool
	posted  map[string][]byte // the bodies posted to a path, concatenated
	refuse  bool              // answer posts with an error
	forget  bool              // do not store posts
	tokens  map[string]bool   // tokens of requests, by "METHOD token"
}

func newPlane(t testing.TB) *plane {
	p := &plane{t: t, bundles: map[string][]byte{}, changed: make(chan struct{}), counts: map[string]int{}, waits: map[string]bool{}, posted: map[string][]byte{}, tokens: map[string]bool{}}
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	p.url = server.URL
	return p
}

// put publishes a bundle.
func (p *plane) put(name string, content []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bundles[name] = content
	p.change()
}

func (p *plane) change() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// fail replaces the answers for bundles; nil ends that.
func (p *plane) fail(h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = h
	p.change()
}

func (p *plane) count(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[key]
}

// knows reports whether a token was sent with requests of both kinds.
func (p *plane) knows(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tokens["GET "+token] && p.tokens["POST "+token]
}

func (p *plane) received(path string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.posted[path])
}

func (p *plane) refusePosts(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = yes
}

// ServeHTTP implements http.Handler.
func (p *plane) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.tokens[r.Method+" "+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] = true
	p.mu.Unlock()
	if r.Method == http.MethodPost {
		p.take(w, r)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/bundles/")
	wait := 0
	for preference := range strings.SplitSeq(r.Header.Get("Prefer"), ";") {
		if text, ok := strings.CutPrefix(preference, "wait="); ok {
			wait, _ = strconv.Atoi(text)
		}
	}
	deadline := time.After(time.Duration(wait) * time.Second)
	for {
		p.mu.Lock()
		content, changed, fault := p.bundles[name], p.changed, p.fault
		p.waits[name] = wait > 0
		p.mu.Unlock()
		if fault != nil {
			fault(w, r)
			return
		}
		sum := sha256.Sum256(content)
		tag := `"` + hex.EncodeToString(sum[:8]) + `"`
		w.Header().Set("ETag", tag)
		if wait > 0 {
			w.Header().Set("Content-Type", "application/vnd.openpolicyagent.bundles")
		}
		switch {
		case content == nil:
			p.answer(w, name, http.StatusNotFound, nil)
			return
		case r.Header.Get("If-None-Match") != tag:
			p.answer(w, name, http.StatusOK, content)
			return
		case wait == 0:
			p.answer(w, name, http.StatusNotModified, nil)
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-deadline:
			p.answer(w, name, http.StatusNotModified, nil)
			return
		}
	}
}

func (p *plane) answer(w http.ResponseWriter, name string, status int, content []byte) {
	p.mu.Lock()
	p.counts[fmt.Sprintf("%s %d", name, status)]++
	p.mu.Unlock()
	w.WriteHeader(status)
	_, _ = w.Write(content)
}

func (p *plane) take(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse {
		p.counts["refused"]++
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		zip, err := gzip.NewReader(r.Body)
		if err != nil {
			p.t.Error(err)
			return
		}
		body = zip
	}
	text, err := io.ReadAll(body)
	if err != nil {
		p.t.Error(err)
	}
	if p.forget {
		return
	}
	p.posted[r.URL.Path] = append(p.posted[r.URL.Path], text...)
}

// decisions returns the received entries of the decision log.
func (p *plane) decisions() []logged {
	var all []logged
	d := json.NewDecoder(strings.NewReader(p.received("/logs")))
	for {
		var some []logged
		if err := d.Decode(&some); err != nil {
			return all
		}
		all = append(all, some...)
	}
}

// logged is an entry of a decision log.
type logged struct {
	DecisionID      string `json:"decision_id"`
	BatchDecisionID string `json:"batch_decision_id"`
	TraceID         string `json:"trace_id"`
	Path            string
	Input           any
	Bundles         map[string]struct{ Revision string }
	Result          struct {
		Allow     bool
		Reason    string
		GrantedBy []string `json:"granted_by"`
		Results   []string
	}
	RuleLabels []map[string]any `json:"rule_labels"`
	Custom     map[string]any
	Masked     []string
	Erased     []string
	Error      any
}

// polling is a configuration with which new bundles are detected quickly.
const polling = `polling: {min_delay_seconds: 1, max_delay_seconds: 1, long_polling_timeout_seconds: 30}`

// bundlesOf returns a configuration with bundles from the plane.
func (p *plane) bundlesOf(names ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "services: {plane: {url: %q, response_header_timeout_seconds: 2}}\nbundles:\n", p.url)
	for _, name := range names {
		fmt.Fprintf(&b, "  %s: {service: plane, %s}\n", name, polling)
	}
	return b.String()
}

// withOPA returns the configuration of a decision point with an OPA configuration.
func withOPA(t testing.TB, yaml string, settings ...string) pdp.Config {
	t.Helper()
	name := filepath.Join(t.TempDir(), "opa.yaml")
	write(t, name, []byte(yaml))
	opa, err := management.Load(name, settings)
	if err != nil {
		t.Fatal(err)
	}
	cfg := config()
	cfg.OPA, cfg.EntryPoint = opa, "twin"
	return cfg
}

// ready polls until the policy of a revision decides.
func (p *point) ready(revision string) {
	p.t.Helper()
	defer func() {
		if p.t.Failed() {
			p.t.Log(p.health().body, p.log)
		}
	}()
	eventually(p.t, revision+" decides", func() bool {
		return strings.Contains(p.health().body, `"revision":"`+revision+`"`)
	})
}

// says polls until readiness contains a text.
func (p *point) says(what string) answer {
	p.t.Helper()
	var a answer
	eventually(p.t, "readiness says "+what, func() bool {
		a = p.health()
		return strings.Contains(a.body, what)
	})
	return a
}

func (p *point) well() {
	p.t.Helper()
	var a answer
	defer func() {
		if p.t.Failed() {
			p.t.Log(a.body, p.log)
		}
	}()
	eventually(p.t, "nothing is degraded", func() bool {
		a = p.health()
		return a.status == 200 && !strings.Contains(a.body, "degraded")
	})
}

// TestBundleServer has a bundle from a server: the request has its entity tag, waits for a change, and the
// new bundle is swapped in.
func TestBundleServer(t *testing.T) {
	s := newPlane(t)
	p := start(t, withOPA(t, s.bundlesOf("main")))
	if a := p.says("bundle main: server replied with Not Found (404)"); a.status != 503 || !strings.Contains(a.body, `"missing"`) {
		t.Errorf("without a bundle: %d %s", a.status, a.body)
	}
	if a := p.post(evaluation, good); a.status != 503 {
		t.Errorf("an evaluation without a bundle: %d", a.status)
	}
	if a := p.send("GET", "/health", ""); a.status != 200 {
		t.Errorf("alive without a bundle: %d", a.status)
	}
	for i := range 4 {
		revision := fmt.Sprintf("r%d", i)
		s.put("main", archive(twin(revision, revision)))
		p.ready(revision)
		if got := p.decidesBy(); got != revision+"/"+revision {
			t.Errorf("%s decides", got)
		}
	}
	p.well()
	if got := s.count("main 200"); got != 4 {
		t.Errorf("the bundle was sent %d times for 4 changes", got)
	}
	s.mu.Lock()
	waits := s.waits["main"]
	s.mu.Unlock()
	if !waits {
		t.Error("no long poll")
	}
	p.counts(`qlik2rego_bundle_source_failing{bundle="main"}`, "0")
	if a := p.post("/v1/data/twin/allow", `{}`); a.status != 404 {
		t.Errorf("OPA's API answers: %d", a.status)
	}
}

// TestEntityTags has a server without long polling that answers that nothing has changed.
func TestEntityTags(t *testing.T) {
	s := newPlane(t)
	s.put("main", archive(twin("r1", "r1")))
	p := start(t, withOPA(t, s.bundlesOf("main"), "bundles.main.polling={min_delay_seconds: 1, max_delay_seconds: 1}"))
	p.ready("r1")
	eventually(t, "nothing is new", func() bool { return s.count("main 304") > 0 })
	if got := s.count("main 200"); got != 1 {
		t.Errorf("the bundle was sent %d times", got)
	}
}

// TestTwoSources has separate policy and data: they decide only if they match.
func TestTwoSources(t *testing.T) {
	s := newPlane(t)
	half := func(view, root string, files map[string]string) []byte {
		files[".manifest"] = `{"revision":"` + root + view + `","roots":["` + root + `"],"rego_version":1,"metadata":{"view":"` + view + `"}}`
		return archive(files)
	}
	policy := func(view string) []byte {
		return half(view, "twin", map[string]string{"policy.rego": "package twin\n\nallow if data.site.view == \"" + view + "\"\n\ndecision := {\"reason\": concat(\"/\", [\"" + view + "\", data.site.view])}\n"})
	}
	data := func(view string) []byte {
		return half(view, "site", map[string]string{"site/data.json": `{"view":"` + view + `"}`})
	}
	p := start(t, withOPA(t, s.bundlesOf("a-policy", "b-data")))
	s.put("b-data", data("v1"))
	p.says("bundle a-policy")
	s.put("a-policy", policy("v1"))
	p.ready("twinv1+sitev1")
	p.well()
	for i := 2; i < 6; i++ {
		view, before := fmt.Sprintf("v%d", i), fmt.Sprintf("v%d", i-1)
		first, second := func() { s.put("a-policy", policy(view)) }, func() { s.put("b-data", data(view)) }
		if i%2 == 0 {
			first, second = second, first
		}
		first()
		p.says("it waits for its counterpart: policy and data were made for different rules")
		if got := p.decidesBy(); got != before+"/"+before {
			t.Errorf("%s decides after half of a change", got)
		}
		p.counts("qlik2rego_bundle_failing", "1")
		second()
		p.ready("twin" + view + "+site" + view)
		if got := p.decidesBy(); got != view+"/"+view {
			t.Errorf("%s decides", got)
		}
		p.well()
	}
}

// TestDiskCache starts without a server: the stored bundle decides, and a broken one does not.
func TestDiskCache(t *testing.T) {
	s := newPlane(t)
	cache := t.TempDir()
	opa := s.bundlesOf("main") + "persistence_directory: " + cache + "\n"
	cfg := func() pdp.Config { return withOPA(t, opa, "bundles.main.persist=true") }
	s.put("main", archive(twin("r1", "r1")))
	p := start(t, cfg())
	p.ready("r1")
	stored := filepath.Join(cache, "bundles", "main", "bundle.tar.gz")
	eventually(t, "the bundle is stored", func() bool { return exists(stored) })
	p.end()
	s.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })

	p = start(t, cfg())
	if got := p.decidesBy(); got != "r1/r1" {
		t.Fatalf("%s decides without the server", got)
	}
	p.says("bundle main: server replied with Bad Gateway (502)")
	s.fail(nil)
	s.put("main", archive(twin("r2", "r2")))
	p.ready("r2")
	p.well()
	p.end()

	// The stored file is broken, in each possible way.
	whole := archive(twin("r3", "r3"))
	for name, content := range map[string][]byte{"empty": nil, "cut": whole[:len(whole)/2], "flipped": flipped(whole), "rubbish": []byte("rubbish")} {
		write(t, stored, content)
		s.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		p = start(t, cfg())
		if a := p.post(evaluation, good); a.status != 503 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		s.fail(nil)
		p.ready("r2")
		p.end()
	}
}

// TestDeltas changes the data of a bundle with deltas.
func TestDeltas(t *testing.T) {
	s := newPlane(t)
	s.put("main", archive(twin("r2", "r1")))
	p := start(t, withOPA(t, s.bundlesOf("main")))
	p.ready("r1")
	delta := func(revision, patch string) []byte {
		return archive(map[string]string{".manifest": `{"revision":"` + revision + `","roots":["twin"],"rego_version":1}`, "patch.json": patch})
	}
	s.put("main", delta("r2", `{"data":[{"op":"replace","path":"/twin/revision","value":"r2"},{"op":"upsert","path":"twin/new/deep","value":{"x":[1]}},{"op":"remove","path":"twin/new/deep/x"}]}`))
	p.ready("r2")
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides", got)
	}
	nothing := archive(map[string]string{".manifest": `{"revision":"r3","roots":["twin"],"rego_version":1,"metadata":{"base":"r2"}}`, "patch.json": `{"data":[]}`})
	s.put("main", nothing)
	p.ready("r3")
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides after a delta that changes nothing", got)
	}
	s.put("main", archive(twin("r2", "r2")))
	p.ready("r2")
	for _, bad := range []string{
		`{"data":[{"op":"replace","path":"twin/revision","value":"r9"},{"op":"remove","path":"twin/none"}]}`,
		`{"data":[{"op":"upsert","path":"elsewhere","value":1}]}`,
		`{"data":[{"op":"upsert","path":"twin/revision/deeper","value":1}]}`,
		`{"data":[{"op":"upsert","path":"twin/allow","value":true}]}`,
		`{"data":[{"op":"move","path":"twin/revision"}]}`,
		`{"data":[{"op":"upsert","path":"/","value":{}}]}`,
	} {
		s.put("main", delta("r9", bad))
		p.says("degraded")
		if got := p.decidesBy(); got != "r2/r2" {
			t.Errorf("after %s %s decides", bad, got)
		}
		again := twin("r2", "r2")
		again["data.json"] += strings.Repeat(" ", len(bad)) // otherwise there is nothing new to report
		s.put("main", archive(again))
		p.well()
	}
}
