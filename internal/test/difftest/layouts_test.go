package difftest

import (
	"regexp"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// layouts are the forms of generated Rego, with a pattern that recognizes each in a module.
var layouts = map[string]*regexp.Regexp{
	"a rule in full":                        regexp.MustCompile(`(?m)^rule_\w+\(id\)`),
	"a rule on a cycle":                     regexp.MustCompile(`(?m)^rule_\w+\(\w+, held\)`),
	"rows as functions":                     regexp.MustCompile(`(?m)^rows_by_\w+\(`),
	"rows as a table":                       regexp.MustCompile(`(?m)^rows_by_\w+ := \{`),
	"a driver for what all share":           regexp.MustCompile(`(?m)^grants_by_\w+\(`),
	"rules with tests of their own":         regexp.MustCompile(`(?m)^also_by_\w+\(rule, `),
	"kinds of rules":                        regexp.MustCompile(`(?m)^also_by_\w+\(kind, `),
	"rules with nothing in common but asks": regexp.MustCompile(`(?m)^grants_asking\(`),
	"a group that asks on the same entity":  regexp.MustCompile(`(?ms)^(also|grants)_\w+\([^{]*\{[^}]*\bmay_\w+\(id\)`),
	"bodies behind a gateway":               regexp.MustCompile(`(?m)^any_rule_may\(`),
}

// The generator reaches every layout of generated Rego, and OPA accepts all of it: a layout that no
// generated site has is not covered by any comparison.
func TestGeneratedSitesReachEveryLayout(t *testing.T) {
	exact.Skip(t)
	t.Parallel()
	reached := map[string]int{}
	for seed := range uint64(24) {
		c := withEquivalent(sitegen.Generate(seed, sitegen.Size{Users: 8, Streams: 4, Apps: 7, Objects: 4, Others: 1, Rules: 8, Requests: 20}), seed)
		s, f := open(t.Context(), c, eachOption(int(seed%2)))
		if f.kind != "" {
			t.Fatalf("seed %d: %s", seed, f)
		}
		for name, layout := range layouts {
			for _, m := range s.policy.Modules {
				if layout.MatchString(m.Source) {
					reached[name]++
				}
			}
		}
		s.close()
	}
	for name := range layouts {
		if reached[name] < 3 {
			t.Errorf("%s: in %d modules only", name, reached[name])
		}
	}
	t.Log(reached)
}
