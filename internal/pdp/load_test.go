package pdp_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// swapping is the time for which TestSwapUnderLoad swaps each source, such as 30s. Without it, the test
// swaps a few times.
const swapping = "QLIK2REGO_SWAPPING"

// TestSwapUnderLoad swaps bundles ten times a second while clients send requests continuously: from a
// file, from a server, and from a server with separate policy and data. Some bundles are invalid.
// Every answer belongs to one revision, is complete, and none fails.
func TestSwapUnderLoad(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv(swapping))
	if err != nil && os.Getenv(swapping) != "" {
		t.Fatal(err)
	}
	swaps := 30
	if testing.Short() {
		swaps = 10
	}
	for name, source := range map[string]func(t *testing.T) (cfg pdp.Config, put func(revision string), spoil func()){
		"file": func(t *testing.T) (pdp.Config, func(string), func()) {
			cfg := twinConfig(t)
			file := cfg.Bundles[0]
			return cfg, func(revision string) { replace(t, file, archive(twin(revision, revision))) }, func() { replace(t, file, []byte("rubbish")) }
		},
		"server": func(t *testing.T) (pdp.Config, func(string), func()) {
			s := newPlane(t)
			s.put("main", archive(twin("r0", "r0")))
			return withOPA(t, s.bundlesOf("main")),
				func(revision string) { s.put("main", archive(twin(revision, revision))) },
				func() { s.put("main", []byte("rubbish")) }
		},
		"two": func(t *testing.T) (pdp.Config, func(string), func()) {
			s := newPlane(t)
			put := func(revision string) {
				policy, data := halves(revision)
				s.put("a-policy", policy)
				s.put("b-data", data)
			}
			put("r0")
			return withOPA(t, s.bundlesOf("a-policy", "b-data")), put, func() { s.put("b-data", []byte("rubbish")) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, put, spoil := source(t)
			cfg.Limits.Queue = 20 * time.Second // the machine is busy, and no client must be refused
			cfg.Limits.Time = 20 * time.Second
			p := start(t, cfg)
			eventually(t, "something decides", func() bool { return p.post(evaluation, good).status == 200 })
			l := p.busy()
			defer l.end(t)
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			decides := func(revision string) {
				eventually(t, revision+" decides", func() bool {
					return strings.Contains(p.health().body, `"revision":"`+revision)
				})
			}
			began := time.Now()
			n := 0
			for ; n < swaps || time.Since(began) < long; n++ {
				if n%10 == 9 {
					spoil()
					p.says("degraded")
				}
				revision := fmt.Sprintf("r%d", n)
				put(revision)
				if name == "two" {
					// Halves that change before both are fetched do not match, and OPA retries with increasing
					// delays.
					decides(revision)
				}
				<-tick.C
			}
			took := time.Since(began)
			put("r99999")
			decides("r99999")
			answers, revisions := l.end(t)
			t.Logf("%d answers of %d revisions over %d swaps in %s: %.1f swaps and %.0f answers a second",
				answers, revisions, n, took.Round(time.Millisecond), float64(n)/took.Seconds(), float64(answers)/took.Seconds())
			if revisions < n/4 {
				t.Errorf("answers of %d revisions alone, of %d", revisions, n)
			}
		})
	}
}

// halves returns the policy and the data of a revision, which match no other revision.
func halves(revision string) (policy, data []byte) {
	both := twin(revision, revision)
	manifest := func(root, requires string) string {
		return `{"revision":"` + revision + `","roots":["` + root + `"],"rego_version":1,"metadata":{"view":"` + revision + `","requires":[` + requires + `]}}`
	}
	return archive(map[string]string{".manifest": manifest("twin", `"site"`), "policy.rego": strings.ReplaceAll(both["policy.rego"], "data.twin", "data.site")}),
		archive(map[string]string{".manifest": manifest("site", ""), "site/data.json": `{"revision":"` + revision + `"}`})
}

// clients send requests without a pause and check each answer.
type clients struct {
	stop     chan struct{}
	once     sync.Once
	running  sync.WaitGroup
	failures chan error
	asked    atomic.Int64
	seen     sync.Map
}

func (p *point) busy(headers ...string) *clients {
	l := &clients{stop: make(chan struct{}), failures: make(chan error, 100)}
	questions := map[string]string{
		evaluation:     good,
		evaluations:    strings.TrimSuffix(good, "}") + `,"evaluations":[{},{},{},{},{},{},{},{}]}`,
		searchResource: asked_,
	}
	for path, body := range questions {
		for range 2 {
			l.running.Go(func() {
				for {
					select {
					case <-l.stop:
						return
					default:
					}
					if err := l.judge(p.try(path, body, headers...)); err != nil {
						l.failures <- err
						return
					}
				}
			})
		}
	}
	return l
}

// judge records an invalid answer.
func (l *clients) judge(a answer, err error) error {
	revision, other, _ := strings.Cut(a.header.Get("X-Policy-Revision"), "+")
	switch {
	case err != nil:
		return err
	case a.status != http.StatusOK || revision == "":
		return fmt.Errorf("%d %s", a.status, a.body)
	case strings.Contains(a.body, `"decision":false`), other != "" && other != revision:
		return fmt.Errorf("mixed: %s and %s: %s", revision, other, a.body)
	}
	// All parts that name a revision name the same one.
	for part := range strings.FieldsFuncSeq(a.body, func(r rune) bool { return strings.ContainsRune(`"-/+`, r) }) {
		if strings.HasPrefix(part, "r") && len(part) > 1 && part[1] >= '0' && part[1] <= '9' && part != revision {
			return fmt.Errorf("%s speaks of %s: %s", revision, part, a.body)
		}
	}
	l.asked.Add(1)
	l.seen.Store(revision, true)
	return nil
}

// end stops the clients and returns the number of answers, and of revisions in them.
func (l *clients) end(t *testing.T) (answers int64, revisions int) {
	t.Helper()
	l.once.Do(func() {
		close(l.stop)
		l.running.Wait()
		close(l.failures)
		for err := range l.failures {
			t.Error(err)
		}
	})
	l.seen.Range(func(any, any) bool { revisions++; return true })
	return l.asked.Load(), revisions
}
