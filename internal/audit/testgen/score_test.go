package testgen_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/testgen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// TestMutants lists the changes of a rule, by the changed part.
func TestMutants(t *testing.T) {
	r := rule("r", "App_*,QmcSection_App,Stream_1", `!(user.name = "x") and user.@a like "y*" or resource.HasPrivilege("read")`)
	suite := generate(t, openRules(t, []ruleset.Rule{r}, scenarios+"sheet-level/site"), testgen.Options{OnRecord: true, MaxRequests: 1, Progress: snapshot.NoProgress{}})
	changes, rules := suite.Mutants()
	var got []string
	for i, m := range changes {
		c := rules[i][0]
		got = append(got, m.Change+" => "+strings.Join([]string{c.Filter.Content, strings.Join(c.Actions.Names(), " "), c.Context.String(), c.Condition.Content}, " | "))
		if _, found := condition.Parse(c.Condition, diag.Rule{}); found.HasErrors() {
			t.Errorf("%s: %v", c.Condition.Content, found)
		}
	}
	const same = `!(user.name = "x") and user.@a like "y*" or resource.HasPrivilege("read")`
	filter := r.Filter.Content
	want := []string{
		`disable the rule => ` + filter + ` | read | both | ` + same,
		`context hub for both => ` + filter + ` | read | hub | ` + same,
		`context qmc for both => ` + filter + ` | read | qmc | ` + same,
		`allow create too => ` + filter + ` | create read | both | ` + same,
		`do not allow read => ` + filter + ` |  | both | ` + same,
		`filter App* for App_* => App*,QmcSection_App,Stream_1 | read | both | ` + same,
		`filter without App_* => QmcSection_App,Stream_1 | read | both | ` + same,
		`filter QmcSection_App* for QmcSection_App => App_*,QmcSection_App*,Stream_1 | read | both | ` + same,
		`filter without QmcSection_App => App_*,Stream_1 | read | both | ` + same,
		`filter Stream_* for Stream_1 => App_*,QmcSection_App,Stream_* | read | both | ` + same,
		`filter without Stream_1 => App_*,QmcSection_App | read | both | ` + same,
	}
	for _, c := range []struct{ change, condition string }{
		{`drop part 1 of: ` + same, `resource.HasPrivilege("read")`},
		{`drop part 2 of: ` + same, `!(user.name = "x") and user.@a like "y*"`},
		{`and for or in: ` + same, `(!(user.name = "x") and user.@a like "y*") and resource.HasPrivilege("read")`},
		{`drop part 1 of: !(user.name = "x") and user.@a like "y*"`, `user.@a like "y*" or resource.HasPrivilege("read")`},
		{`drop part 2 of: !(user.name = "x") and user.@a like "y*"`, `!(user.name = "x") or resource.HasPrivilege("read")`},
		{`or for and in: !(user.name = "x") and user.@a like "y*"`, `(!(user.name = "x") or user.@a like "y*") or resource.HasPrivilege("read")`},
		{`no ! before: !(user.name = "x")`, `user.name = "x" and user.@a like "y*" or resource.HasPrivilege("read")`},
		{`== for = in: user.name = "x"`, `!(user.name == "x") and user.@a like "y*" or resource.HasPrivilege("read")`},
		{`a star behind the constant of: user.name = "x"`, `!(user.name like "x*") and user.@a like "y*" or resource.HasPrivilege("read")`},
		{`another constant in: user.name = "x"`, `!(user.name = "xx") and user.@a like "y*" or resource.HasPrivilege("read")`},
		{`negate: user.name = "x"`, `!!(user.name = "x") and user.@a like "y*" or resource.HasPrivilege("read")`},
		{`= for like in: user.@a like "y*"`, `!(user.name = "x") and user.@a = "y*" or resource.HasPrivilege("read")`},
		{`another constant in: user.@a like "y*"`, `!(user.name = "x") and user.@a like "y*x" or resource.HasPrivilege("read")`},
		{`negate: user.@a like "y*"`, `!(user.name = "x") and !(user.@a like "y*") or resource.HasPrivilege("read")`},
		{`negate: resource.HasPrivilege("read")`, `!(user.name = "x") and user.@a like "y*" or !resource.HasPrivilege("read")`},
	} {
		want = append(want, c.change+" => "+filter+" | read | both | "+c.condition)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !rules[0][0].Disabled {
		t.Error("the first change does not disable the rule")
	}
}

// TestScoreIsWhatTheTestsNotice runs the written tests with every change. Tests fail exactly for the changes that the
// score counts as noticed.
func TestScoreIsWhatTheTestsNotice(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	rules, site := scenarios+"sheet-level/one-sheet/rules.json", scenarios+"sheet-level/site"
	suite := generate(t, open(t, rules, site), options)
	score, err := suite.Score(t.Context(), snapshot.NoProgress{})
	if err != nil {
		t.Fatal(err)
	}
	path, _ := write(t, suite)
	noticed, invalid := 0, 0
	_, changed := suite.Mutants()
	for _, rules := range changed {
		if policy, _ := compiler.Compile(rules, compiler.Options{}); policy == nil {
			invalid++
			continue
		}
		if failed, _ := run(t, openRules(t, rules, site), path); len(failed) > 0 {
			noticed++
		}
	}
	if score.Noticed != noticed || score.Invalid != invalid || score.Mutants != len(changed) {
		t.Errorf("the score is %+v, but of %d changes %d fail a test and %d do not compile", score, len(changed), noticed, invalid)
	}
	if noticed < 20 || score.Share() != 1 {
		t.Errorf("%d changes are noticed, %.2f of those with an effect", noticed, score.Share())
	}
}

// TestSurvivors has a change that no test notices, and the request that would notice it: the group of adele and the
// property differ in case.
func TestSurvivors(t *testing.T) {
	s := openRules(t, []ruleset.Rule{rule("r", "DataConnection_*", `resource.@AdminGroup = user.group`)}, scenarios+"customer-case/site")
	score, err := generate(t, s, options).Score(t.Context(), snapshot.NoProgress{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range score.Survivors {
		got = append(got, m.Name+": "+m.Change+" / "+m.Case)
	}
	want := []string{`r: == for = in: resource.@AdminGroup = user.group / CORP\adele may read DataConnection Project 1 Warehouse from the hub`}
	if !slices.Equal(got, want) || score.Noticed+len(got)+score.Equivalent+score.Invalid != score.Mutants {
		t.Errorf("%+v: got %q, want %q", score, got, want)
	}
}

// TestDisagreement checks that testgen stops if the bundle does not belong to the rules.
func TestDisagreement(t *testing.T) {
	s := openRules(t, []ruleset.Rule{rule("r", "App_*", `true`)}, scenarios+"sheet-level/site")
	s.Bundle = openRules(t, []ruleset.Rule{rule("r", "App_*", `user.name = "Jarvis"`)}, scenarios+"sheet-level/site").Bundle
	_, err := testgen.Generate(t.Context(), s, options)
	if err == nil || !strings.Contains(err.Error(), "the policy and the reference disagree on {") {
		t.Errorf("got %v", err)
	}
}

// TestChangesAreReportedExactly compares the fast test whether a request notices a change with a new decision, on
// generated rules that depend on each other.
func TestChangesAreReportedExactly(t *testing.T) {
	size := sitegen.Size{Users: 3, Streams: 2, Apps: 3, Objects: 3, Others: 1, Rules: 6, Requests: 20}
	for seed := range uint64(3) {
		dir := t.TempDir()
		if err := sitegen.Generate(seed+11, size).Write(dir); err != nil {
			t.Fatal(err)
		}
		o := options
		o.OnRecord, o.MaxRequests = true, 1
		suite := generate(t, open(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "snapshot")), o)
		killer, wrong, err := suite.Shortcuts(t.Context())
		if err != nil || killer == 0 || len(wrong) > 0 {
			t.Errorf("seed %d: %v, noticed %d times, wrong about %q", seed+11, err, killer, wrong[:min(len(wrong), 5)])
		}
	}
}
