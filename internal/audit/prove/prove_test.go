package prove

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// ruleSet parses rules in the short form `FILTER ACTION,…[@CONTEXT]: CONDITION`. Their names are a, b, ….
func ruleSet(tb testing.TB, options compiler.Options, short ...string) Rules {
	var list []ruleset.Rule
	for i, s := range short {
		head, condition, _ := strings.Cut(s, ": ")
		filter, actions, _ := strings.Cut(head, " ")
		actions, context, _ := strings.Cut(actions, "@")
		name := string(rune('a' + i))
		r := ruleset.Rule{
			ID: name, Name: name, Category: ruleset.Security, Context: map[string]ruleset.Context{"": ruleset.Both, "hub": ruleset.Hub, "qmc": ruleset.QMC}[context],
			Filter: &diag.Text{Label: "resourceFilter", Content: filter}, Condition: &diag.Text{Label: "condition", Content: condition},
		}
		for _, a := range strings.Split(actions, ",") {
			action, ok := ruleset.ParseAction(a)
			if !ok {
				tb.Fatalf("no action %q", a)
			}
			r.Actions |= ruleset.Actions(action)
		}
		list = append(list, r)
	}
	policy, found := compiler.Compile(list, options)
	if policy == nil {
		tb.Fatal(found)
	}
	return Rules{list, policy}
}

func assertions(tb testing.TB, text string) []Assertion {
	list, err := ReadAssertions("test.yaml", []byte(text), schema.Default())
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func run(tb testing.TB, in Input) *Report {
	r, err := Run(context.Background(), in)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// verdicts returns the results in a short form: the verdict and the facts of a counterexample.
func verdicts(r *Report) string {
	var lines []string
	for _, result := range r.Results {
		line := result.Verdict
		for _, e := range result.Examples {
			line += " | " + e.Action + " " + e.Type + " " + e.Context + ": " + strings.Join(e.Says, ", ")
			for _, g := range e.GrantedBy {
				line += " by " + g.Name
			}
		}
		for _, rule := range result.Rules {
			line += " " + rule.Name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestRun(t *testing.T) {
	old := []string{`App_* read: user.name = "x"`}
	for _, test := range []struct {
		name      string
		rules     []string
		assertion string
		want      string
	}{
		{"never, and it is", []string{`App_* read: user.group = "x"`}, `- never: {who: 'user.group.Empty()', action: read, on: App}`, `proved a`},
		{"never, and it is not", []string{`App_* read: user.group = "x"`}, `- never: {who: '!(user.group = "y")', action: read, on: App}`,
			`counterexample | read App none: user.group = "x" by a`},
		{"a list can have both", []string{`App_* read: user.group = "x"`}, `- never: {who: 'user.group = "y"', action: read, on: App}`,
			`counterexample | read App none: user.group = "x", "y" by a`},
		{"a scalar cannot", []string{`App_* read: user.name = "x"`}, `- never: {who: 'user.name = "y"', action: read, on: App}`, `proved a`},
		{"an exception", []string{`App_* read: user.group = "x"`}, `- never: {who: '!(user.group = "y")', action: read, on: App, but: 'user.group = "x"'}`, `proved a`},
		{"where", []string{`App_* read: resource.name like "a*"`}, `- never: {who: 'true', where: 'resource.name = "b"', action: read, on: App}`, `proved a`},
		{"in a context", []string{`App_* read@hub: true`}, `- never: {who: 'true', action: read, on: App, context: qmc}`, `proved a`},
		{"in the other", []string{`App_* read@hub: true`}, `- never: {who: 'true', action: read, on: App, context: hub}`, `counterexample | read App hub:  by a`},
		{"the session attribute context", []string{`App_* read: user.environment.context = "AppAccess"`}, `- never: {who: 'true', action: read, on: App, context: qmc}`, `proved a`},
		{"the session attribute context, spelt", []string{`App_* read: user.environment.context == "AppAccess"`}, `- always: {who: 'true', action: read, on: App, context: hub}`, `proved a`},
		{"where requests do not say", []string{`App_* read@hub: true`}, `- never: {who: 'true', action: read, on: App, context: none}`, `proved a`},
		{"always, by two rules", []string{`App_* read: resource.name = "x"`, `App_* read: resource.name != "x"`, `App_* read: user.name = "z"`}, `- always: {who: 'true', action: read, on: App}`, `proved a b`},
		{"always, and it is not", []string{`App_* read: resource.name = "x"`}, `- always: {who: 'true', action: read, on: App}`, `counterexample | read App none: `},
		{"only", []string{`App_* read: user.group = "x" and user.name = "y"`}, `- only: {who: 'user.group = "x"', action: read, on: App}`, `proved a`},
		{"only, and others too", []string{`App_* read: user.name = "y"`}, `- only: {who: 'user.group = "x"', action: read, on: App}`, `counterexample | read App none: user.name = "y" by a`},
		{"through a right", []string{`App_* read: resource.stream.HasPrivilege("read")`, `Stream_* read: user.group = "x"`}, `- only: {who: 'user.group = "x"', action: read, on: App}`, `proved a`},
		{"through an owner", []string{`App_* read: resource.owner = user`}, `- never: {who: 'true', where: 'resource.owner.name = "y" and user.name = "x"', action: read, on: App}`, `proved a`},
		{"no rule grants", []string{`App_* read: true`}, `- never: {who: 'true', action: update, on: Stream}`, `proved`},
		{"types that nothing names", []string{`* read: resource.name = "x"`}, `- never: {who: 'true', action: read, on: 'Zoo*'}`, `counterexample | read zoo* none: resource.name = "x" by a`},
		{"nothing new", []string{`App_* read: user.name = "x" and user.group = "y"`}, `- implies: {old: OLD}`, `proved a`},
		{"something new", []string{`App_* read: user.name = "x"`, `App_* read: user.name = "z"`}, `- implies: {old: OLD}`, `counterexample | read App none: user.name = "z" by b`},
		{"less is no new access", []string{`App_* read: false and user.name = "x"`}, `- implies: {old: OLD}`, `proved`},
		{"less is not equivalent", []string{`Stream_* update: true`}, `- equivalent: {old: OLD, on: App}`, `counterexample | read App none: user.name = "x" by a`},
		{"equivalent", []string{`App_* read: !(user.name != "X")`}, `- equivalent: {old: OLD}`, `proved a`},
		{"disjoint", []string{`App_* read: user.name = "x"`, `App_* update: user.name = "y"`}, `- disjoint: {rules: [a, b]}`, `proved a b`},
		{"not disjoint", []string{`App_* read: user.name = "x"`, `App_* update: user.group = "y"`}, `- disjoint: {rules: [a, b]}`, `counterexample | read App none: user.name = "x", user.group = "y" by a by b`},
		{"an unknown right", []string{`App_* read: true`}, `- never: {who: 'user.name = "a" and user.name = "b"', action: read, on: App}`, `unknown`},
	} {
		t.Run(test.name, func(t *testing.T) {
			options := compiler.Options{Schema: schema.Default()}
			in := Input{Rules: ruleSet(t, options, test.rules...), Old: map[string]Rules{"OLD": ruleSet(t, options, old...)}, Assertions: assertions(t, test.assertion), Options: options}
			if got := verdicts(run(t, in)); strings.TrimSpace(got) != strings.TrimSpace(test.want) && !sameFacts(got, test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestNeverReaches has users that get a right by their own properties, in one step, in several steps, and not at all.
func TestNeverReaches(t *testing.T) {
	admins := `SystemRule_* update: user.roles = "RootAdmin"`
	content := `User_* update: user.roles = "ContentAdmin"`
	for _, test := range []struct {
		name  string
		rules []string
		who   string
		want  string
	}{
		{"nothing to change", []string{admins, content}, `user.group = "x" and user.roles.Empty()`, "proved a b"},
		{"an administrator", []string{admins}, `user.roles = "RootAdmin"`, "counterexample update SystemRule by a"},
		{"custom properties do not give roles", []string{admins, content}, `user.roles = "ContentAdmin" and !(user.roles = "RootAdmin")`, "proved a"},
		{"a custom property gives the right", []string{admins, content, `SystemRule_* update: user.@Level = "9"`}, `user.roles = "ContentAdmin" and !(user.roles = "RootAdmin") and user.@Level.Empty()`,
			"counterexample update User by b > update SystemRule by c"},
		{"roles, then rules", []string{admins, `User_* changerole: user.group = "help"`}, `user.group = "help" and user.roles.Empty()`, "counterexample changerole User by b > update SystemRule by a"},
		{"whoever was an administrator is", []string{admins, `User_* changerole: user.roles = "Help" and user.roles = "Desk"`}, `user.roles = "Help" and !(user.roles = "Desk")  and !(user.roles = "RootAdmin")`, "proved a b"},
		{"only some rules", []string{`SystemRule_* update: user.roles = "Sync" and resource.category = "Sync"`}, `user.roles = "Sync"`, "counterexample update SystemRule by a"},
		{"three steps", []string{admins, content, `User_* changerole: user.@Level = "9"`}, `user.roles = "ContentAdmin" and !(user.roles = "RootAdmin") and user.@Level.Empty()`,
			"counterexample update User by b > changerole User by c > update SystemRule by a"},
	} {
		options := compiler.Options{Schema: schema.Default()}
		report := run(t, Input{Rules: ruleSet(t, options, test.rules...), Options: options, Assertions: assertions(t, "- never-reaches: {who: '"+test.who+"', action: update, on: SystemRule}")})
		got := report.Results[0].Verdict
		var way []string
		for _, e := range report.Results[0].Examples {
			for _, s := range e.Steps {
				way = append(way, s.Action+" "+s.Type+" by "+s.GrantedBy[0].Name)
			}
			if last := e.Action + " " + e.Type + " by " + e.GrantedBy[0].Name; len(way) == 0 || way[len(way)-1] != last {
				way = append(way, last)
			}
		}
		got = strings.TrimSpace(got + " " + strings.Join(way, " > "))
		for _, rule := range report.Results[0].Rules {
			got += " " + rule.Name
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s (%s)", test.name, got, test.want, report.Results[0].Reason)
		}
	}
}

// TestNeverReachesByChanges has users that get a right on a resource by changing it. Conditions are about the
// resource before the first change.
func TestNeverReachesByChanges(t *testing.T) {
	finance := `resource.stream.name = "Finance"`
	for _, test := range []struct {
		name, where string
		rules       []string
		want        string
	}{
		{"no change", finance, []string{`App_* read: resource.owner = user`, `App_* update: resource.owner = user`}, "counterexample: read App by a"},
		{"to another owner", "!(resource.owner = user)", []string{`App_* read: resource.owner = user`, `App_* changeowner: user.group = "Sales"`}, "counterexample: changeowner App by b > read App by a: resource.owner = user"},
		{"owners change owners", "!(resource.owner = user)", []string{`App_* read: resource.owner = user`, `App_* changeowner: resource.owner = user`}, "proved:"},
		{"to the own stream", finance, []string{`App_* read: resource.stream.HasPrivilege("read")`, `Stream_* read,publish: resource.name = "Sales" and user.group = "Sales"`, `App_* publish: user.group = "Sales"`},
			`counterexample: publish App by c > read App by a: resource.stream.name = "Sales"`},
		{"no right on the other stream", finance, []string{`App_* read: resource.stream.HasPrivilege("read")`, `Stream_* read: resource.name = "Sales" and user.group = "Sales"`, `App_* publish: user.group = "Sales"`}, "proved:"},
		{"a copy", finance, []string{`App_* read: resource.owner = user and resource.stream.Empty()`, `App_* duplicate: user.group = "Sales"`}, "counterexample: duplicate App by b > read App by a: resource.owner = user, resource.stream is empty"},
		{"two changes", finance + " and resource.@Open.Empty() and !(resource.owner = user)", []string{`App_* read: resource.@Open = "yes" and ` + finance, `App_* update: resource.owner = user`, `App_* changeowner: user.group = "Sales"`},
			`counterexample: changeowner App by c > update App by b > read App by a: resource.@Open = "yes", resource.owner = user`},
		{"first of oneself", finance, []string{`User_* changerole: user.group = "Sales"`, `App_* update: user.roles = "Designer"`, `App_* read: resource.@Open = "yes"`}, `counterexample: changerole User by a > update App by b > read App by c: resource.@Open = "yes"`},
	} {
		options := compiler.Options{Schema: schema.Default()}
		assertion := "- never-reaches: {who: 'user.group = \"Sales\" and user.roles.Empty()', action: read, on: App, where: '" + test.where + ` and resource.@Open.Empty()'}`
		report := run(t, Input{Rules: ruleSet(t, options, test.rules...), Options: options, Assertions: assertions(t, assertion)})
		result := report.Results[0]
		var way []string
		says := ""
		for _, e := range result.Examples {
			for _, s := range e.Steps {
				way = append(way, s.Action+" "+s.Type+" by "+s.GrantedBy[0].Name)
			}
			way = append(way, e.Action+" "+e.Type+" by "+e.GrantedBy[0].Name)
			if len(e.Steps) > 0 {
				says = ": " + strings.Join(e.Says, ", ")
			}
		}
		got := strings.TrimSpace(result.Verdict + ": " + strings.Join(way, " > ") + says)
		if got != test.want {
			t.Errorf("%s: got %s, want %s (%s)", test.name, got, test.want, result.Reason)
		}
	}
}

// sameFacts compares facts of counterexamples in any order.
func sameFacts(a, b string) bool {
	count := func(s string) map[string]int {
		m := map[string]int{}
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
			m[w]++
		}
		return m
	}
	x, y := count(a), count(b)
	if len(x) != len(y) {
		return false
	}
	for k, n := range x {
		if y[k] != n {
			return false
		}
	}
	return true
}

// TestListInequality interprets != with both values of the option.
func TestListInequality(t *testing.T) {
	for option, want := range map[resolve.ListInequality]string{
		resolve.Any: `counterexample | read App none: user.group = "other", "x" by a`, resolve.All: `proved a`,
	} {
		options := compiler.Options{Schema: schema.Default(), ListInequality: option}
		in := Input{Rules: ruleSet(t, options, `App_* read: user.group != "x"`), Options: options, Assertions: assertions(t, `- never: {who: 'user.group = "x"', action: read, on: App}`)}
		if got := verdicts(run(t, in)); got != want {
			t.Errorf("%s: got %s, want %s", option, got, want)
		}
	}
}

// TestReplayGuards checks that a counterexample is shown only if the evaluator and the policy confirm it. Here the
// policy does not belong to the rules.
func TestReplayGuards(t *testing.T) {
	options := compiler.Options{Schema: schema.Default()}
	in := Input{Rules: ruleSet(t, options, `App_* read: user.group = "x"`), Options: options, Assertions: assertions(t, `- never: {who: 'true', action: read, on: App}`)}
	in.Policy = ruleSet(t, options, `App_* read: user.group = "y"`).Policy
	if _, err := Run(t.Context(), in); !errors.Is(err, ErrReplay) {
		t.Errorf("a counterexample of a wrong policy is shown: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted run continues: %v", err)
	}
}

func TestReport(t *testing.T) {
	options := compiler.Options{Schema: schema.Default()}
	in := Input{Rules: ruleSet(t, options, `* read,update: user.group = "x"`), Options: options, Assertions: assertions(t, "- name: nobody\n  never: {who: 'true', action: '*', on: '*'}\n- never: {who: 'user.name = \"a\" and user.name = \"b\"', action: read, on: App}")}
	r := run(t, in)
	first := r.Results[0]
	if len(first.Examples) != maxExamples || len(first.Others) == 0 || first.Line != 1 || r.Counterexamples != 1 || r.Unknown != 1 {
		t.Errorf("%d examples, %d others, line %d", len(first.Examples), len(first.Others), first.Line)
	}
	if !json.Valid(first.Examples[0].Request) {
		t.Error("the request is not valid JSON")
	}
	list := r.Diagnostics()
	if len(list) != maxExamples+1 || list[0].Code != codeFails || list[0].Rule.ID != "a" || list[maxExamples].Code != codeUnknown {
		t.Errorf("%v", list)
	}
}

func TestBrokenFiles(t *testing.T) {
	for text, want := range map[string]string{
		``:                      "is empty",
		`a: b`:                  "must be a list of assertions",
		`- [`:                   "is not valid YAML",
		`- never`:               "an assertion must be a mapping",
		`- never: {who: [[a]]}`: "who is a string or a list of strings",
		"- never: {who: 'true', action: read, on: App}\n  always: {who: 'true', action: read, on: App}": "one kind",
		`- disjoint: {rules: [a]}`:                                      "must list two rules",
		`- never: {who: 'true', who: 'true', action: read, on: App}`:    "",
		`- never: {who: 'true', action: read, on: App, context: phone}`: "context must be hub, qmc or none",
	} {
		_, err := ReadAssertions("f", []byte(text), schema.Default())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		`values: [a]`: "values maps properties", `values: {nothere.x: [a]}`: "is not a property of a type", `holds: x`: "holds is a list", `holds: [{on: App}]`: "needs a condition", `without: scalar`: "did you mean scalars?",
	} {
		_, err := ReadAssumptions("f", []byte(text), schema.Default())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestAssumptions(t *testing.T) {
	options := compiler.Options{Schema: schema.Default()}
	a, err := ReadAssumptions("f", []byte("holds:\n  - {condition: '!resource.stream.Empty()', on: App}\nvalues:\n  user.environment.os: [ios]\n"), options.Schema)
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Rules: ruleSet(t, options, `App_* read: resource.stream.Empty()`, `App_* update: user.environment.os = "android"`), Options: options, Assumptions: a,
		Assertions: assertions(t, `- never: {who: 'true', action: [read, update], on: App}`)}
	r := run(t, in)
	if got := verdicts(r); got != "proved a b" {
		t.Error(got)
	}
	if len(r.Axioms) != 7 {
		t.Errorf("%v", r.Axioms)
	}
}
