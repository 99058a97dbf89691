package explain_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain/packed"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

var size = sitegen.Size{Users: 8, Streams: 4, Apps: 7, Objects: 9, Others: 3, Rules: 25, Requests: 200}

// generated returns a generated site. The interpretation of inequality alternates. Every third site has rules with
// errors, which are left out.
func generated(t *testing.T, seed uint64) (*subject, [][]byte) {
	t.Helper()
	options := compiler.Options{}
	if seed%2 == 1 {
		options.ListInequality = resolve.All
	}
	generate := sitegen.Generate
	if seed%3 == 0 {
		generate, options.SkipInvalid = sitegen.GenerateBroken, true
	}
	c := generate(seed, size)
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	return open(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "snapshot"), options), c.Requests
}

// sites runs a test on generated sites.
func sites(t *testing.T, test func(t *testing.T, s *subject, requests [][]byte)) {
	n := uint64(6)
	switch {
	case testing.Short():
		n = 1
	case !exact.Enabled():
		n = 2
	}
	for seed := range n {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, requests := generated(t, 7000+seed)
			test(t, s, requests)
		})
	}
}

// TestExplanationsAgreeWithDecisions compares every explanation with the decision of the embedded engine, and every
// clause with its parts.
func TestExplanationsAgreeWithDecisions(t *testing.T) {
	sites(t, func(t *testing.T, s *subject, requests [][]byte) {
		for _, request := range requests {
			x := by(t, s.plain, request)
			d, err := s.engine.Decide(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			if x.Allow != d.Allow || x.Reason != d.Reason || !slices.Equal(x.GrantedBy, d.GrantedBy) {
				t.Errorf("%s\nexplained: %s by %q\ndecided:   %s by %q", request, x.Reason, x.GrantedBy, d.Reason, d.GrantedBy)
			}
			consistent(t, request, x)
		}
	})
}

// consistent checks that the parts of an explanation imply the result.
func consistent(t *testing.T, request []byte, x *explain.Explanation) {
	t.Helper()
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: %s", request, fmt.Sprintf(format, args...))
	}
	judged := x.Reason == "granted" || x.Reason == "no_rule"
	if judged == (len(x.Faults) > 0) || judged != (len(x.Questions) > 0) {
		wrong("%s with %d faults and %d questions", x.Reason, len(x.Faults), len(x.Questions))
	}
	numbers := map[int]bool{}
	for i, q := range x.Questions {
		var by []string
		for _, r := range q.Rules {
			composed(r.Clause, x, numbers, wrong)
			if r.Holds != r.Clause.Holds || r.Holds && (r.Unmet == nil || *r.Unmet != 0) {
				wrong("rule %s: holds %t, its condition %t", r.ID, r.Holds, r.Clause.Holds)
			}
			if r.Holds {
				by = append(by, r.ID)
			}
		}
		slices.Sort(by)
		if q.Granted != (len(by) > 0) {
			wrong("question %d: granted %t by %q", i, q.Granted, by)
		}
		if i == 0 && !slices.Equal(by, x.GrantedBy) {
			wrong("the rules that hold are %q, and those that grant %q", by, x.GrantedBy)
		}
	}
	for _, m := range x.Nearest {
		if r := x.Questions[0].Rules[m.Rule]; r.Unmet == nil || *r.Unmet == 0 || len(m.Unmet) < *r.Unmet {
			wrong("a miss of %d clauses by %s, which has %v unmet", len(m.Unmet), r.ID, r.Unmet)
		}
		for _, number := range m.Unmet {
			if !numbers[number] {
				wrong("there is no clause %d", number)
			}
		}
	}
	if x.Allow && len(x.Proposals)+len(x.Nearest) > 0 {
		wrong("proposals for what is granted")
	}
}

// composed checks that the truth value of a clause follows from its parts, its values or its questions.
func composed(c explain.Clause, x *explain.Explanation, numbers map[int]bool, wrong func(string, ...any)) {
	if numbers[c.Number] || c.Line < 1 || c.Column < 1 {
		wrong("clause %d at %d:%d", c.Number, c.Line, c.Column)
	}
	numbers[c.Number] = true
	holds := func(part explain.Clause) bool { return part.Holds }
	fails := func(part explain.Clause) bool { return !part.Holds }
	want := c.Holds
	switch c.Kind {
	case "or":
		want = slices.ContainsFunc(c.Parts, holds)
	case "and":
		want = !slices.ContainsFunc(c.Parts, fails)
	case "not":
		want = !c.Parts[0].Holds
	case "constant":
		want = c.Text == "true"
	case "comparison":
		if empty := len(c.Left.Values)+len(c.Left.Entities) == 0 || len(c.Right.Values)+len(c.Right.Entities) == 0; empty {
			want = c.Operator == "!=" || c.Operator == "!=="
		}
	case "call":
		switch c.Function {
		case "HasPrivilege":
			want = slices.ContainsFunc(c.Asks, func(i int) bool { return x.Questions[i].Granted })
		case "Empty":
			want = len(c.Left.Values)+len(c.Left.Entities) == 0
		case "IsOwned":
			want = len(c.Left.Entities) > 0
		}
	}
	if want != c.Holds {
		wrong("clause %d, %s: said to hold: %t", c.Number, c.Text, c.Holds)
	}
	for _, part := range c.Parts {
		composed(part, x, numbers, wrong)
	}
}

// TestBundlesExplainEqually compares explanations from a bundle with those from its rules and snapshot.
func TestBundlesExplainEqually(t *testing.T) {
	sites(t, func(t *testing.T, s *subject, requests [][]byte) {
		x, err := packed.Explainer(s.bundle, explain.Options{Proposals: -1})
		if err != nil {
			t.Fatal(err)
		}
		for _, request := range requests {
			want, got := by(t, s.plain, request), by(t, x, request)
			consistent(t, request, got)
			if got.Allow != want.Allow || got.Reason != want.Reason || !slices.Equal(got.GrantedBy, want.GrantedBy) {
				t.Errorf("%s\nby the bundle: %s by %q\nby the files:  %s by %q", request, got.Reason, got.GrantedBy, want.Reason, want.GrantedBy)
			}
		}
	})
}

// TestProposalsGrant applies proposals to the files and the request as described, and decides with the embedded engine.
func TestProposalsGrant(t *testing.T) {
	sites(t, func(t *testing.T, s *subject, requests [][]byte) {
		denied, proposed, carried := 0, 0, 0
		for i, request := range requests {
			if i%2 != 0 {
				continue
			}
			x := s.out(t, request)
			consistent(t, request, x)
			if x.Reason == "no_rule" {
				denied++
			}
			for _, p := range x.Proposals {
				if proposed++; proposed%7 == 1 { // each needs a compilation, so only some are applied
					carried++
					s.holds(t, request, p)
				}
			}
		}
		t.Logf("%d requests denied; %d proposals, %d of them applied", denied, proposed, carried)
		if carried == 0 {
			t.Error("no proposal was applied")
		}
	})
}

// holds fails the test if the engine does not grant a request after a proposal, or grants it before all changes of
// the proposal are made.
func (s *subject) holds(t *testing.T, request []byte, p explain.Proposal) {
	t.Helper()
	dir, changed := after(t, s.dir, request, p)
	late := &subject{policy: s.policy}
	late.decide(t, dir)
	d, err := late.engine.Decide(t.Context(), changed)
	if err != nil {
		t.Fatal(err)
	}
	if !d.Allow || !slices.Equal(d.GrantedBy, p.GrantedBy) {
		out, _ := json.MarshalIndent(p, "", " ")
		t.Errorf("%s is not granted after the proposal: %s by %q\n%s", changed, d.Reason, d.GrantedBy, out)
	}
}
