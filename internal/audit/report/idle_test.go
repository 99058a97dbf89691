package report_test

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

func auditOf(t *testing.T, o testsite.Site, types []string, session partition.Session) *report.Audit {
	t.Helper()
	m, err := matrix.Compute(t.Context(), o.Bundle, partition.Question{Types: types, Actions: testsite.EveryAction(), Session: session}, snapshot.NoProgress{})
	if err != nil {
		t.Fatal(err)
	}
	a := &report.Audit{Context: session.Context, Grouped: m.Group(matrix.Selection{
		Subject: func(int32) bool { return true }, Resource: func(*matrix.Type, int32) bool { return true },
	})}
	ids := map[string]bool{}
	for _, r := range m.Model.Reads.Rules {
		if !ids[r.ID] {
			ids[r.ID] = true
			a.Names.Rules = append(a.Names.Rules, report.RuleInfo{ID: r.ID, Name: r.ID, Grants: true})
		}
	}
	return a
}

// A rule that grants something in some context and session is never reported as dead.
func TestNoLiveRuleIsCalledDead(t *testing.T) {
	seeds := uint64(2)
	if testing.Short() {
		seeds = 1
	}
	live := 0
	for seed := range seeds {
		c := sitegen.Generate(seed, sitegen.Size{Users: 6, Streams: 3, Apps: 5, Objects: 4, Others: 2, Rules: 25, Requests: 10})
		o := testsite.Open(t, c)
		types := []string{"app", "app.object", "stream"}
		grants := map[string]bool{}
		bare := map[string]*report.Audit{}
		for _, from := range []string{"hub", "qmc", ""} {
			bare[from] = auditOf(t, o, types, partition.Session{Context: from})
			session := testsite.Session(c, seed)
			session.Context = from
			for _, a := range []*report.Audit{bare[from], auditOf(t, o, types, session)} {
				for id, reach := range a.Reach() {
					grants[id] = grants[id] || reach.Pairs > 0
				}
			}
		}
		for from, a := range bare {
			for _, one := range a.Idle() {
				if !grants[one.Rule.ID] {
					continue
				}
				live++
				if one.Reason == report.Nothing {
					t.Errorf("seed %d, from %q: the rule %s is reported as dead, but grants something elsewhere", seed, from, one.Rule.ID)
				}
			}
		}
	}
	if live == 0 {
		t.Error("no rule is idle in one context and live in another: nothing was compared")
	}
	t.Logf("%d rules were idle in one context and live in another", live)
}
