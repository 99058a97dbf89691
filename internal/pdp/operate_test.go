package pdp_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestLogLevel changes the level while the server runs.
func TestLogLevel(t *testing.T) {
	cfg := dearConfig(t)
	cfg.Level = new(slog.LevelVar)
	p := start(t, cfg)
	level := func(method, body string) answer {
		r, err := http.NewRequest(method, p.diagnostics+"/log-level", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return p.do(r)
	}
	if a := level("GET", ""); a.body != "info\n" {
		t.Errorf("%d %q", a.status, a.body)
	}
	if a := level("PUT", "debug"); a.body != "debug\n" || cfg.Level.Level() != slog.LevelDebug {
		t.Errorf("%d %q", a.status, a.body)
	}
	for _, body := range []string{"", "loud", strings.Repeat("x", 1000)} {
		if a := level("PUT", body); a.status != 400 {
			t.Errorf("%q: %d", body, a.status)
		}
	}
	if a := level("POST", "info"); a.status != 405 {
		t.Errorf("a web page's request: %d", a.status)
	}
	if a := p.send("PUT", "/log-level", "info"); a.status != 404 {
		t.Errorf("on the API: %d", a.status)
	}
}

// TestProfiles checks that diagnostics serve profiles if they are enabled.
func TestProfiles(t *testing.T) {
	for _, asked := range []bool{false, true} {
		cfg := dearConfig(t)
		cfg.Profiling = asked
		p := start(t, cfg)
		r, _ := http.NewRequest("GET", p.diagnostics+"/debug/pprof/goroutine?debug=1", nil)
		if a := p.do(r); (a.status == 200) != asked {
			t.Errorf("asked for: %t, status %d", asked, a.status)
		}
	}
}

// TestPageKey checks that replicas with the same key can continue each other's searches.
func TestPageKey(t *testing.T) {
	body := `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"fast"},"page":{"limit":2%s}}`
	next := func(first, second []byte) int {
		a, b := dearConfig(t), dearConfig(t)
		a.PageKey, b.PageKey, b.Bundles = first, second, a.Bundles
		var found foundAnswer
		start(t, a).ask(searchSubject, strings.Replace(body, "%s", "", 1), &found)
		return start(t, b).post(searchSubject, strings.Replace(body, "%s", `,"token":"`+*found.Page.NextToken+`"`, 1)).status
	}
	key := bytes.Repeat([]byte("k"), 32)
	if got := next(key, key); got != 200 {
		t.Errorf("one key: %d", got)
	}
	if got := next(key, nil); got != 400 {
		t.Errorf("another key: %d", got)
	}
	cfg := dearConfig(t)
	if cfg.PageKey = key[:31]; cfg.Check() == nil {
		t.Error("a short key is taken")
	}
}

// TestShutdownWait checks that the server still answers, but is not ready, before it stops.
func TestShutdownWait(t *testing.T) {
	// On a busy machine the wait may end before the requests.
	for wait := 3 * time.Second; !answersWhileItWaits(t, wait); wait *= 4 {
		if wait > 4*time.Minute {
			t.Fatalf("it does not answer in %s", wait)
		}
	}
}

func answersWhileItWaits(t *testing.T, wait time.Duration) bool {
	cfg := dearConfig(t)
	cfg.ShutdownWait = wait
	p := start(t, cfg)
	p.says(`"status":"ready"`)
	began := time.Now()
	p.stop()
	stopping := func() bool {
		r, err := http.NewRequest(http.MethodGet, p.diagnostics+"/health/ready", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := p.client.Do(r)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return err == nil && response.StatusCode == http.StatusServiceUnavailable && strings.Contains(string(text), "the decision point is stopping")
	}
	told := false
	for !told && time.Since(began) < wait {
		told = stopping()
	}
	a, err := p.try(evaluation, about("fast"))
	return told && err == nil && a.status == http.StatusOK
}
