package difference_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// compiled compiles the rules of two sides, and merges their views.
func compiled(t testing.TB, old, new []ruleset.Rule) (a, b *compiler.Policy) {
	t.Helper()
	var found diag.List
	if a, found = compiler.Compile(old, compiler.Options{SkipInvalid: true}); a == nil {
		t.Fatal(found)
	}
	if b, found = compiler.Compile(new, compiler.Options{SkipInvalid: true}); b == nil {
		t.Fatal(found)
	}
	a.View.Merge(b.View)
	b.View.Merge(a.View)
	return a, b
}

// bundle returns the bundle of a policy with a snapshot folder, or without one if the folder is "".
func bundle(t testing.TB, policy *compiler.Policy, site string) *bundles.Bundle {
	t.Helper()
	var data bundles.DataSource
	if site != "" {
		s, found := snapshot.Open(site, schema.Default())
		if found.HasErrors() {
			t.Fatal(found)
		}
		data = func(ctx context.Context, w io.Writer) error {
			_, err := s.Project(ctx, policy.View, w, snapshot.NoProgress{})
			return err
		}
	}
	b, err := bundles.InMemory(t.Context(), policy, data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t testing.TB, file string, export []byte) []ruleset.Rule {
	t.Helper()
	rules, found := ruleset.Decode(file, export)
	if found.HasErrors() {
		t.Fatal(found)
	}
	return rules
}

// input returns two sets of rules to compare on one site, or without a site if the folder is "".
func input(t testing.TB, old, new []ruleset.Rule, site string) difference.Input {
	t.Helper()
	before, after := compiled(t, old, new)
	in := difference.Input{
		Old:  difference.Side{Rules: old, Policy: before, Bundle: bundle(t, before, site)},
		New:  difference.Side{Rules: new, Policy: after, Bundle: bundle(t, after, site)},
		Mode: difference.ModeSite, SameSite: true, Progress: snapshot.NoProgress{},
	}
	if site == "" {
		in.Mode = difference.ModeClasses
	}
	return in
}

func compare(t testing.TB, in difference.Input) *difference.Report {
	t.Helper()
	r, err := difference.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// written writes the snapshot of a test case and returns its folder.
func written(t testing.TB, c sitegen.Case) string {
	t.Helper()
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "snapshot")
}

// mutate returns rules with a few changes.
func mutate(r *rand.Rand, rules []ruleset.Rule) []ruleset.Rule {
	rules = slices.Clone(rules)
	condition := func(n int, format string, args ...any) {
		rules[n].Condition = &diag.Text{Label: "condition", Content: fmt.Sprintf(format, args...)}
	}
	for range 1 + r.IntN(4) {
		n, other := r.IntN(len(rules)), rules[r.IntN(len(rules))]
		text := rules[n].Condition.Content
		switch r.IntN(10) {
		case 0:
			rules = slices.Delete(rules, n, n+1)
		case 1:
			copied := rules[n]
			copied.ID, copied.Condition = fmt.Sprintf("%s-%d", copied.ID, r.Uint32()), other.Condition
			rules = append(rules, copied)
		case 2:
			condition(n, "%s or %s", text, other.Condition.Content)
		case 3:
			condition(n, "(%s) and (%s)", text, other.Condition.Content)
		case 4:
			condition(n, "%s", strings.Replace(text, " and ", " or ", 1))
		case 5:
			rules[n].Filter = &diag.Text{Label: "resourceFilter", Content: rules[n].Filter.Content + "," + other.Filter.Content}
		case 6:
			rules[n].Actions = other.Actions
		case 7:
			rules[n].Disabled = !rules[n].Disabled
		case 8:
			rules[n].Context = ruleset.Context(r.IntN(3))
		case 9:
			rules[n].Name += " renamed"
			condition(n, "(%s)", text)
		}
	}
	return rules
}
