package studio_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
	"github.com/qlik2rego/qlik2rego/internal/studio"
)

// pulled serves a folder that was pulled from a site, with another condition of one rule.
func pulled(t *testing.T, condition string, apply bool) (*running, *faketest.Site) {
	t.Helper()
	site := faketest.Start(t, "customer-case", fake.Options{})
	client := site.Client(t)
	dir := t.TempDir()
	if _, err := pull.Into(t.Context(), client, dir, pull.Options{}); err != nil {
		t.Fatal(err)
	}
	r := serveWith(t, studio.Options{Directory: dir, Site: client.Site(), Apply: apply}).enter()
	one := r.rule("ResourceAccess")
	r.ask("/api/save", rule{"draft": one.edited(rule{"condition": condition}), "revision": one["revision"]}, nil, http.StatusOK)
	return r, site
}

type planned struct {
	Digest  string
	Blocked bool
	Changes []struct{ Op, Name string }
	Effects struct{ Loss struct{ Cells int } }
	Gates   []struct{ Gate string }
	Rules   map[string]string
}

// TestPlanAndApply plans an edit for a live site, and writes it there after its name was typed.
func TestPlanAndApply(t *testing.T) {
	t.Parallel()
	r, site := pulled(t, `user.group = resource.@GroupAccess and user.userId != "alice"`, true)
	before := site.Writes()
	var p planned
	r.ask("/api/plan", rule{}, &p, http.StatusOK)
	if p.Blocked || len(p.Changes) != 1 || p.Changes[0].Op != "update" || p.Changes[0].Name != "ResourceAccess" || p.Effects.Loss.Cells == 0 || len(p.Gates) == 0 || p.Rules != nil {
		t.Fatalf("the plan is %+v", p)
	}
	for _, refused := range []rule{{"digest": p.Digest, "confirm": ""}, {"digest": p.Digest, "confirm": "TEST"}, {"digest": "sha256:0", "confirm": "test"}} {
		if why := r.refused("/api/apply", refused); why == "" {
			t.Errorf("%v is applied", refused)
		}
	}
	if site.Writes() != before {
		t.Fatal("the site was written to")
	}
	var done struct {
		Error  string
		Result struct {
			Written []struct{ Name string }
			Backup  string
		}
	}
	r.ask("/api/apply", rule{"digest": p.Digest, "confirm": "test"}, &done, http.StatusOK)
	if done.Error != "" || len(done.Result.Written) != 1 || site.Writes() == before {
		t.Fatalf("applied: %+v", done)
	}
	if inside, err := filepath.Rel(r.dir, done.Result.Backup); err != nil || strings.HasPrefix(inside, "..") {
		t.Errorf("the backup is at %s", done.Result.Backup)
	}
	if _, err := os.Stat(done.Result.Backup); err != nil {
		t.Error(err)
	}
	var again planned
	r.ask("/api/plan", rule{}, &again, http.StatusOK)
	if len(again.Changes) != 0 {
		t.Errorf("after the plan was applied, %+v are left", again.Changes)
	}
}

// TestNothingIsAppliedWithoutTheFlag plans, and checks that apply is refused.
func TestNothingIsAppliedWithoutTheFlag(t *testing.T) {
	t.Parallel()
	r, site := pulled(t, "false", false)
	var p planned
	r.ask("/api/plan", rule{}, &p, http.StatusOK)
	if !p.Blocked {
		t.Error("a plan by which everybody loses every app is not blocked")
	}
	before := site.Writes()
	if why := r.refused("/api/apply", rule{"digest": p.Digest, "confirm": "test"}); !strings.Contains(why, "--apply") || site.Writes() != before {
		t.Errorf("it is refused with %q", why)
	}
}

// TestTests writes tests of the current rules, which fail after an edit.
func TestTests(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("tests are generated")
	}
	dir := scenario(t, "sheet-level")
	r := serveWith(t, studio.Options{Directory: filepath.Join(dir, "one-sheet"), Snapshot: filepath.Join(dir, "site")}).enter()
	type tested struct {
		Files          []string
		Tests          []struct{ Name, State, Reason string }
		Passed, Failed int
		Generated      string
	}
	run := func() (all tested) {
		t.Helper()
		r.ask("/api/tests", nil, &all, http.StatusOK)
		return all
	}
	known := run()
	if known.Generated != "" || known.Failed != 0 {
		t.Fatalf("the tests of the scenario: %+v", known)
	}
	r.ask("/api/tests", rule{}, nil, http.StatusOK)
	all := run()
	if all.Failed != 0 || all.Passed <= known.Passed || all.Generated == "" {
		t.Fatalf("with generated tests: %+v", all)
	}
	rules, _ := r.state()
	for _, one := range rules {
		if !strings.HasPrefix(one["filter"].(string), "App") || one["disabled"] == true {
			continue
		}
		r.ask("/api/save", rule{"draft": one.edited(rule{"condition": "false"}), "revision": one["revision"]}, nil, http.StatusOK)
		if all = run(); all.Failed == 0 {
			t.Errorf("no test notices that %s grants nothing", one["name"])
		}
		r.ask("/api/undo", rule{}, nil, http.StatusOK)
		break
	}
	r.ask("/api/undo", rule{}, nil, http.StatusOK)
	if left := run(); left.Generated != "" || len(left.Files) != len(known.Files) {
		t.Errorf("undo leaves %v", left.Files)
	}
	write(t, r.dir, "tests_test.rego", "package own\n\ntest_own if 1 == 1\n")
	if why := r.refused("/api/tests", rule{}); !strings.Contains(why, "edited") {
		t.Errorf("a file of somebody else is replaced, or refused with %q", why)
	}
}
