package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/download"
	"github.com/open-policy-agent/opa/v1/plugins/rest"

	"github.com/qlik2rego/qlik2rego/internal/live/publish"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
)

// member is a client in a fleet: OPA's own downloader, which serve and stock OPA use.
type member struct {
	got chan download.Update
}

// enlist starts a number of clients of one publisher, and returns when all have the bundle.
func enlist(t testing.TB, address string, size int) []*member {
	t.Helper()
	config := download.Config{}
	low, high, wait := int64(1), int64(2), int64(300)
	config.Polling = download.PollingConfig{MinDelaySeconds: &low, MaxDelaySeconds: &high, LongPollingTimeoutSeconds: &wait}
	if err := config.ValidateAndInjectDefaults(); err != nil {
		t.Fatal(err)
	}
	members := make([]*member, size)
	for i := range members {
		client, err := rest.New([]byte(fmt.Sprintf(`{"name":"site","url":"http://%s","credentials":{"bearer":{"token":"a-token-of-decision-points"}}}`, address)), nil)
		if err != nil {
			t.Fatal(err)
		}
		m := &member{got: make(chan download.Update, 16)}
		d := download.New(config, client, publish.Path).WithCallback(func(_ context.Context, u download.Update) error { m.got <- u; return nil })
		d.Start(t.Context())
		t.Cleanup(func() { d.Stop(context.Background()) })
		members[i] = m
	}
	var loaded sync.WaitGroup
	for _, m := range members {
		loaded.Go(func() {
			for u := range m.got {
				if u.Bundle != nil { // a busy machine may need a second attempt
					return
				}
			}
		})
	}
	loaded.Wait()
	return members
}

// TestFleetOfDecisionPoints has a fleet of OPA's downloaders and one publisher: each gets a change once, as a delta.
// QLIK_FLEET sets the size. The test logs the time from the change on the site to the last client;
// docs/deploy/README.md has the figure for 1,000.
func TestFleetOfDecisionPoints(t *testing.T) {
	size := 20
	if n, err := strconv.Atoi(os.Getenv("QLIK_FLEET")); err == nil {
		size = n
	}
	site := faketest.Start(t, "config-sheet", fake.Options{})
	f := follow(t, site, "20ms")
	begin := time.Now()
	members := enlist(t, f.address, size)
	t.Logf("%d members have the bundle after %s", size, time.Since(begin))
	begin = time.Now()
	if err := f.setRoles("RootAdmin")(); err != nil {
		t.Fatal(err)
	}
	var bytes atomic.Int64
	var reported sync.WaitGroup
	var first sync.Once
	for _, m := range members {
		reported.Go(func() {
			u, again := <-m.got, false
			for u.Bundle == nil { // a busy machine may need a second attempt, which gets the whole bundle
				again = true
				u = <-m.got
			}
			if u.Bundle.Type() != "delta" && !again {
				t.Errorf("a member gets a bundle of the kind %s", u.Bundle.Type())
			}
			bytes.Add(int64(u.Size))
			first.Do(func() { t.Logf("the first member knows of the change after %s", time.Since(begin)) })
		})
	}
	reported.Wait()
	t.Logf("all know of it after %s, by %d bytes each", time.Since(begin), bytes.Load()/int64(size))
	if f.sent("delta") == 0 {
		t.Error("no delta is counted")
	}
}
