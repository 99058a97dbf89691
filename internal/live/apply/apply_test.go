package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// rulesOf decodes the rules of a site.
func rulesOf(t testing.TB, site *faketest.Site) plan.Rules {
	t.Helper()
	data, err := json.Marshal(site.Store.List("systemrule"))
	if err != nil {
		t.Fatal(err)
	}
	rules, found := ruleset.Decode("site", data)
	if found.HasErrors() {
		t.Fatal(found)
	}
	return plan.ByID(rules)
}

// state returns the managed fields of all rules, without their ids.
func state(rules plan.Rules) string {
	var all []string
	for id := range rules {
		r := rules[id]
		data, _ := json.Marshal(plan.FieldsOf(&r)) // strings and numbers
		all = append(all, string(data))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// mutate returns rules with some changes: edits, new rules and deletions.
func mutate(r *rand.Rand, rules plan.Rules) []ruleset.Rule {
	target := maps.Clone(rules)
	var custom []string
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		if rules[id].Type == "Custom" {
			custom = append(custom, id)
		}
	}
	for range 1 + r.IntN(5) {
		f := plan.Fields{
			Name: fmt.Sprintf("rule %d", r.IntN(1000000)), Category: "Security", Type: "Custom", Rule: fmt.Sprintf(`user.name = "%d"`, r.IntN(100)),
			ResourceFilter: []string{"Stream_*", "App*", "App.Object_*"}[r.IntN(3)], Actions: uint32(1 + r.IntN(15)), Disabled: r.IntN(4) == 0, RuleContext: r.IntN(3),
			Tags: [][]string{{}, {"one"}, {"one", "two"}}[r.IntN(3)],
		}
		id := fmt.Sprintf("new-%d", r.IntN(1000000))
		if len(custom) > 0 && r.IntN(3) > 0 {
			id = custom[r.IntN(len(custom))]
			if r.IntN(4) == 0 {
				delete(target, id)
				continue
			}
		}
		made, err := f.Decode(id)
		if err != nil {
			panic(err)
		}
		target[id] = made
	}
	return target.List()
}

// writesOnly matches the calls that change rules.
func writesOnly(r *http.Request) bool {
	return r.Method != http.MethodGet && strings.Contains(r.URL.Path, "/systemrule") && !strings.Contains(r.URL.Path, "/security/")
}

// Random plans under random faults: the site is in the state before, after, or between two writes of the plan, and
// the journal shows which; --resume completes the plan; rollback restores every managed field.
// QLIK_APPLY_RUNS sets the number of plans.
func TestPlansUnderFaults(t *testing.T) {
	runs := 60
	switch {
	case testing.Short():
		runs = 15
	case exact.Enabled():
		runs = 1000
	}
	if n, err := strconv.Atoi(os.Getenv("QLIK_APPLY_RUNS")); err == nil {
		runs = n
	}
	site := faketest.Start(t, "config-sheet", fake.Options{KeepType: true})
	client := site.With(t, "    defaults: keep\n    protect: ['ACME\\root']\n")
	client.RetryAfter(0)
	backups := t.TempDir()
	clock := faketest.NewClock()
	o := Options{Backups: backups, Clock: func() time.Time { return clock.Advance(time.Second) }}
	po := plan.Options{NoEffect: true}
	cut := 0
	for seed := range runs {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		before := rulesOf(t, site)
		p, err := plan.ToBackup(t.Context(), client, mutate(r, before), po)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Encode(); err != nil || len(p.Problems) > 0 {
			t.Fatal(err, p.Problems)
		}
		states := map[string]int{}
		for n := range len(p.Changes) + 1 {
			rules, err := plan.After(before, p.Changes, n)
			if err != nil {
				t.Fatal(err)
			}
			states[state(rules)] = n
		}
		fault := []fake.Fault{fake.ServerError, fake.CutBefore, fake.CutAfter, fake.Conflict, fake.CutBody}[r.IntN(5)]
		twice := r.IntN(3) == 0
		nth := 1 + r.IntN(len(p.Changes)+1)
		seen := 0
		site.SetFaults(func(req *http.Request) fake.Fault {
			if !writesOnly(req) {
				return fake.NoFault
			}
			if seen++; seen == nth || twice && seen == nth+1 {
				return fault
			}
			return fake.NoFault
		})
		result, err := Apply(t.Context(), client, p, o)
		site.SetFaults(nil)
		reached, planned := states[state(rulesOf(t, site))]
		if !planned {
			t.Fatalf("seed %d, fault %d at write %d: the site is in no state of the plan: %v", seed, fault, nth, err)
		}
		if result.Backup != "" {
			checkJournal(t, seed, result, reached, err)
		}
		if err == nil && reached != len(p.Changes) && state(rulesOf(t, site)) != state(mustAfter(t, before, p)) {
			t.Fatalf("seed %d: no error, and %d of %d writes are done", seed, reached, len(p.Changes))
		}
		if err != nil {
			cut++
			if now := state(rulesOf(t, site)); now != state(before) && now != state(mustAfter(t, before, p)) {
				var stale *StaleError
				if _, err := Apply(t.Context(), client, p, o); !errors.As(err, &stale) || !stale.Partly || state(rulesOf(t, site)) != now {
					t.Fatalf("seed %d: again without --resume: %v", seed, err)
				}
			}
			resume := o
			resume.Resume = true
			if _, err := Apply(t.Context(), client, p, resume); err != nil {
				t.Fatalf("seed %d, fault %d at write %d: resume: %v", seed, fault, nth, err)
			}
			if state(rulesOf(t, site)) != state(mustAfter(t, before, p)) {
				t.Fatalf("seed %d: resume ends elsewhere", seed)
			}
		}
		if result.Backup != "" && r.IntN(2) == 0 {
			rollback(t, seed, client, site, result.Backup, o, state(before))
		}
		thin(t, site)
	}
	if runs >= 60 && cut < 5 {
		t.Errorf("only %d plans were cut short", cut)
	}
}

// thin deletes rules that plans have created if there are many, so that later plans are not larger.
func thin(t *testing.T, site *faketest.Site) {
	t.Helper()
	rules := site.Store.List("systemrule")
	if len(rules) < 20 {
		return
	}
	for _, r := range rules {
		if name, _ := r["name"].(string); strings.HasPrefix(name, "rule ") {
			id, _ := r["id"].(string)
			if err := site.Store.Delete("systemrule", id); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func mustAfter(t *testing.T, before plan.Rules, p *plan.Plan) plan.Rules {
	t.Helper()
	rules, err := plan.After(before, p.Changes, len(p.Changes))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// checkJournal compares the completed writes in the journal with the state of the site.
func checkJournal(t *testing.T, seed int, result *Result, reached int, failure error) {
	t.Helper()
	entries, err := ReadJournal(result.Journal)
	if err != nil {
		t.Fatal(err)
	}
	done, begun := 0, 0
	for _, e := range entries {
		switch {
		case e.Write > 0 && e.Status == Done:
			done++
		case e.Write > 0 && e.Status == Begun:
			begun++
		}
	}
	// A write that was begun but not completed may have reached the site.
	if done != len(result.Written) || reached < done || reached > begun {
		t.Errorf("seed %d (%v): the journal has %d begun and %d done, the site %d", seed, failure, begun, done, reached)
	}
}

func rollback(t *testing.T, seed int, client *qrs.Client, site *faketest.Site, backup string, o Options, want string) {
	t.Helper()
	_, rules, err := ReadBackup(backup)
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.ToBackup(t.Context(), client, rules, plan.Options{NoEffect: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(t.Context(), client, back, o); err != nil {
		t.Fatalf("seed %d: rollback: %v", seed, err)
	}
	if got := state(rulesOf(t, site)); got != want {
		t.Errorf("seed %d: rollback left\n%s\nwant\n%s", seed, got, want)
	}
}

// one plans a change of a rule's comment.
func one(t *testing.T, site *faketest.Site, client *qrs.Client, name, comment string) *plan.Plan {
	t.Helper()
	rules := rulesOf(t, site)
	for id := range rules {
		if r := rules[id]; r.Name == name {
			r.Comment = comment
			rules[id] = r
		}
	}
	p, err := plan.ToBackup(t.Context(), client, rules.List(), plan.Options{NoEffect: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Changes) != 1 {
		t.Fatalf("%d changes", len(p.Changes))
	}
	return p
}

func customRule(t *testing.T, site *faketest.Site) (id, name string) {
	t.Helper()
	for _, r := range site.Store.List("systemrule") {
		if r["type"] == "Custom" {
			return r["id"].(string), r["name"].(string)
		}
	}
	t.Fatal("no custom rule")
	return "", ""
}

// An administrator edits a rule in the console between the plan and its write.
func TestConcurrentEdits(t *testing.T) {
	site := faketest.Start(t, "config-sheet", fake.Options{})
	client := site.Client(t)
	id, name := customRule(t, site)
	edit := func() {
		if err := site.Store.Edit("systemrule", id, `ACME\anna`, map[string]any{"comment": "hers"}); err != nil {
			t.Error(err)
		}
	}
	p := one(t, site, client, name, "ours")
	edit()
	var stale *StaleError
	if r, err := Apply(t.Context(), client, p, Options{Backups: t.TempDir()}); !errors.As(err, &stale) || r.Backup != "" || site.Writes() != 0 {
		t.Errorf("a stale plan: %v, %d writes", err, site.Writes())
	}
	// Between the check and the write: when the rule is fetched for the write, or at the PUT.
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		if err := site.Store.Edit("systemrule", id, "x", map[string]any{"comment": "old"}); err != nil {
			t.Fatal(err)
		}
		p = one(t, site, client, name, "ours "+method)
		first := true
		site.SetFaults(func(r *http.Request) fake.Fault {
			if first && r.Method == method && strings.Contains(r.URL.Path, "/systemrule/"+id) {
				first = false
				edit()
			}
			return fake.NoFault
		})
		var changed *ChangedError
		if _, err := Apply(t.Context(), client, p, Options{Backups: t.TempDir()}); !errors.As(err, &changed) || changed.By != `ACME\anna` {
			t.Errorf("an edit at %s: %v", method, err)
		}
		site.SetFaults(nil)
	}
}

// Without a backup nothing is written; a broken backup is not used.
func TestBackups(t *testing.T) {
	site := faketest.Start(t, "config-sheet", fake.Options{})
	client := site.Client(t)
	_, name := customRule(t, site)
	p := one(t, site, client, name, "ours")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(t.Context(), client, p, Options{Backups: filepath.Join(file, "x")}); err == nil || site.Writes() != 0 {
		t.Errorf("without a backup: %v, %d writes", err, site.Writes())
	}
	dir := t.TempDir()
	result, err := Apply(t.Context(), client, p, Options{Backups: dir})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(result.Backup)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	data, err := os.ReadFile(result.Backup)
	if err == nil {
		err = os.WriteFile(result.Backup, []byte(strings.Replace(string(data), "Custom", "Casual", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadBackup(result.Backup); err == nil || !strings.Contains(err.Error(), "was changed after it was written") {
		t.Errorf("a changed backup: %v", err)
	}
}

// The QMC turns an edited Default rule into a Custom one. The site's configuration rejects, allows or undoes that.
func TestDefaultRules(t *testing.T) {
	for defaults, want := range map[string]string{"refuse": "", "custom": "Custom", "keep": "Default"} {
		site := faketest.Start(t, "config-sheet", fake.Options{KeepType: defaults == "keep"})
		client := site.With(t, "    defaults: "+defaults+"\n")
		id, name := customRule(t, site)
		if err := site.Store.Edit("systemrule", id, "x", map[string]any{"type": "Default"}); err != nil {
			t.Fatal(err)
		}
		p := one(t, site, client, name, "ours")
		p.Dir = t.TempDir() // a plan of a directory, not a rollback
		p.Policy(client.Site().Defaults)
		_, err := Apply(t.Context(), client, p, Options{Backups: t.TempDir()})
		var blocked *BlockedError
		if errors.As(err, &blocked) != (want == "") {
			t.Errorf("%s: %v", defaults, err)
		}
		for _, r := range site.Store.List("systemrule") {
			if r["id"] == id && want != "" && (r["type"] != want || r["comment"] != "ours") {
				t.Errorf("%s: the type is %v, the comment %v", defaults, r["type"], r["comment"])
			}
		}
	}
}
