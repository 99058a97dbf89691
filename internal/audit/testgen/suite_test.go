package testgen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/testgen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// TestScenarios writes tests for scenarios. Every reachable branch is pinned, the tests pass, and opa fmt and
// opa check --strict accept them.
func TestScenarios(t *testing.T) {
	for _, tt := range []struct {
		rules, site string
		// seen has the branches that decide nothing: rule, clause and truth value.
		seen []string
	}{
		{"customer-case/rules.json", "customer-case/site", nil},
		{"sheet-level/one-sheet/rules.json", "sheet-level/site", nil},
		{"sheet-level/all-but-four/rules.json", "sheet-level/site", nil},
		// Without parentheses, the name of the user is tested twice, and the name of the sheet once.
		{"sheet-level/mixed-and-or/rules.json", "sheet-level/site", []string{
			`Show one sheet and its charts: user.name="Jarvis" is true`, `Show one sheet and its charts: user.name="Jarvis" is true`,
		}},
		{"stream-hierarchy/rules.json", "stream-hierarchy/site", nil},
	} {
		t.Run(tt.rules, func(t *testing.T) {
			if testing.Short() && tt.rules != "stream-hierarchy/rules.json" {
				t.Skip("many comparisons; one scenario runs the same code")
			}
			holdScenario(t, scenarios+tt.rules, scenarios+tt.site, tt.seen)
		})
	}
}

// TestRealExport is the same test with a real export.
func TestRealExport(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with site-export/systemrule.json")
	}
	exact.Skip(t)
	holdScenario(t, filepath.Join(corpus, "site-export", "systemrule.json"), scenarios+"real-site/site", []string{
		// A usage that can be read has its link, so each clause implies the other.
		`CreateOdagLinkUsage: resource.link.Empty() is false`,
		`CreateOdagLinkUsage: resource.link.HasPrivilege("read") is false`,
	})
}

func holdScenario(t *testing.T, rules, site string, seen []string) {
	t.Helper()
	s := open(t, rules, site)
	suite := generate(t, s, options)
	path, text := write(t, suite)
	if got := said(suite.Groups(suite.Unreachable)); len(got) > 0 {
		t.Errorf("never seen: %q", got)
	}
	if got := said(suite.Groups(suite.Seen)); !slices.Equal(got, seen) {
		t.Errorf("seen without deciding: %q, want %q", got, seen)
	}
	if failed, cases := run(t, s, path); len(failed) > 0 || cases != len(suite.Cases) {
		t.Errorf("%d cases, %d were run, and %v fail", len(suite.Cases), cases, failed)
	}
	holdToOPA(t, text)
	t.Logf("%d branches of %d rules, %d pinned by %d of %d requests", len(suite.Branches), len(suite.Rules), len(suite.Pinned), len(suite.Cases), suite.Looked)
}

func said(groups []testgen.Group) []string {
	var list []string
	for _, g := range groups {
		list = append(list, g.Name+": "+g.Says())
	}
	return list
}

// holdToOPA checks a module with opa fmt and opa check --strict.
func holdToOPA(t *testing.T, text string) {
	t.Helper()
	formatted, err := format.SourceWithOpts("tests_test.rego", []byte(text), format.Opts{RegoVersion: ast.RegoV1})
	if err != nil || string(formatted) != text {
		t.Errorf("opa fmt changes the module: %v", err)
	}
	module, err := ast.ParseModuleWithOpts("tests_test.rego", text, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		t.Fatal(err)
	}
	strict := ast.NewCompiler().WithStrict(true)
	if strict.Compile(map[string]*ast.Module{"tests_test.rego": module}); strict.Failed() {
		t.Error(strict.Errors)
	}
}

// TestGeneratedSites checks on generated sites that the cases reach every branch that the candidate requests reach, that
// they pass, and that the same input gives the same file.
func TestGeneratedSites(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	seeds := 3
	if !exact.Enabled() {
		seeds = 1
	}
	size := sitegen.Size{Users: 5, Streams: 3, Apps: 4, Objects: 4, Others: 1, Rules: 10, Requests: 30}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := sitegen.Generate(seed+1, size)
			dir := t.TempDir()
			if err := c.Write(dir); err != nil {
				t.Fatal(err)
			}
			s := open(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "snapshot"))
			suite := generate(t, s, options)
			path, text := write(t, suite)
			if failed, cases := run(t, s, path); len(failed) > 0 || cases != len(suite.Cases) {
				t.Errorf("%d cases, %d were run, and %v fail", len(suite.Cases), cases, failed)
			}
			holdToOPA(t, text)
			for n, reach := range suite.Reach(suite.Pool()) {
				if got := suite.Reach(suite.Cases)[n]; got != reach {
					t.Errorf("the reach of %s is %d with the candidate requests and %d with the cases", suite.Say(suite.Branches[n]), reach, got)
				}
			}
			if _, again := write(t, generate(t, open(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "snapshot")), options)); again != text {
				t.Error("the same rules and site give different tests")
			}
			t.Logf("%d branches: %d pinned, %d seen, %d never seen, with %d requests", len(suite.Branches), len(suite.Pinned), len(suite.Seen), len(suite.Unreachable), len(suite.Cases))
			if len(suite.Pinned)*2 < len(suite.Branches) {
				t.Error("less than half of the branches are pinned")
			}
		})
	}
}

// rule returns a rule for read, from hub and QMC.
func rule(name, filter, condition string) ruleset.Rule {
	return ruleset.Rule{
		ID: name, Name: name, Category: ruleset.Security, Context: ruleset.Both, Actions: 2,
		Filter:    &diag.Text{Label: "resourceFilter", Content: filter},
		Condition: &diag.Text{Label: "condition", Content: condition},
	}
}

// TestBranches lists the branches of rules and the unreachable ones.
func TestBranches(t *testing.T) {
	for _, tt := range []struct {
		name, filter, condition string
		pinned                  int
		seen, never             []string
	}{
		// The condition, from the hub and from the QMC.
		{"always", "App_*", `true`, 3, nil, nil},
		{"one clause", "App_*", `user.name = "x"`, 6, nil, nil},
		{"folded clauses are none", "App_*", `resource.resourcetype = "App" and user.name = "x"`, 6, nil, nil},
		{"what cannot be", "App_*", `user.name = "x" and user.name != "x"`, 3, []string{
			`r: user.name = "x" is true`, `r: user.name != "x" is true`,
		}, []string{`r: from the QMC fits`, `r: from the hub fits`, `r: the condition is true`}},
		{"one implies the other", "App_*", `user.@a = "x" or user.@a like "x*"`, 7, []string{`r: user.@a = "x" is true`}, nil},
		{"pattern and expression", "App_*", `resource.name like "S?les*" and resource.owner.name matches "\d{4}[a-z]+"`, 8, nil, nil},
		{"session and subject", "App_*", `user.environment.group = user.group`, 6, nil, nil},
		{"rights on rights", "App_*", `resource.stream.HasPrivilege("read")`, 2, nil, []string{
			`r: from the QMC fits`, `r: from the hub fits`, `r: resource.stream.HasPrivilege("read") is true`, `r: the condition is true`,
		}},
		{"items of a filter", "QmcSection_App,QmcSection_Task*", `user.roles = "A"`, 10, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openRules(t, []ruleset.Rule{rule("r", tt.filter, tt.condition)}, scenarios+"stream-hierarchy/site")
			suite := generate(t, s, options)
			if got := said(suite.Groups(suite.Seen)); !slices.Equal(got, tt.seen) {
				t.Errorf("seen without deciding: %q, want %q", got, tt.seen)
			}
			if got := said(suite.Groups(suite.Unreachable)); !slices.Equal(got, tt.never) {
				t.Errorf("never seen: %q, want %q", got, tt.never)
			}
			for _, g := range suite.Groups(slices.Concat(suite.Seen, suite.Unreachable)) {
				if !g.Proved {
					t.Errorf("the branch has neither a request nor a proof: %+v", g)
				}
			}
			if len(suite.Pinned) != tt.pinned {
				var pinned []string
				for _, n := range suite.Pinned {
					pinned = append(pinned, suite.Say(suite.Branches[n]))
				}
				t.Errorf("%d are pinned, want %d: %q", len(suite.Pinned), tt.pinned, pinned)
			}
		})
	}
}

// TestOnRecord checks that --on-record writes no requests that describe users.
func TestOnRecord(t *testing.T) {
	o := options
	o.OnRecord = true
	suite := generate(t, open(t, scenarios+"customer-case/rules.json", scenarios+"customer-case/site"), o)
	for _, c := range suite.Cases {
		if c.Subject.Properties != nil || c.Resource.Properties != nil {
			t.Errorf("%v is described", c.Request)
		}
	}
	if len(suite.Unreachable) == 0 {
		t.Error("the site reaches every branch: nothing was tested")
	}
	if _, text := write(t, suite); !strings.Contains(text, "# No request shows:\n") {
		t.Error("the file does not list the branches that the tests do not reach")
	}
}

// TestMaxRequests limits the requests and counts those that were left out, with and without described requests. Every
// subject and resource still has a request.
func TestMaxRequests(t *testing.T) {
	o := options
	o.OnRecord, o.MaxRequests = true, 1
	s := open(t, scenarios+"customer-case/rules.json", scenarios+"customer-case/site")
	few, all := generate(t, s, o), generate(t, s, testgen.Options{OnRecord: true, MaxRequests: options.MaxRequests, Progress: options.Progress})
	if few.Looked >= all.Looked || few.Pairs != all.Pairs {
		t.Errorf("%d of %d candidates, without a limit %d of %d", few.Looked, few.Pairs, all.Looked, all.Pairs)
	}
	o.OnRecord = false
	if described := generate(t, s, o); all.Cut != 0 || few.Cut != few.Pairs-few.Looked || described.Cut != few.Cut {
		t.Errorf("%d left out, with described requests %d, without a limit %d; %d of %d candidates", few.Cut, described.Cut, all.Cut, few.Looked, few.Pairs)
	}
	type place struct{ session, entity string }
	looked := map[place]bool{}
	places := func(c testgen.Case) [2]place {
		session := fmt.Sprint(c.Context)
		return [2]place{{session + c.Resource.Type, c.Subject.ID}, {session, c.Resource.Type + c.Resource.ID}}
	}
	for _, c := range few.Pool() {
		for _, p := range places(c) {
			looked[p] = true
		}
	}
	for _, c := range all.Pool() {
		for _, p := range places(c) {
			if !looked[p] {
				t.Fatalf("with the limit there is no request for %v, such as %v", p, c.Request)
			}
		}
	}
}
