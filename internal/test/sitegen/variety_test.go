package sitegen

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
)

// some returns the cases for the tests of variety.
func some(t *testing.T) []Case {
	t.Helper()
	var cases []Case
	for seed := range uint64(25) {
		cases = append(cases, Generate(100+seed, Small))
	}
	return cases
}

// Every feature of the language and the formats is generated.
func TestVariety(t *testing.T) {
	exact.Skip(t)
	var conditions, filters, requests, files strings.Builder
	var actions ruleset.Actions
	contexts, reasons := map[ruleset.Context]bool{}, map[string]int{}
	for _, c := range some(t) {
		rules, list := ruleset.Decode("rules.json", c.Rules)
		if list.HasErrors() {
			t.Fatal(list)
		}
		for _, r := range rules {
			conditions.WriteString(r.Condition.Content + "\n")
			filters.WriteString(r.Filter.Content + ",")
			if r.Actions != ruleset.All {
				actions |= r.Actions
			}
			contexts[r.Context] = true
		}
		requests.Write(bytes.Join(c.Requests, []byte("\n")))
		for name, content := range c.Files {
			files.WriteString(name + string(content))
		}
		dir := t.TempDir()
		if err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
		e, _ := evaluate.New(rules, load(t, dir), evaluate.Options{})
		for _, request := range c.Requests {
			reasons[e.Decide(request).Reason]++
		}
	}
	for _, look := range []struct {
		in       *strings.Builder
		patterns []string
	}{
		{&conditions, []string{
			` = `, ` == `, ` != `, ` !== `, ` like `, ` matches `, `(?i)resource\.hasprivilege\("read`, `(?i)!\(resource\.hasprivilege`, `(?i)!\(resource\.(app|owner|stream)\.hasprivilege`,
			`(?i)user\.isanonymous\(\)`, `(?i)resource\.isowned\(\)`, `(?i)\.empty\(\)`, `\sand\s`, `\sor\s`, `&&`, `\|\|`, `!\(`, `true`, `(?i)resource(\.\w+){4,}\.@`,
			`(?i)resource\.templateapp\.stream\.owner`, `(?i)resource\.link\.(template|selection)app\.`, `(?i)resource\.(extensions|contentlibrarys|appcontents)\.`, `(?i)owner\s*=\s*user\b`, `resource\s*=\s*user`,
			`(?i)user\.environment\.`, `(?i)user\.roles`, `user\.@2nd`, `resource\.@`, `user\.\w+ ?=+ ?resource\.`, `like ".*\\\\[*?]`, `like ".*\?`,
		}},
		{&filters, []string{`(?m)\*,`, `(?i)\bapp\*`, `(?i)\bapp_\*`, `(?i)_[0-9a-f]{8}-[-0-9a-f]{27}`, `_[0-9a-fA-F]{1,7}\*`, `(?i)\bapp,`, `(?i)qmcsection_\w+`, `(?i)\bapp.?object`, `, `}},
		{&requests, []string{
			`"hub"`, `"qmc"`, `"request_context":"HUB"`, `NONE\\\\`, `"customProperties":\[`, `"custom":\{`, `"attributeType"`, `"attributes":\{`, `"owner":"[^"]*\\\\`, `"stream":"`, `"app":\{`,
			`"properties":\{\}`, `"properties":null`, `"USERID"`, `\nx\n`, `"action":\{"name":"fly"\}`, `\[null\]|"name":\["`, `:4\.20`,
		}},
		{&files, []string{`ß`, `İ`, `ſ`, "\u212a", "e\u0301", `null`, `\[\]`, `12\.50`, `1753-01-01`, `"schemaPath":"App.Object"`, `widget.part.json`, `STALE`}},
	} {
		for _, pattern := range look.patterns {
			if !regexp.MustCompile(pattern).MatchString(look.in.String()) {
				t.Errorf("nothing matches %s", pattern)
			}
		}
	}
	if want := ruleset.Actions(1<<13 - 1); actions&want != want {
		t.Errorf("actions %b lack some", actions)
	}
	if len(contexts) != 3 {
		t.Errorf("contexts %v", contexts)
	}
	for _, reason := range []string{"granted", "no_rule", "unknown_subject", "unknown_resource", "invalid_request"} {
		if reasons[reason] < 50 {
			t.Errorf("%s came up %d times", reason, reasons[reason])
		}
	}
	t.Log(reasons)
}

// The compiler accepts all generated rules, and refuses exactly the broken ones.
func TestRulesAreValidUnlessBrokenOnPurpose(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	for seed := range uint64(10) {
		if refused := refusedRules(t, Generate(seed, Small).Rules); len(refused) > 0 {
			t.Errorf("seed %d: refused: %v", seed, refused)
		}
		refused := refusedRules(t, GenerateBroken(seed, Small).Rules)
		for _, b := range broken {
			if !slices.Contains(refused, "broken: "+b.kind) {
				t.Errorf("seed %d: not refused: %s", seed, b.kind)
			}
		}
		for _, name := range refused {
			if !strings.HasPrefix(name, "broken: ") {
				t.Errorf("seed %d: refused: %s", seed, name)
			}
		}
	}
}

func refusedRules(t *testing.T, export []byte) []string {
	t.Helper()
	rules, list := ruleset.Decode("rules.json", export)
	_, found := compiler.Compile(rules, compiler.Options{SkipInvalid: true})
	var refused []string
	for _, d := range append(list, found...) {
		if d.Severity == diag.Error {
			refused = append(refused, d.Rule.Name)
		}
	}
	return refused
}
