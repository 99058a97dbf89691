package prove

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// library returns the assertions of docs/assertions.
func library(tb testing.TB) []Assertion {
	files, err := filepath.Glob("../../../docs/assertions/*.assert.yaml")
	if err != nil || len(files) < 4 {
		tb.Fatalf("%d files of assertions: %v", len(files), err)
	}
	var list []Assertion
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		found, err := ReadAssertions(f, data, schema.Default())
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, found...)
	}
	return list
}

// TestLibrary decides docs/assertions. For rules that give everything to root administrators, all assertions are
// proved. For rules that give everything to everybody, no assertion that forbids something is proved.
func TestLibrary(t *testing.T) {
	options := compiler.Options{Schema: schema.Default()}
	const everything = "create,read,update,delete,export,publish,changeowner,changerole,exportdata,offlineaccess,distribute,duplicate"
	strict := run(t, Input{Rules: ruleSet(t, options, `*,QmcSection_* `+everything+`: user.roles = "RootAdmin"`, `App* read: resource.owner = user`), Assertions: library(t), Options: options})
	for _, r := range strict.Results {
		if r.Verdict != Proved && r.Name != "only those who can read an app export the data of its sheets and charts" {
			t.Errorf("%s: %s %s", r.Name, r.Verdict, r.Reason)
		}
	}
	open := run(t, Input{Rules: ruleSet(t, options, `* `+everything+`: true`), Assertions: library(t), Options: options})
	// If everybody can do everything, these have exceptions for everybody, or hold.
	holds := map[string]bool{
		"root administrators keep the right to edit rules": true, "only those who can read an app export its data": true,
		"load scripts of apps in streams are for the owner": true,
	}
	for _, r := range open.Results {
		if (r.Verdict == Counterexample) == holds[r.Name] {
			t.Errorf("%s: %s %s", r.Name, r.Verdict, r.Reason)
		}
	}
}

// TestCustomerCase decides the assertions of the worked example in docs/prove.md.
func TestCustomerCase(t *testing.T) {
	const dir = "../../../testdata/scenarios/customer-case/"
	data, err := os.ReadFile(dir + "policy.assert.yaml")
	if err != nil {
		t.Fatal(err)
	}
	options := compiler.Options{Schema: schema.Default()}
	assertions, err := ReadAssertions("policy.assert.yaml", data, options.Schema)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := ruleset.Read(dir + "rules.json")
	policy, _ := compiler.Compile(list, options)
	var got []string
	for _, r := range run(t, Input{Rules: Rules{list, policy}, Assertions: assertions, Options: options}).Results {
		line := r.Name + ": " + r.Verdict
		for _, e := range r.Examples {
			line += ", " + e.Action + " " + e.Type + " by " + e.GrantedBy[0].Name
		}
		got = append(got, line)
	}
	want := []string{
		"an app in a stream is read by its project: proved",
		"apps are updated by the admins of their project: proved",
		"anonymous visitors change nothing: counterexample, update CompositeEvent by TeamAdminRead, update ExecutionResult by TeamAdminRead, update SchemaEvent by TeamAdminRead",
		"apps are created by developers: counterexample, create App by TeamAdminCreate",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// BenchmarkLibrary decides docs/assertions for the rules of a real site.
func BenchmarkLibrary(b *testing.B) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		b.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	options := compiler.Options{Schema: schema.Default()}
	list, _ := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	policy, _ := compiler.Compile(list, options)
	in := Input{Rules: Rules{list, policy}, Assertions: library(b), Options: options}
	for b.Loop() {
		run(b, in)
	}
}
