package playground_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/playground"
)

const rule = `---
name: Readers
id: 00000000-0000-0000-0000-000000000001
filter: App_*
actions: [read]
context: both
type: custom
category: security
---
user.group = "Sales" and resource.name = "Sales 2026"
`

const site = `{
	"User": [{"id": "u1", "userDirectory": "ACME", "userId": "anna", "name": "Anna", "attributes": [{"attributeType": "group", "attributeValue": "Sales"}]},
	         {"id": "u2", "userDirectory": "ACME", "userId": "ben", "name": "Ben", "attributes": []}],
	"App": [{"id": "a1", "name": "Sales 2026"}]
}`

func ask(user string, rules ...string) playground.Answer {
	return playground.Ask(playground.Question{Rules: rules, Site: site, Request: playground.Request{User: user, Action: "read", Type: "App", ID: "a1"}})
}

// The page shows what the command line would: a decision with its reasons, the Rego, and
// whom and what one can ask about.
func TestAsk(t *testing.T) {
	a := ask(`ACME\anna`, rule)
	if a.Explanation == nil || !a.Explanation.Allow || a.Explanation.Questions[0].Rules[0].Name != "Readers" {
		t.Fatalf("%+v, %s", a.Explanation, a.Failure)
	}
	if len(a.Users) != 2 || a.Users[0] != (playground.Choice{Type: "User", ID: `ACME\anna`, Name: "Anna"}) || len(a.Resources) != 3 || len(a.Actions) < 10 {
		t.Errorf("users %v, resources %v, actions %v", a.Users, a.Resources, a.Actions)
	}
	for _, m := range a.Modules {
		if strings.Contains(m.Source, `"sales" in`) || strings.Contains(m.Source, `"sales"`) {
			if denied := ask(`ACME\ben`, rule); denied.Explanation.Allow || len(denied.Explanation.Proposals) == 0 {
				t.Errorf("%+v", denied.Explanation)
			}
			return
		}
	}
	t.Errorf("no module is about the group: %v", a.Modules)
}

// An error has its place in the text that the page sent, in UTF-16 units; the other rules
// decide without the broken one.
func TestErrorsHaveTheirPlace(t *testing.T) {
	broken := strings.Replace(strings.Replace(rule, "Readers", "Émile 😀", 1), `"Sales" and`, `"Sales" AND`, 1)
	broken = strings.Replace(broken, "000001", "000002", 1)
	a := ask(`ACME\anna`, rule, broken)
	for _, f := range a.Findings {
		if f.Code != "Q0208" {
			continue
		}
		// One unit less for É, two less for the rest of 😀, than bytes.
		want := len(broken[:strings.Index(broken, "AND")]) - 1 - 2
		if f.Where == nil || f.Where.Text != 1 || f.Where.Start != want || f.Where.End != want+3 || f.Where.Line != 10 {
			t.Errorf("the place is %+v, not %d", f.Where, want)
		}
		if f.Fix == nil || f.Fix.Replacement != "and" || f.Fix.Start != want {
			t.Errorf("the fix is %+v", f.Fix)
		}
		if len(a.Skipped) != 1 || !a.Explanation.Allow {
			t.Errorf("left out %v, allowed %t", a.Skipped, a.Explanation.Allow)
		}
		return
	}
	t.Errorf("no Q0208: %+v", a.Findings)
}

// A site that is half typed is reported where it breaks, and nothing else stops.
func TestHalfTypedSite(t *testing.T) {
	a := playground.Ask(playground.Question{Rules: []string{rule}, Site: "{\n\"User\": [}"})
	if len(a.Findings) == 0 || a.Findings[0].Code != "Q0603" || a.Findings[0].Where == nil || *a.Findings[0].Where != (playground.Where{Text: -1, Start: 11, End: 12, Line: 2, Column: 10}) {
		t.Errorf("%+v", a.Findings)
	}
	if len(a.Modules) == 0 || a.Explanation != nil {
		t.Error("the rules are not compiled, or a decision without a request is there")
	}
	for _, text := range []string{"", "null", "[]", `{"User": 1}`, `{"User": [{}]}`, `{"": []}`, "\xff"} {
		playground.Ask(playground.Question{Rules: []string{text, rule}, Site: text, Request: playground.Request{User: "x"}})
	}
}

// An export becomes rules that can be edited one by one; anything else stays as it is.
func TestSplit(t *testing.T) {
	export := `[{"id": "1", "name": "A", "rule": "user.group = \"x\"", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "category": "Security"},
		{"id": "2", "name": "B", "rule": "true", "resourceFilter": "Stream_*", "actions": 2, "ruleContext": 0, "category": "Security"}]`
	texts := playground.Split(export)
	if len(texts) != 2 || !strings.Contains(texts[0], "name: A\n") || !strings.HasSuffix(texts[0], "user.group = \"x\"\n") {
		t.Errorf("%q", texts)
	}
	for _, text := range []string{rule, "", "[", "user.group"} {
		if got := playground.Split(text); len(got) != 1 || got[0] != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// TestProgramNeedsNoOPA holds the imports of the page's program, which OPA would make twice as large.
func TestProgramNeedsNoOPA(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "./wasm")
	list.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	deps, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.Lines(string(deps)) {
		if strings.Contains(dep, "open-policy-agent") {
			t.Errorf("the program imports %s", strings.TrimSpace(dep))
		}
	}
}
