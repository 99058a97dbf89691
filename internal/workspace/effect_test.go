package workspace_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// edit returns rules with one changed, new or deleted rule.
func edit(r *rand.Rand, rules []ruleset.Rule) []ruleset.Rule {
	rules = slices.Clone(rules)
	n, other := r.IntN(len(rules)), rules[r.IntN(len(rules))]
	one := &rules[n]
	condition := func(format string, args ...any) {
		one.Condition = &diag.Text{Label: "condition", Content: fmt.Sprintf(format, args...)}
	}
	switch r.IntN(9) {
	case 0:
		condition("%s or (%s)", one.Condition.Content, other.Condition.Content)
	case 1:
		condition("(%s) and (%s)", one.Condition.Content, other.Condition.Content)
	case 2:
		condition("%s", other.Condition.Content)
	case 3:
		one.Filter = &diag.Text{Label: "resourceFilter", Content: one.Filter.Content + "," + other.Filter.Content}
	case 4:
		one.Actions ^= other.Actions
	case 5:
		one.Disabled = !one.Disabled
	case 6:
		one.Context = ruleset.Context(r.IntN(3))
	case 7:
		return slices.Delete(rules, n, n+1)
	case 8:
		added := other
		added.ID, added.Name, added.Filter = fmt.Sprint("added-", r.Uint32()), "added", one.Filter
		return append(rules, added)
	}
	return rules
}

// wholly compares two sets of rules on a site. All rules are decided on both sides.
func wholly(t *testing.T, old, new []ruleset.Rule, site string) *difference.Report {
	t.Helper()
	source := workspace.Source{Snapshot: site, Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true}}
	in := difference.Input{Mode: difference.ModeSite, SameSite: true, Progress: snapshot.NoProgress{}}
	before := workspace.OfRules(old, source).Live()
	after := before.With(new)
	var err error
	for _, live := range []*workspace.Live{after, before, after} { // so that each side has the fields that both read
		if in.New, err = live.FullSite(t.Context()); err != nil {
			t.Fatal(err)
		}
		if live == before {
			in.Old = in.New
		}
	}
	r, err := difference.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said returns a report without the fields that depend on how it was computed: the numbers of classes and decisions, and
// the choice of examples.
func said(t *testing.T, r *difference.Report) string {
	t.Helper()
	one := *r
	one.Compared.UserClasses, one.Compared.ResourceClasses, one.Compared.Decisions = 0, nil, 0
	one.Groups = slices.Clone(one.Groups)
	for i := range one.Groups {
		one.Groups[i].Examples = nil
	}
	text, err := json.MarshalIndent(one, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEffectIsTheWholeDifference makes edits one after the other on generated sites. The effect decides only the rules
// that an edit affects. It equals the difference, which decides all rules.
func TestEffectIsTheWholeDifference(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("many comparisons")
	}
	seeds, edits := uint64(1), 5
	if exact.Enabled() {
		seeds, edits = 2, 6
	}
	size := sitegen.Size{Users: 6, Streams: 3, Apps: 5, Objects: 5, Others: 1, Rules: 16, Requests: 1}
	differ := 0
	for seed := uint64(1); seed <= seeds; seed++ {
		c := sitegen.Generate(seed, size)
		dir := t.TempDir()
		if err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
		site := filepath.Join(dir, "snapshot")
		rules, found := ruleset.Decode("rules.json", c.Rules)
		if found.HasErrors() {
			t.Fatal(found)
		}
		source := workspace.Source{Snapshot: site, Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true}}
		live := workspace.OfRules(rules, source).Live()
		random := rand.New(rand.NewPCG(seed, 7))
		// If few of the first edits have an effect, there are more.
		for n := 0; n < edits || n < 3*edits && differ < int(seed)*edits/4; n++ {
			changed := edit(random, live.Rules)
			to := live.With(changed)
			if to.Policy == nil {
				continue
			}
			effect, err := live.Effect(t.Context(), to, snapshot.NoProgress{})
			if err != nil {
				t.Fatal(err)
			}
			want := wholly(t, live.Rules, changed, site)
			if a, b := said(t, effect), said(t, want); a != b {
				t.Fatalf("seed %d, edit %d: the effect is %s\nbut the whole difference is %s\n%s", seed, n, a, b, firstDifference(a, b))
			}
			if len(want.Groups) > 0 {
				differ++
			}
			if n%2 == 0 { // the edit is saved
				live = live.Reread(workspace.OfRules(changed, source))
			}
		}
	}
	if differ < int(seeds)*edits/4 {
		t.Errorf("only %d of %d edits have an effect", differ, int(seeds)*edits)
	}
}

func firstDifference(a, b string) string {
	before, after := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(before), len(after)) {
		if before[i] != after[i] {
			return fmt.Sprintf("line %d: %q and %q", i+1, before[i], after[i])
		}
	}
	return "one ends before the other"
}
