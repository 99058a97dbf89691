package live_test

import (
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
)

// Apply needs the right to create rules: the check queries that right and writes nothing. If a site does not report
// it, the right is unknown, not missing.
func TestRightsOfApply(t *testing.T) {
	for _, test := range []struct {
		name, user       string
		options          fake.Options
		missing, unknown []string
	}{
		{name: "an administrator", user: `ACME\root`},
		{name: "nobody", user: `ACME\content`, missing: []string{"Create on SystemRule"}},
		{name: "a site without the call", user: `ACME\root`, options: fake.Options{NoPreview: true}, unknown: []string{"Create on SystemRule"}},
	} {
		site := faketest.Start(t, "config-sheet", test.options)
		check, err := live.CheckSite(t.Context(), site.As(t, test.user))
		if err != nil {
			t.Fatal(err)
		}
		apply := check.Commands[slices.IndexFunc(check.Commands, func(a live.Ability) bool { return a.Command == "apply" })]
		for _, right := range test.missing {
			if !slices.Contains(apply.Missing, right) || apply.OK {
				t.Errorf("%s: %v are missing, without %s", test.name, apply.Missing, right)
			}
		}
		if apply.OK != (test.missing == nil) || test.missing == nil && !slices.Equal(apply.Unknown, test.unknown) {
			t.Errorf("%s: %+v", test.name, apply)
		}
		if site.Writes() != 0 {
			t.Errorf("%s: the check has written", test.name)
		}
	}
}
