package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
)

// followed is a site that watch follows, with a decision point that serves it.
type followed struct {
	t       testing.TB
	site    *faketest.Site
	url     string // of the decision point
	metrics string // of the watch
	address string // of the published bundle
}

// background runs a command until the end of the test and returns its output.
func background(t testing.TB, args ...string) *logBuffer {
	t.Helper()
	log := &logBuffer{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- run(ctx, &Streams{In: strings.NewReader(""), Out: log, Err: log}, args) }()
	t.Cleanup(func() {
		cancel()
		if code := <-done; code != 0 && code != 130 {
			t.Errorf("%s ends with %d:\n%s", args[0], code, log)
		}
	})
	return log
}

// follow starts watch and serve for a site.
func follow(t testing.TB, site *faketest.Site, interval string) *followed {
	t.Helper()
	dir := t.TempDir()
	secret, config := filepath.Join(dir, "token"), filepath.Join(dir, "opa.yaml")
	const token = "a-token-of-decision-points"
	if err := os.WriteFile(secret, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	site.Client(t) // writes sites.yaml
	watch := background(t, "watch", "--sites", filepath.Join(site.Dir, "sites.yaml"), "--interval", interval,
		"--publish", "127.0.0.1:0", "--publish-token", secret, "--bundle", filepath.Join(dir, "bundle.tar.gz"), "--metrics", "127.0.0.1:0")
	f := &followed{t: t, site: site}
	address := watch.await(t, `publishing at (\S+)/bundle`)[1]
	f.address = address
	f.metrics = "http://" + watch.await(t, `metrics at (\S+)/metrics`)[1]
	text := fmt.Sprintf("services: {site: {url: 'http://%s', credentials: {bearer: {token: %s}}}}\nbundles: {qlik: {service: site, resource: bundle.tar.gz, polling: {min_delay_seconds: 1, max_delay_seconds: 2, long_polling_timeout_seconds: 60}}}\n", address, token)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	serve := background(t, "serve", "--config-file", config, "--listen", "127.0.0.1:0")
	f.url = "http://" + serve.await(t, `listening address=(\S+)`)[1]
	serve.await(t, "bundles activated")
	return f
}

// may reports whether a user may read a stream. The test ends if there is no answer.
func (f *followed) may(user, stream string) bool {
	f.t.Helper()
	may, err := f.try(user, stream)
	if err != nil {
		f.t.Fatal(err)
	}
	return may
}

func (f *followed) try(user, stream string) (bool, error) {
	question := fmt.Sprintf(`{"subject":{"type":"user","id":%q},"action":{"name":"read"},"resource":{"type":"Stream","id":%q},"context":{"request_context":"qmc"}}`, user, stream)
	response, err := http.Post(f.url+"/access/v1/evaluation", "application/json", strings.NewReader(question))
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	var answer struct{ Decision *bool }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK || answer.Decision == nil {
		return false, fmt.Errorf("%d, %w", response.StatusCode, err)
	}
	return *answer.Decision, nil
}

// after changes the site and returns the time until the decision follows.
func (f *followed) after(user, stream string, want bool, change func() error) time.Duration {
	f.t.Helper()
	if f.may(user, stream) == want {
		f.t.Fatalf("before the change: %v", want)
	}
	begin := time.Now()
	if err := change(); err != nil {
		f.t.Fatal(err)
	}
	await(f.t, func() string { return "the change is not decided by" }, func() bool { return f.may(user, stream) == want })
	return time.Since(begin)
}

// sent returns the number of answers of a kind that the watch has published.
func (f *followed) sent(kind string) int {
	f.t.Helper()
	response, err := http.Get(f.metrics + "/metrics")
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), fmt.Sprintf("qlik2rego_publish_answers_total{kind=%q,site=\"test\"} ", kind))
	number, _, _ := strings.Cut(rest, "\n")
	n, _ := strconv.Atoi(number) // 0 if there are none
	return n
}

// publisher is a user of the scenario who may not read any stream, until the test makes the user a root administrator.
const publisher = `ACME\svc-publisher`

func (f *followed) setRoles(roles ...any) func() error {
	return func() error {
		for _, u := range f.site.Store.List("user") {
			if u["userId"] == "svc-publisher" {
				return f.site.Store.Edit("user", u["id"].(string), "x", map[string]any{"roles": roles})
			}
		}
		return fmt.Errorf("there is no user %s", publisher)
	}
}

// TestSiteToDecision changes a watched site, and the decisions follow: data by deltas, rules by a whole bundle. No
// request fails in the meantime.
func TestSiteToDecision(t *testing.T) {
	site := faketest.Start(t, "config-sheet", fake.Options{})
	stream := site.Store.List("stream")[0]["id"].(string)
	f := follow(t, site, "20ms")
	ctx, cancel := context.WithCancel(t.Context())
	var others sync.WaitGroup
	others.Go(func() {
		for ctx.Err() == nil {
			if _, err := f.try(publisher, stream); err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer others.Wait()
	defer cancel()
	t.Logf("a role: %s", f.after(publisher, stream, true, f.setRoles("RootAdmin")))
	t.Logf("no role: %s", f.after(publisher, stream, false, f.setRoles()))
	if f.sent("delta") == 0 {
		t.Error("no delta was sent")
	}
	t.Logf("a rule: %s", f.after(publisher, stream, true, func() error {
		_, err := site.Store.Create("systemrule", map[string]any{
			"name": "All streams", "rule": "true", "resourceFilter": "Stream_*", "actions": json.Number("2"), "category": "Security", "type": "Custom",
		}, "x")
		return err
	}))
	if n := f.sent("whole"); n < 2 {
		t.Errorf("%d whole bundles, not the first and the one of the rule", n)
	}
}

// BenchmarkSiteToDecision measures the time from a change of a user on a site to a decision with it. The site has
// QLIK_WATCH_APPS apps, by default 1,000, and ten times as many objects; watch uses its default interval.
func BenchmarkSiteToDecision(b *testing.B) {
	apps := 1000
	if n, err := strconv.Atoi(os.Getenv("QLIK_WATCH_APPS")); err == nil {
		apps = n
	}
	site := faketest.Start(b, "config-sheet", fake.Options{})
	stream, owner := site.Store.List("stream")[0]["id"].(string), site.Store.List("user")[1]["id"].(string)
	site.Store.Synthesize("app", &fake.Synthetic{Count: apps, Make: func(b []byte, i int) []byte {
		return fmt.Appendf(b, `{"id":"%08x-0000-4000-8000-000000000002","name":"App %d","modifiedDate":"2025-06-03T16:26:31.225Z","customProperties":[],"owner":{"id":"%s"},"published":true,"tags":[],"stream":{"id":"%s"}}`, i, i, owner, stream)
	}})
	site.Store.Synthesize("app/object", &fake.Synthetic{Count: 10 * apps, Make: func(b []byte, i int) []byte {
		return fmt.Appendf(b, `{"id":"%08x-0000-4000-8000-000000000003","name":"Sheet %d","modifiedDate":"2025-06-03T16:26:31.225Z","objectType":"sheet","owner":{"id":"%s"},"published":true,"approved":true,"tags":[],"app":{"id":"%08x-0000-4000-8000-000000000002"}}`, i, i, owner, i/10)
	}})
	f := follow(b, site, "2s")
	roles := []any{"RootAdmin"}
	var longest, all time.Duration
	n := 0
	for b.Loop() {
		took := f.after(publisher, stream, len(roles) > 0, f.setRoles(roles...))
		longest, all, n = max(longest, took), all+took, n+1
		if roles = nil; n%2 == 0 {
			roles = []any{"RootAdmin"}
		}
	}
	b.ReportMetric(all.Seconds()/float64(n), "s/change")
	b.ReportMetric(longest.Seconds(), "longest-s")
	b.ReportMetric(float64(f.sent("delta")), "deltas")
}
