package pdp_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestServerFaults has a bundle server with typical faults. Each time the previous policy continues to
// decide, readiness and a metric report the fault, and the next valid bundle is activated.
func TestServerFaults(t *testing.T) {
	released := make(chan struct{})
	t.Cleanup(func() { close(released) })
	// hang holds the connection until the client gives up.
	hang := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-released:
		}
	}
	next := archive(twin("r9", "r9"))
	bomb := twin("r9", "r9")
	bomb["bomb/data.json"] = `{"x":"` + strings.Repeat("0", 4<<20) + `"}`
	odd := twin("r9", "r9")
	odd["policy.rego"] = "package twin\n\nallow := http.send({\"url\": \"http://127.0.0.1\", \"method\": \"get\"}).status == 200\n"
	recursive := twin("r9", "r9")
	recursive["policy.rego"] = "package twin\n\nallow if allow\n"
	conflicting := twin("r9", "r9")
	conflicting["data.json"] = `{"twin":{"revision":"r9","allow":true}}`
	for _, f := range []struct {
		name string
		do   http.HandlerFunc
		want string
	}{
		{"hangs before the header", hang, "the server fell silent"},
		{"hangs in the body", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(next[:len(next)/2])
			w.(http.Flusher).Flush()
			hang(w, r)
		}, "the server fell silent"},
		{"promises more than it sends", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(next)+100))
			_, _ = w.Write(next)
		}, ""},
		{"sends half of what it promises", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(next)))
			_, _ = w.Write(next[:len(next)/2])
		}, "unexpected EOF"},
		{"sends half and promises nothing", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(next[:len(next)/2]) }, "unexpected EOF"},
		{"sends rubbish", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Welcome</html>") }, "gzip"},
		{"sends a flipped bit", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(flipped(next)) }, ""},
		{"sends what is too large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive(bomb)) }, "size"},
		{"sends no Rego", func(w http.ResponseWriter, _ *http.Request) {
			broken := twin("r9", "r9")
			broken["policy.rego"] = "package twin\n\nallow if {"
			_, _ = w.Write(archive(broken))
		}, "rego_parse_error"},
		{"sends Rego that recurs", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive(recursive)) }, "recursive"},
		{"sends Rego that asks the network", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive(odd)) }, "undefined function http.send"},
		{"sends data in the place of a rule", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive(conflicting)) }, "conflict"},
		{"sends another policy", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(archive(map[string]string{".manifest": `{"revision":"r9","roots":["other"]}`, "p.rego": "package other\n\nallow := true\n"}))
		}, "the policy has no rule allow in data.twin"},
		{"sends data outside its roots", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(archive(map[string]string{".manifest": `{"revision":"r9","roots":["twin"]}`, "p.rego": "package twin\n\nallow := true\n", "other/data.json": "{}"}))
		}, "outside the roots"},
		{"breaks the connection", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
		}, "EOF"},
		{"sends everybody away", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "Forbidden (403)"},
		{"sends round in circles", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "stopped after 10 redirects"},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newPlane(t)
			s.put("main", archive(twin("r1", "r1")))
			cfg := withOPA(t, s.bundlesOf("main"), "bundles.main.size_limit_bytes=1000000", "bundles.main.polling.long_polling_timeout_seconds=1")
			if strings.HasPrefix(f.name, "hangs") {
				cfg.StallAfter = 300 * time.Millisecond
			}
			p := start(t, cfg)
			p.ready("r1")
			s.fail(f.do)
			if f.name == "promises more than it sends" {
				// The bundle is complete, but the length is wrong.
				eventually(t, "it decides or is refused", func() bool {
					body := p.health().body
					return strings.Contains(body, "degraded") || strings.Contains(body, `"revision":"r9"`)
				})
			} else {
				p.says(`"degraded":["bundle main: `)
				if a := p.says(f.want); a.status != 200 {
					t.Errorf("%d %s", a.status, a.body)
				}
				if got := p.decidesBy(); got != "r1/r1" {
					t.Errorf("%s decides", got)
				}
				p.counts(`qlik2rego_bundle_source_failing{bundle="main"}`, "1")
			}
			s.fail(nil)
			s.put("main", archive(twin("r2", "r2")))
			p.ready("r2")
			p.well()
		})
	}
}

// TestOlderRevision follows a server that returns to an older revision: the operator decides which
// revision is used, and every answer names it.
func TestOlderRevision(t *testing.T) {
	s := newPlane(t)
	p := start(t, withOPA(t, s.bundlesOf("main")))
	for _, revision := range []string{"r3", "r1", "r3", "r2"} {
		s.put("main", archive(twin(revision, revision)))
		p.ready(revision)
		if got := p.decidesBy(); got != revision+"/"+revision {
			t.Errorf("%s decides, not %s", got, revision)
		}
		if a := p.post(evaluation, good); a.header.Get("X-Policy-Revision") != revision {
			t.Errorf("the revision is %q", a.header.Get("X-Policy-Revision"))
		}
	}
}

// TestFullCache has no space to store a bundle: the bundle decides nevertheless, and readiness reports
// that it will be missing after a restart.
func TestFullCache(t *testing.T) {
	small := smallDisk(t)
	s := newPlane(t)
	big := twin("r1", "r1")
	big["twin/filling/data.json"] = `{"x":"` + noise(600_000) + `"}`
	s.put("main", archive(big))
	opa := s.bundlesOf("main") + "persistence_directory: " + small + "\n"
	p := start(t, withOPA(t, opa, "bundles.main.persist=true"))
	p.ready("r1")
	if a := p.says("no space left on device"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := p.decidesBy(); got != "r1/r1" {
		t.Errorf("%s decides", got)
	}
	s.put("main", archive(twin("r2", "r2")))
	p.ready("r2")
	p.well()
	stored := filepath.Join(small, "bundles", "main", "bundle.tar.gz")
	eventually(t, "the smaller one is stored", func() bool { return exists(stored) })
	// The stored file is complete or does not exist, whatever follows.
	big[".manifest"] = strings.Replace(big[".manifest"], "r1", "r3", 1)
	s.put("main", archive(big))
	p.ready("r3")
	p.end()
	s.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	p = start(t, withOPA(t, opa, "bundles.main.persist=true"))
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides from the full disk", got)
	}
	entries, err := os.ReadDir(filepath.Dir(stored))
	if err != nil || len(entries) != 1 {
		t.Errorf("the cache holds %v %v", entries, err)
	}
}

// noise returns text that is hard to compress.
func noise(n int) string {
	var b strings.Builder
	x := uint64(88172645463325252)
	for b.Len() < n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b.WriteString(strconv.FormatUint(x, 36))
	}
	return b.String()
}

// TestNothingStays loads a decision point with clients that cancel, disconnect, are slow or send too
// much, while its log server is not reachable and bundles change: afterwards it uses no more memory
// and goroutines than before.
func TestNothingStays(t *testing.T) {
	s := newPlane(t)
	s.refusePosts(true)
	s.put("main", archive(twin("r0", "r0")))
	cfg := withOPA(t, s.bundlesOf("main")+"decision_logs: {service: plane, reporting: {min_delay_seconds: 1, max_delay_seconds: 1, buffer_size_limit_bytes: 100000, upload_size_limit_bytes: 10000}}\n")
	cfg.Limits.Queue, cfg.Limits.Read = 50*time.Millisecond, time.Second
	p := start(t, cfg)
	p.ready("r0")
	flood := func(round int) {
		for i := range 15 {
			ctx, cancel := timeout(t, time.Duration(i%5)*time.Millisecond)
			<-p.later(ctx, evaluation, good)
			cancel()
			p.post(evaluations, strings.TrimSuffix(good, "}")+`,"evaluations":[`+strings.Repeat("{},", 20)+`{}]}`)
			p.post(evaluation, strings.Repeat("[", 10_000))
			p.post(searchResource, asked(""))
		}
		revision := "r" + strconv.Itoa(round)
		s.put("main", archive(twin(revision, revision)))
		p.ready(revision)
	}
	flood(1)
	flood(2)
	goroutines, heap := settled(p)
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		flood(3 + round)
	}
	var more int
	var grown int64
	eventually(t, "what was taken is given back", func() bool {
		g, h := settled(p)
		more, grown = g-goroutines, h-heap
		return more <= 3 && grown < 4<<20
	})
	t.Logf("%+d goroutines, %+d bytes after %d rounds", more, grown, rounds)
	s.refusePosts(false) // decisions that are lost at the end would be an error
}

// settled returns the numbers of goroutines and of bytes in use, without idle connections.
func settled(p *point) (goroutines int, heap int64) {
	p.client.CloseIdleConnections()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), int64(m.HeapAlloc)
}
