package explain

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// made returns the explainer of a generated site, and requests.
func made(t *testing.T, seed uint64) (*Explainer, [][]byte) {
	t.Helper()
	c := sitegen.Generate(seed, sitegen.Small)
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	return read(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "snapshot")), c.Requests
}

func read(t *testing.T, rulesFile, dir string) *Explainer {
	t.Helper()
	snap, found := snapshot.Open(dir, nil)
	site, more := snap.Load(nil)
	rules, faults := ruleset.Read(rulesFile)
	if list := slices.Concat(found, more, faults); list.HasErrors() {
		t.Fatal(list)
	}
	return New(rules, site, Options{Proposals: 4})
}

// scenario returns the explainer of a scenario, and every third of the requests to read or update an entity on record
// from the hub.
func scenario(t *testing.T, rules, dir string) (*Explainer, [][]byte) {
	t.Helper()
	const root = "../../../testdata/scenarios"
	x := read(t, filepath.Join(root, rules), filepath.Join(root, dir))
	var requests [][]byte
	for _, user := range x.records("user") {
		for _, typeKey := range slices.Sorted(maps.Keys(x.site.Records)) {
			for _, e := range x.records(typeKey) {
				for _, action := range []string{"read", "update"} {
					requests = append(requests, fmt.Appendf(nil,
						`{"subject":{"type":"user","id":%q},"action":{"name":%q},"resource":{"type":%q,"id":%q},"context":{"request_context":"hub"}}`,
						user.ID, action, e.TypeName, e.ID))
				}
			}
		}
	}
	var third [][]byte
	for i := 0; i < len(requests); i += 3 {
		third = append(third, requests[i])
	}
	return x, third
}

// everyLocation returns the values that people change most often: all directory attributes and custom properties of
// subject and resource that the site has.
func (x *Explainer) everyLocation(q evaluate.Question) []location {
	var locations []location
	for _, owner := range []*snapshot.Entity{q.Subject, q.Resource} {
		names := map[string]bool{}
		for _, e := range x.records(owner.Type) {
			for name := range e.Custom {
				names["@"+name] = true
			}
			for name := range e.Attributes {
				names[name] = true
			}
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			segment := condition.Segment{Name: name}
			if name[0] == '@' {
				segment = condition.Segment{Name: name[1:], Custom: true}
			}
			if s, ok := x.location(owner, segment); ok && owner.Recorded {
				locations = append(locations, s)
			}
		}
	}
	return locations
}

// TestNoSingleValueIsOverlooked tries every value of the site in every attribute and custom property. If one value
// grants the request, a change of one value is proposed as well, and the proposals before it give less additional
// access.
func TestNoSingleValueIsOverlooked(t *testing.T) {
	seeds := uint64(6)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			x, requests := made(t, 9100+seed)
			x.overlooks(t, requests)
		})
	}
	for rules, dir := range map[string]string{
		"customer-case/rules.json":             "customer-case/site",
		"sheet-level/grants-add-up/rules.json": "sheet-level/site",
		"sheet-level/one-sheet/rules.json":     "sheet-level/site",
		"stream-hierarchy/rules.json":          "stream-hierarchy/site",
	} {
		t.Run(filepath.ToSlash(filepath.Dir(rules)), func(t *testing.T) {
			if testing.Short() {
				t.Skip("many values; the test of a generated site runs the same code")
			}
			t.Parallel()
			x, requests := scenario(t, rules, dir)
			if x.overlooks(t, requests) == 0 {
				t.Error("one value grants no request")
			}
		})
	}
}

// overlooks fails the test for each request that one value grants without a proposal of one change. It returns the
// number of requests that one value grants.
func (x *Explainer) overlooks(t *testing.T, requests [][]byte) int {
	t.Helper()
	denied, grantable := 0, 0
	for _, request := range requests {
		trace := x.evaluator.Trace(x.evaluator.Read(request))
		q := trace.Question
		if trace.Decision.Reason != "no_rule" || !q.HasAction {
			continue
		}
		denied++
		var grants *edit
		for _, s := range x.everyLocation(q) {
			for _, v := range x.known(s) {
				one := plan{{location: s, kind: addValue, value: v}}
				if grants == nil && x.evaluator.Answer(one.apply(q)).Allow {
					grants = &one[0]
				}
			}
		}
		if grants == nil {
			continue
		}
		grantable++
		proposals, _ := x.propose(trace)
		if !slices.ContainsFunc(proposals, func(p Proposal) bool { return len(p.Changes) == 1 }) {
			t.Errorf("%s\nis granted by this change: %s; the proposals are %+v", request, grants.sentence(), proposals)
		}
	}
	for _, request := range requests[:min(len(requests), 5)] {
		proposals, _ := x.propose(x.evaluator.Trace(x.evaluator.Read(request)))
		for i := 1; i < len(proposals); i++ {
			before, after := proposals[i-1].Reach, proposals[i].Reach
			if before.loss() > 0 && after.loss() == 0 || (before.loss() > 0) == (after.loss() > 0) && compareGains(before, after) > 0 {
				t.Errorf("%s\nproposal %d grants more than the next one: %+v, %+v", request, i, before, after)
			}
		}
	}
	t.Logf("%d denied; one value grants %d of them", denied, grantable)
	return grantable
}

// TestChangesAreTriedOnCopies explains everything twice. Changes that were tried for one request must not affect
// another.
func TestChangesAreTriedOnCopies(t *testing.T) {
	x, requests := made(t, 9200)
	decide := func() []string {
		var all []string
		for _, request := range requests {
			d := x.evaluator.Decide(request)
			all = append(all, fmt.Sprint(d.Reason, d.GrantedBy, d.Actions))
		}
		return all
	}
	before := decide()
	for _, request := range requests {
		if _, err := x.Explain(request); err != nil {
			t.Fatal(err)
		}
	}
	if after := decide(); !slices.Equal(before, after) {
		t.Error("the decisions differ after explanations")
	}
}

// TestProposalsAreMinimal removes each change from each proposal with several changes.
func TestProposalsAreMinimal(t *testing.T) {
	several := 0
	for seed := uint64(9300); several == 0 && seed < 9320; seed++ {
		several += minimal(t, seed)
	}
	if several == 0 {
		t.Error("no proposal has several changes")
	}
}

// minimal checks the proposals on a site and returns the number of those with several changes.
func minimal(t *testing.T, seed uint64) (several int) {
	x, requests := made(t, seed)
	for _, request := range requests {
		trace := x.evaluator.Trace(x.evaluator.Read(request))
		if trace.Decision.Reason != "no_rule" || !trace.Question.HasAction {
			continue
		}
		trial := trial{Explainer: x, question: trace.Question}
		found, _ := newSearch(x, trace).granting()
		for _, small := range found {
			if len(small) < 2 {
				continue
			}
			several++
			for i := range small {
				if trial.grants(slices.Delete(slices.Clone(small), i, i+1)) {
					t.Errorf("%s: %v grants without %s", request, small.key(), small[i].sentence())
				}
			}
		}
	}
	return several
}

// TestSearchAgainstAllSets tries all sets of one and two edits that a search knows. The search finds exactly the sets
// that grant and have no part that grants, except values and targets beyond the limit for a clause.
func TestSearchAgainstAllSets(t *testing.T) {
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	compared, missed := 0, 0
	for seed := range seeds {
		x, requests := made(t, 9400+seed)
		for _, request := range requests {
			trace := x.evaluator.Trace(x.evaluator.Read(request))
			if trace.Decision.Reason != "no_rule" || !trace.Question.HasAction {
				continue
			}
			s := newSearch(x, trace)
			if len(s.edits) > 25 {
				continue
			}
			found, tried := s.granting()
			if tried >= maxPlans {
				continue
			}
			want := x.allSets(trace.Question, s.edits)
			compared += len(want)
			shapes := map[string]int{}
			for _, p := range found {
				shapes[p.shape()]++
			}
			for _, p := range want {
				same := func(o plan) bool { return o.key() == p.key() }
				variety := maxValues
				if slices.ContainsFunc(p, func(e edit) bool { return e.kind == relate }) {
					variety = maxTargets // the limit of targets for a clause
				}
				if !slices.ContainsFunc(found, same) && shapes[p.shape()] < variety {
					t.Logf("%s: %s is not found", request, p.key())
					missed++
				}
			}
			for _, p := range found {
				same := func(o plan) bool { return o.key() == p.key() }
				if len(p) <= 2 && !slices.ContainsFunc(want, same) {
					t.Errorf("%s: %s is found, but is not minimal", request, p.key())
				}
			}
		}
	}
	// A target of a relation that is tried for one clause can also change a clause of another rule, for which three
	// other targets are tried. A search that has both finds it: once in 857 sets of the fourteen sites after these.
	t.Logf("%d sets grant, %d are not found", compared, missed)
	if compared < 10 || missed > compared/500 {
		t.Errorf("%d sets grant, %d are not found", compared, missed)
	}
}

// allSets returns the sets of one and two edits that grant and have no part that grants.
func (x *Explainer) allSets(q evaluate.Question, edits []edit) []plan {
	trial := trial{Explainer: x, question: q}
	var list []plan
	alone := map[string]bool{}
	for _, e := range edits {
		if trial.grants(plan{e}) {
			list = append(list, plan{e})
			alone[e.key()] = true
		}
	}
	for i, e := range edits {
		for _, f := range edits[:i] {
			if p := (plan{f, e}); !alone[e.key()] && !alone[f.key()] && !exclusive(e, f) && trial.grants(p) {
				list = append(list, p)
			}
		}
	}
	return list
}
