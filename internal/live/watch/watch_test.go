package watch

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

func round(t *testing.T, w *Watch) *Event {
	t.Helper()
	changed, err := w.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if changed == nil {
		return nil
	}
	e, err := w.Effect(t.Context(), changed)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func names(changes []Change) string {
	var all []string
	for _, c := range changes {
		all = append(all, c.What+" "+c.Type+" "+c.Name+" by "+c.By)
	}
	return strings.Join(all, ", ")
}

// Changes of rules and data, and deletions, are detected with and without the site's list of changes, with their
// effect and as drift.
func TestRounds(t *testing.T) {
	for _, silent := range []bool{false, true} {
		site := faketest.Start(t, "config-sheet", fake.Options{NoChanges: silent})
		client := site.Client(t)
		repo := t.TempDir() + "/repo"
		if _, err := pull.Into(t.Context(), client, repo, pull.Options{}); err != nil {
			t.Fatal(err)
		}
		metrics := NewMetrics("test")
		w, err := Start(t.Context(), client, repo, metrics, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		before, _ := client.Calls()
		if e := round(t, w); e != nil {
			t.Errorf("nothing has changed, and %+v", e)
		}
		if calls, _ := client.Calls(); !silent && calls-before != 1 {
			t.Errorf("%d calls to learn that nothing has changed", calls-before)
		}
		made, err := site.Store.Create("systemrule", map[string]any{
			"name": "All streams", "rule": "true", "resourceFilter": "Stream_*", "actions": json.Number("2"), "category": "Security", "type": "Custom",
		}, `ACME\anna`)
		if err != nil {
			t.Fatal(err)
		}
		e := round(t, w)
		if e == nil || names(e.Changes) != `created SystemRule All streams by ACME\anna` || e.Effect != Access || e.Gain.Cells == 0 || !slices.Equal(e.Drift, []string{"All streams"}) {
			t.Fatalf("a new rule: %+v", e)
		}
		id, _ := made["id"].(string)
		if err := site.Store.Edit("systemrule", id, "x", map[string]any{"comment": "why"}); err != nil {
			t.Fatal(err)
		}
		if e = round(t, w); e == nil || e.Effect != NoEffect || e.Gain.Cells+e.Loss.Cells != 0 {
			t.Errorf("a comment: %+v", e)
		}
		user := site.Store.List("user")[0]
		if err := errors.Join(site.Store.Delete("systemrule", id), site.Store.Edit("user", user["id"].(string), "x", map[string]any{"name": "Other"})); err != nil {
			t.Fatal(err)
		}
		if e = round(t, w); e == nil || e.Count != 2 || e.Loss.Cells == 0 || len(e.Drift) != 0 || e.Changes[0].What != "deleted" {
			t.Errorf("a deletion and an edit: %+v", e)
		}
		site.SetFaults(fake.Once(fake.LoginPage, 1, nil))
		if _, err := w.Look(t.Context()); err == nil {
			t.Error("a site that cannot be read passes for one without changes")
		}
		site.SetFaults(nil)
		w.full = w.full.Add(-fullEvery)
		if err := site.Store.Edit("user", user["id"].(string), "x", map[string]any{"name": "Another"}); err != nil {
			t.Fatal(err)
		}
		if e = round(t, w); e == nil || !e.Full {
			t.Errorf("after an hour: %+v", e)
		}
		checkMetrics(t, metrics)
	}
}

// Changes whose effect is computed later are reported one by one, each for the site at that time; an effect that
// cannot be computed is reported as unknown.
func TestLateEffects(t *testing.T) {
	site := faketest.Start(t, "config-sheet", fake.Options{})
	metrics := NewMetrics("test")
	w, err := Start(t.Context(), site.Client(t), "", metrics, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	look := func() *Changed {
		t.Helper()
		c, err := w.Look(t.Context())
		if err != nil || c == nil {
			t.Fatalf("%v, %v", c, err)
		}
		return c
	}
	tell := func(c *Changed) *Event {
		t.Helper()
		e, err := w.Effect(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	made, err := site.Store.Create("systemrule", map[string]any{
		"name": "All streams", "rule": "true", "resourceFilter": "Stream_*", "actions": json.Number("2"), "category": "Security", "type": "Custom",
	}, "x")
	if err != nil {
		t.Fatal(err)
	}
	first := look()
	if err := site.Store.Delete("systemrule", made["id"].(string)); err != nil {
		t.Fatal(err)
	}
	second := look()
	user := site.Store.List("user")[0]
	if err := site.Store.Edit("user", user["id"].(string), "x", map[string]any{"name": "Other"}); err != nil {
		t.Fatal(err)
	}
	third := look()
	gain, loss := tell(first), tell(second)
	if gain.Gain.Cells == 0 || gain.Loss.Cells != 0 || loss.Gain.Cells != 0 || loss.Loss.Cells != gain.Gain.Cells {
		t.Errorf("a rule came and went: %+v, then %+v", gain, loss)
	}
	if err := os.WriteFile(filepath.Join(third.after, rulefiles.Dir, "broken.qrule"), []byte("rule"), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := tell(third); e.Effect != Unknown || e.Reason == "" || e.Count != 1 {
		t.Errorf("a state that cannot be read: %+v", e)
	}
	if left, err := filepath.Glob(filepath.Join(w.temp, "*")); err != nil || len(left) != 2 {
		t.Errorf("%v, %v: not the site and its last state", left, err)
	}
}

func checkMetrics(t *testing.T, m *Metrics) {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`qlik2rego_drift_rules{site="test"} 0`, `qlik2rego_access_gained_cells{action="read",site="test",type="Stream"}`,
		`qlik2rego_access_lost_cells{action="read"`, `qlik2rego_last_pull_timestamp{site="test"} 1`,
	} {
		if !strings.Contains(answer.Body.String(), want) {
			t.Errorf("no %s in %s", want, answer.Body)
		}
	}
}

func TestWebhook(t *testing.T) {
	var got Event
	code := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		w.WriteHeader(code)
	}))
	defer server.Close()
	hook := &Webhook{URL: server.URL, Client: server.Client()}
	e := &Event{Site: "prod", Effect: Access, Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if err := hook.Send(t.Context(), e); err != nil || got.Site != "prod" || got.Effect != Access {
		t.Errorf("%v, got %+v", err, got)
	}
	code = http.StatusTeapot
	if err := hook.Send(t.Context(), e); err == nil || !strings.Contains(err.Error(), "418") {
		t.Errorf("a hook that refuses: %v", err)
	}
}

// The site sends notifications of changes. A restart of the site ends the subscription until it is renewed, and no
// subscription is left on the site at the end.
func TestSubscription(t *testing.T) {
	site := faketest.Start(t, "config-sheet", fake.Options{})
	client := site.Client(t)
	server := httptest.NewUnstartedServer(nil)
	s := Subscribe(client, []string{"SystemRule", "App.Object"}, "http://"+server.Listener.Addr().String()+"/")
	server.Config.Handler = s
	server.Start()
	defer server.Close()
	renewer, now := &Renewer{Subscription: s}, time.Unix(1e9, 0)
	renew := func(failed, want bool) {
		t.Helper()
		if renewed, err := renewer.After(t.Context(), now, failed); err != nil || renewed != want {
			t.Fatal(renewed, err)
		}
	}
	change := func() {
		t.Helper()
		if _, err := site.Store.Create("systemrule", map[string]any{"name": "a", "rule": "true", "resourceFilter": "Stream_*", "actions": json.Number("2")}, "x"); err != nil {
			t.Fatal(err)
		}
	}
	told := func() {
		t.Helper()
		select {
		case <-s.Hints():
		case <-time.After(5 * time.Minute):
			t.Fatal("there are no notifications")
		}
	}
	renew(false, true)
	change()
	told()
	site.Restart()
	renew(false, false)
	if site.Subscriptions() != 0 {
		t.Error("renewed before it is time")
	}
	renew(true, false) // the site could not be read: it may have restarted
	renew(false, true)
	change()
	told()
	now = now.Add(renewEvery)
	renew(false, true)
	if n := site.Subscriptions(); n != 2 {
		t.Errorf("%d subscriptions after a renewal", n)
	}
	s.Close()
	if n := site.Subscriptions(); n != 0 {
		t.Errorf("%d subscriptions are left", n)
	}
	// Others cannot guess the path, and get nothing from other paths.
	if resp, err := http.Post(server.URL+"/guess", "application/json", strings.NewReader("[]")); err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("%v, %v", resp, err)
	}
	if len(s.Hints()) != 0 {
		t.Error("a guess is a hint")
	}
	mute := faketest.Start(t, "config-sheet", fake.Options{NoNotifications: true})
	if err := Subscribe(mute.Client(t), []string{"App"}, server.URL).Renew(t.Context()); !qrs.IsNotFound(err) {
		t.Errorf("a site without notifications: %v", err)
	}
}
