package difference_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// acme has three users, two streams and three apps. Carl owns a3, which is in no stream.
func acme(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	user := func(id, group string) string {
		return fmt.Sprintf(`{"id": %q, "userDirectory": "ACME", "userId": %[1]q, "attributes": [{"attributeType": "group", "attributeValue": %q}]}`, id, group)
	}
	for name, list := range map[string][]string{
		"user.json":   {user("anna", "sales"), user("bert", "hr"), user("carl", "legal")},
		"stream.json": {`{"id": "s1", "name": "One"}`, `{"id": "s2", "name": "Two"}`},
		"app.json": {
			`{"id": "a1", "name": "First", "stream": {"id": "s1"}, "owner": {"id": "bert"}}`,
			`{"id": "a2", "name": "Second", "stream": {"id": "s2"}, "owner": {"id": "bert"}}`,
			`{"id": "a3", "name": "Third", "owner": {"id": "carl"}}`,
		},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("["+strings.Join(list, ",")+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// summary lists groups and rules in a short form.
func summary(r *difference.Report) []string {
	var all []string
	for _, g := range r.Groups {
		var causes, parts []string
		for _, c := range g.Causes {
			text := c.Rule.Name + " " + c.By
			if c.Edit != nil {
				text = fmt.Sprintf("%s %s %q>%q", c.Rule.Name, c.Edit.Aspect, c.Edit.Before, c.Edit.After)
			}
			causes = append(causes, text)
		}
		for _, p := range g.Parts {
			text := fmt.Sprintf("%s %s %d=%dx%d", p.Action, p.Type, p.Cells, p.Users, p.Resources)
			for _, c := range p.Contexts {
				text += " " + c.Context
			}
			for _, path := range p.Through {
				for _, rule := range path {
					text += " <" + rule.Name
				}
			}
			parts = append(parts, text)
		}
		all = append(all, fmt.Sprintf("%s because %s: %s", g.Kind, strings.Join(causes, " + "), strings.Join(parts, ", ")))
	}
	for _, c := range r.Rules {
		text := fmt.Sprintf("rule %s %s: %s", c.Rule.Name, c.By, c.Effect)
		for _, by := range c.CoveredBy {
			text += " " + by.Name
		}
		all = append(all, text)
	}
	return all
}

func TestCauses(t *testing.T) {
	const read, sales, hr, legal = 2, `user.group = "sales"`, `user.group = "hr"`, `user.group = "legal"`
	stream := plain("stream", "App_*", read, `resource.stream.HasPrivilege("read")`)
	all := func(rules ...ruleset.Rule) []ruleset.Rule { return rules }
	disabled := func(r ruleset.Rule) ruleset.Rule { r.Disabled = true; return r }
	hub := func(r ruleset.Rule) ruleset.Rule { r.Context = ruleset.Hub; return r }
	named := func(r ruleset.Rule, name string) ruleset.Rule { r.Name = name; return r }
	invalid := plain("x", "App_*", read, `nonsense`)
	tests := []struct {
		name     string
		old, new []ruleset.Rule
		want     []string
	}{
		{"nothing", all(stream), all(stream), nil},
		{"a rule more", all(), all(plain("x", "App_*", read, sales)), []string{"gain because x added: read App 3=1x3", "rule x added: access"}},
		{"a rule less", all(plain("x", "App_*", read, sales)), all(), []string{"loss because x removed: read App 3=1x3", "rule x removed: access"}},
		{"each clause has its own cells", all(plain("x", "App_*", read, hr)), all(plain("x", "App_*", read, hr+" or "+sales+` or `+legal+` and resource.name = "First"`)), []string{
			`gain because x condition "">"user.group = \"sales\"": read App 3=1x3`,
			`gain because x condition "">"user.group = \"legal\" and resource.name = \"First\"": read App 1=1x1`,
			"rule x edited: access",
		}},
		{"one clause gives, one takes", all(plain("x", "App_*", read, hr+" or "+sales)), all(plain("x", "App_*", read, legal+" or "+sales)), []string{
			`gain because x condition "user.group = \"hr\"">"user.group = \"legal\"": read App 3=1x3`,
			`loss because x condition "user.group = \"hr\"">"user.group = \"legal\"": read App 3=1x3`,
			"rule x edited: access",
		}},
		{"edits that only matter together", all(plain("x", "Stream_*", read, hr)), all(plain("x", "App_*", read, sales)), []string{
			`gain because x filter "Stream_*">"App_*" + x condition "user.group = \"hr\"">"user.group = \"sales\"": read App 3=1x3`,
			`loss because x filter "Stream_*">"App_*" + x condition "user.group = \"hr\"">"user.group = \"sales\"": read Stream 2=1x2`,
			"rule x edited: access",
		}},
		{"actions", all(plain("x", "App_*", read, sales)), all(plain("x", "App_*", read|8, sales)), []string{
			`gain because x actions "read">"read, delete": delete App 3=1x3`, "rule x edited: access",
		}},
		{"through a right", all(stream), all(stream, plain("x", `Stream_s1`, read, hr)), []string{
			"gain because x added: read App 1=1x1 <stream, read Stream 1=1x1", "rule x added: access",
		}},
		{"who owns it gains nothing", all(plain("owner", "App_*", read, "resource.owner = user")), all(plain("owner", "App_*", read, "resource.owner = user"), plain("x", "App_*", read, hr)), []string{
			"gain because x added: read App 1=1x1", "rule x added: access",
		}},
		{"a rule that moves", all(plain("x", "App_*", read, sales)), all(plain("y", "App_*", read, sales)), []string{"rule y edited: cannot"}},
		{"a rule in two", all(plain("x", "App_*", read, hr+" or "+sales)), all(plain("y", "App_*", read, sales), plain("z", "App_*", read, hr)), []string{
			"rule x removed: covered y z", "rule y added: covered x", "rule z added: covered x",
		}},
		{"renamed", all(plain("x", "App_*", read, sales)), all(named(plain("x", "App_*", read, sales), "z")), []string{"rule z edited: cannot"}},
		{"written differently", all(plain("x", "App_*", read, sales)), all(plain("x", "App_*", read, "("+sales+")")), []string{"rule x edited: cannot"}},
		{"no effect here", all(plain("x", "App_*", read, sales)), all(plain("x", "App_*", read, sales+` or user.group = "nobody"`)), []string{"rule x edited: none"}},
		{"nothing to compare", all(), all(plain("x", "Extension_*", read, sales)), []string{"rule x added: unknown"}},
		{"disabled", all(plain("x", "App_*", read, sales)), all(disabled(plain("x", "App_*", read, sales))), []string{
			`loss because x enabled "enabled">"disabled": read App 3=1x3`, "rule x edited: access",
		}},
		{"disabled before and after", all(disabled(plain("x", "App_*", read, sales))), all(disabled(plain("x", "App_*", read, hr))), []string{"rule x edited: cannot"}},
		{"for the hub only", all(plain("x", "App_*", read, sales)), all(hub(plain("x", "App_*", read, sales))), []string{
			`loss because x context "both">"hub": read App 3=1x3 qmc none`, "rule x edited: access",
		}},
		{"not valid any more", all(plain("x", "App_*", read, sales)), all(invalid), []string{"loss because x valid: read App 3=1x3", "rule x valid: access"}},
		{"a section", all(), all(plain("x", "QmcSection_App", read, sales)), []string{
			"gain because x added: read TransientObject 1=1x1", "rule x added: access",
		}},
	}
	site := acme(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := summary(compare(t, input(t, test.old, test.new, site)))
			if !slices.Equal(got, test.want) {
				t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestTwoSites compares different sites with the same rules.
func TestTwoSites(t *testing.T) {
	rules := []ruleset.Rule{plain("x", "App_*", 2, `user.group = "sales"`)}
	before, after := compiled(t, rules, rules)
	old, new := acme(t), acme(t)
	apps := `[{"id": "a1", "name": "First"}, {"id": "a4", "name": "Fourth"}]`
	if err := os.WriteFile(filepath.Join(new, "app.json"), []byte(apps), 0o600); err != nil {
		t.Fatal(err)
	}
	in := input(t, rules, rules, old)
	in.SameSite = false
	in.Old.Policy, in.New.Policy, in.New.Bundle = before, after, bundle(t, after, new)
	want := []string{"loss because x data: read App 2=1x2", "gain because x data: read App 1=1x1"}
	if got := summary(compare(t, in)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestBaseline(t *testing.T) {
	site := acme(t)
	old := []ruleset.Rule{plain("x", "App_*", 2, `user.group = "sales"`)}
	wider := func(more string) []ruleset.Rule {
		return []ruleset.Rule{plain("x", "App_*", 2, `user.group = "sales"`+more), plain("y", "Stream_*", 2, `user.group = "hr"`)}
	}
	first := compare(t, input(t, old, wider(` or user.group = "hr"`), site))
	if first.Gain.Cells != 5 || first.Gain.Users != 1 || first.Gain.Resources != 5 {
		t.Fatalf("gain %+v", first.Gain)
	}
	var file bytes.Buffer
	if err := first.Baseline().Write(&file); err != nil {
		t.Fatal(err)
	}
	accepted, err := difference.ReadBaseline(&file)
	if err != nil {
		t.Fatal(err)
	}
	gate, err := difference.ParseGate("gain")
	if err != nil {
		t.Fatal(err)
	}
	check := func(new []ruleset.Rule, gain, ok int64, stale int, hit bool) {
		t.Helper()
		r := compare(t, input(t, old, new, site))
		r.Accept(accepted)
		r.Judge([]difference.Gate{gate})
		if r.Gain.Cells != gain || r.Accepted != ok || len(r.Stale) != stale || r.Hit() != hit {
			t.Errorf("gain %d, accepted %d, %d stale, hit %t; want %d, %d, %d, %t", r.Gain.Cells, r.Accepted, len(r.Stale), r.Hit(), gain, ok, stale, hit)
		}
	}
	check(wider(` or user.group = "hr"`), 0, 5, 0, false)
	// The same number of cells by the same rule, for another user.
	check(wider(` or user.group = "legal"`), 3, 2, 1, true)
	// The accepted difference does not occur any more.
	check(old, 0, 0, 2, false)
	for text, descriptions := range map[string]string{"[]": "not a valid baseline", `{"version": 1}`: "version 2", `{"version": 1, "x": 1}`: "not a valid baseline"} {
		if _, err := difference.ReadBaseline(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), descriptions) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
