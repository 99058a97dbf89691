package ruleset

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

const ruleFile = `---
name: Sheet exceptions
id: 611d73ca-6764-4dac-be40-3e505206e974
filter: App*
actions: [read, Update, 8192]
context: hub
type: READONLY
category: License
disabled: true
tags: sales
comment: |-
  Everybody who reads the stream
  reads its sheets.
---
resource.owner = user
or true
`

func TestDecodeRuleFile(t *testing.T) {
	rules, found := Decode("sheet.qrule", []byte(ruleFile))
	if len(found) != 1 || found[0].Code != codeUnknownActions {
		t.Errorf("found %v", found)
	}
	if len(rules) != 1 {
		t.Fatalf("%d rules", len(rules))
	}
	r := rules[0]
	if r.ID != "611d73ca-6764-4dac-be40-3e505206e974" || r.Derived || r.Name != "Sheet exceptions" || r.Filter.Content != "App*" ||
		r.Actions != 8198 || r.Context != Hub || r.Type != "ReadOnly" || r.Category != License || !r.Disabled ||
		strings.Join(r.Tags, " ") != "sales" || r.Comment != "Everybody who reads the stream\nreads its sheets." ||
		r.Condition.Content != "resource.owner = user\nor true" {
		t.Errorf("read %+v, filter %q, condition %q", r, r.Filter.Content, r.Condition.Content)
	}
	if at := r.Condition.Locate(strings.Index(r.Condition.Content, "true")); at.Line != 16 || at.Column != 4 {
		t.Errorf("the condition leads to %+v", at)
	}
	if at := r.Filter.Locate(3); at.Line != 4 || at.Column != 12 {
		t.Errorf("the filter leads to %+v", at)
	}
}

// The header lists the sites that the file is for.
func TestRuleFileOnly(t *testing.T) {
	text := "---\nname: a\nfilter: App_*\nactions: [read]\nonly: [prod, \"a, b\"]\n---\ntrue\n"
	rules, found := Decode("a.qrule", []byte(text))
	expect(t, found, "")
	if got := strings.Join(rules[0].Only, "|"); got != "prod|a, b" {
		t.Errorf("only %s", got)
	}
	if got := string(rules[0].Format()); !strings.Contains(got, "\nonly: [prod, \"a, b\"]\n") {
		t.Errorf("written as\n%s", got)
	}
	rules, found = Decode("a.qrule", []byte(strings.Replace(text, "[prod, \"a, b\"]", "[]", 1)))
	if len(found) != 1 || found[0].Code != codeHeader || len(rules) != 0 {
		t.Errorf("a file for no site at all is read: %v", found)
	}
}

// A missing header field has the default of a new rule in the QMC.
func TestRuleFileDefaults(t *testing.T) {
	rules, found := Decode("<stdin>", []byte("---\nfilter: App_*\nactions: all\n---\n"))
	expect(t, found, "")
	if _, found := Decode("a.qrule", []byte("---\nactions: []\n---\n")); len(found) != 1 || found[0].Code != codeNoActions {
		t.Errorf("found %v", found)
	}
	r := rules[0]
	if !r.Derived || r.Actions != All || r.Context != Both || r.Category != Security || r.Type != "" || r.Disabled || r.Tags != nil || r.Condition.Content != "" {
		t.Errorf("read %+v", r)
	}
	if at := r.Condition.Locate(0); at.Line != 5 {
		t.Errorf("the condition leads to %+v", at)
	}
}

// An empty filter has a location, for findings about it.
func TestPlaceOfAnEmptyFilter(t *testing.T) {
	for _, value := range []string{"|", "[App_*]", "", "\"\""} {
		rules, _ := Decode("a.qrule", []byte("---\nactions: [read]\nfilter: "+value+"\n---\n"))
		for _, r := range rules {
			if at := r.Filter.Locate(0); at.Line != 3 {
				t.Errorf("the filter %s is at %+v", value, at)
			}
		}
	}
}

func TestRuleFileErrors(t *testing.T) {
	const rest = "filter: App_*\nactions: [read]\n---\ntrue\n"
	for text, want := range map[string]string{
		"true":                  "Q0117 1:1 the file does not begin with the line ---",
		"---\nname: a\ntrue":    "Q0117 3:5 the header has no end",
		"---\n# a\n" + rest:     "Q0117 2:1 the header has a comment",
		"---\nname: \xff":       "Q0102 2:7 the file is not valid UTF-8",
		"---\nfilter: a\n---\n": "Q0108 1:1 the rule has no actions",
		"---\nactions: [raed, 5000000000, 2]\n---\n": "Q0108 2:11 unknown action \"raed\"; did you mean read?\nQ0108 2:17 unknown action \"5000000000\"",
		"---\nname: [a]\nid: [b]\n" + rest:           "Q0107 2:7 the value of the key name is a list\nQ0107 3:5 the value of the key id is a list",
		"---\nidd: a\n" + rest:                       "Q0118 2:1 unknown key \"idd\" in the header; did you mean id?",
		"---\nname: a\nname: b\n" + rest:             "Q0106 3:1 the key name is given twice",
		"---\neol: cr\n" + rest:                      "Q0117 2:6 unknown eol \"cr\": the line ends are lf, crlf or keep",
		"---\ncategory: secure\n" + rest:             "Q0113 2:11 unknown category \"secure\": the categories are security, license and sync",
		"---\ncontext: web\n" + rest:                 "Q0111 2:10 unknown context \"web\": the contexts are both, hub and qmc",
		"---\ndisabled: yes\n" + rest:                "Q0107 2:11 unknown disabled \"yes\": disabled is true or false",
		"---\ndisabled: [true]\ntype: x\n" + rest:    "Q0107 2:11 the value of the key disabled is a list",
	} {
		rules, found := Decode("a.qrule", []byte(text))
		var got []string
		for _, d := range found {
			at, _ := d.Position()
			got = append(got, fmt.Sprintf("%s %d:%d %s", d.Code, at.Line, at.Column, d.Summary))
		}
		if strings.Join(got, "\n") != want {
			t.Errorf("%q gets\n%s\nwant\n%s", text, strings.Join(got, "\n"), want)
		}
		if len(rules) > 0 {
			t.Errorf("%q is broken, and read as a rule", text)
		}
	}
}

func TestReadRuleFilesOfFolders(t *testing.T) {
	file := func(name string) string { return "---\nname: " + name + "\nfilter: App_*\nactions: [read]\n---\n" }
	writeFiles(t, map[string]string{
		"rules/one.json": named("1", "one"), "rules/deep/two.qrule": file("two"), "rules/b.QRULE": file("three"),
		"rules/.git/four.qrule": file("four"), "rules/deep/five.json": named("5", "five"),
		"rules/site.lock.json": "{}", "rules/manifest.json": "{}",
	})
	rules, found := Read("rules")
	expect(t, found, "")
	if got := names(rules); got != "one three two" {
		t.Errorf("read %s", got)
	}
	if got := Files("rules/nothing"); got != nil {
		t.Errorf("the files of no folder are %v", got)
	}
}

func TestTagsOfExports(t *testing.T) {
	for json, want := range map[string]string{
		`[{"id": "1", "name": "a"}, {"id": "2"}, {"name": 3}, "b", 4]`: "a b", `null`: "", `"a"`: "",
	} {
		rules, _ := Decode("a.json", []byte(rule(`"tags": `+json)))
		if got := strings.Join(rules[0].Tags, " "); got != want {
			t.Errorf("the tags of %s are %s", json, got)
		}
	}
}

// A rule that is written to a file is read as the same rule.
func TestFormatThenDecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string { return rapid.String().Draw(t, label) }
		r := Rule{
			ID: text("id"), Name: text("name"), Comment: text("comment"), Type: rapid.SampledFrom(append(ruleTypes, "", "Other")).Draw(t, "type"),
			Category: Category(rapid.IntRange(1, 3).Draw(t, "category")), Context: Context(rapid.IntRange(0, 2).Draw(t, "context")),
			Actions:  Actions(rapid.OneOf(rapid.Uint32(), rapid.Just(uint32(All)), rapid.Uint32Range(0, 8191)).Draw(t, "actions")),
			Disabled: rapid.Bool().Draw(t, "disabled"), Tags: rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "tags"),
		}
		r.Filter, r.Condition = &diag.Text{Content: text("filter")}, &diag.Text{Content: text("condition")}
		r.Derived = r.ID == ""
		again, found := Decode("a.qrule", r.Format())
		if found.HasErrors() {
			t.Fatalf("%s: %v", r.Format(), found)
		}
		got := again[0]
		if string(got.Format()) != string(r.Format()) || got.Actions != r.Actions || got.Condition.Content != r.Condition.Content ||
			got.Name != r.Name || got.Comment != r.Comment || got.Filter.Content != r.Filter.Content || got.Type != r.Type ||
			got.Context != r.Context || got.Category != r.Category || got.Disabled != r.Disabled || strings.Join(got.Tags, "\x00") != strings.Join(r.Tags, "\x00") {
			t.Errorf("%s is read as %s", r.Format(), got.Format())
		}
	})
}
