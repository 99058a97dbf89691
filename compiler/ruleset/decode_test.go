package ruleset

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// show formats findings for comparisons: severity, code, location in the file, summary, and an excerpt.
func show(list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s %s", d.Severity, d.Code)
		if p, ok := d.Position(); ok {
			fmt.Fprintf(&b, " %s:%d:%d", d.Text.File, p.Line, p.Column)
		}
		fmt.Fprintf(&b, ": %s\n", d.Summary)
		if d.Text != nil && d.Text.Content != "" {
			fmt.Fprintf(&b, "%s\n", underline(d.Text.Content, d.Subject))
		}
		for _, r := range d.Related {
			p := r.Text.Locate(r.Range.Start)
			fmt.Fprintf(&b, "\t%s:%d:%d: %s\n", r.Text.File, p.Line, p.Column, r.Message)
		}
		if d.Fix != nil {
			c := d.Text.Content
			fmt.Fprintf(&b, "\t%s: %s%s%s\n", d.Fix.Message, c[:d.Fix.Range.Start], d.Fix.Replacement, c[d.Fix.Range.End:])
		}
	}
	return b.String()
}

func underline(content string, r diag.Range) string {
	lineStart := strings.LastIndex(content[:r.Start], "\n") + 1
	line, _, _ := strings.Cut(content[lineStart:], "\n")
	width := max(1, min(r.End-lineStart, len(line))-(r.Start-lineStart))
	return "\t" + line + "\n\t" + strings.Repeat(" ", r.Start-lineStart) + strings.Repeat("^", width)
}

// rule is a valid rule to which tests add fields.
func rule(extra string) string {
	if extra != "" {
		extra = ", " + extra
	}
	return `{"id": "a", "category": "Security", "ruleContext": 0, "actions": 2, "resourceFilter": "App_*"` + extra + `}`
}

func expect(t *testing.T, list diag.List, want string) {
	t.Helper()
	if got := show(list); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("findings:\n%s\nwant:\n%s", got, want)
	}
}

func TestShapes(t *testing.T) {
	for name, file := range map[string]string{
		"array":                    `[` + rule("") + `]`,
		"one rule":                 rule(""),
		"package":                  `{"localpackagelist":[{"packageName":"P","ruleList":[` + rule("") + `]}]}`,
		"PowerShell's list":        `{"value": [` + rule("") + `], "Count": 1}`,
		"PowerShell's list of one": `{"Count": 1, "value": ` + rule("") + `}`,
		"a list of one in a field": rule(`"tags": {"id": 1, "name": "t"}`),
		"byte-order mark":          "\ufeff[" + rule("") + "]",
		"other case":               strings.NewReplacer("ruleContext", "RULECONTEXT", "resourceFilter", "ResourceFilter").Replace(rule("")),
		"nulls":                    rule(`"tags": null, "privileges": null, "disabled": null, "comment": null, "rule": null, "type": null, "name": null`),
		"unknown fields":           rule(`"tags": [{"id": 1}], "seedId": 7, "later": {"a": [1, {"b": 2}]}`),
		"empty condition":          rule(`"rule": ""`),
		"white space":              "\r\n\t" + strings.ReplaceAll(rule(""), ",", "\r\n\t,\r\n") + " \n",
	} {
		t.Run(name, func(t *testing.T) {
			rules, found := Decode("f.json", []byte(file))
			expect(t, found, "")
			if len(rules) != 1 {
				t.Fatalf("%d rules", len(rules))
			}
			r := rules[0]
			if r.ID != "a" || r.Category != Security || r.Context != Both || r.Actions != 2 || r.Disabled || r.Filter.Content != "App_*" || r.Condition.Content != "" {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestFields(t *testing.T) {
	file := `{"id": "A-1", "name": "Größe", "comment": "c", "type": "Custom", "category": "License", "ruleContext": "QMCOnly",
		"actions": "4294967295", "disabled": true, "resourceFilter": "*", "rule": "user.name = \"x\""}`
	rules, found := Decode("f.json", []byte(file))
	expect(t, found, "")
	r := rules[0]
	got := fmt.Sprint(r.ID, r.Name, r.Comment, r.Type, r.Category, r.Context, r.Actions, r.Disabled, r.Filter.Content, r.Condition.Content)
	if want := fmt.Sprint("A-1", "Größe", "c", "Custom", License, QMC, All, true, "*", `user.name = "x"`); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestContexts(t *testing.T) {
	for word, want := range map[string]Context{
		`0`: Both, `1`: Hub, `2`: QMC, `"0"`: Both, `"2"`: QMC,
		`"BothQlikSenseAndQMC"`: Both, `"QlikSenseOnly"`: Hub, `"qmconly"`: QMC, `"both"`: Both, `"HUB"`: Hub, `"QMC"`: QMC,
	} {
		file := strings.Replace(rule(""), `"ruleContext": 0`, `"ruleContext": `+word, 1)
		rules, found := Decode("f.json", []byte(file))
		expect(t, found, "")
		if rules[0].Context != want {
			t.Errorf("%s: %s, want %s", word, rules[0].Context, want)
		}
	}
}

// TestFaults has one invalid rule per case. Every finding is shown with its location.
func TestFaults(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(rule(""), old, new, 1) }
	for name, c := range map[string]struct {
		file, want string
		rules      int
	}{
		"no context": {replace(`"ruleContext": 0, `, ``), `
warning Q0112 f.json:1:1: the rule has no ruleContext and applies both in hub and QMC
	{"id": "a", "category": "Security", "actions": 2, "resourceFilter": "App_*"}
	^`, 1},
		"context null": {`{"id": "a", "category": "Sync", "ruleContext": null, "actions": 2}`, `
warning Q0112 f.json:1:1: the rule has no ruleContext and applies both in hub and QMC
	{"id": "a", "category": "Sync", "ruleContext": null, "actions": 2}
	^`, 1},
		"unknown context": {`{"ruleContext": 3, "id": "a", "category": "sync", "actions": 1}`, `
error Q0111 f.json:1:17: unknown rule context 3
	{"ruleContext": 3, "id": "a", "category": "sync", "actions": 1}
	                ^`, 0},
		"context of the wrong kind": {`{"ruleContext": [0], "id": "a", "category": "sync", "actions": 1}`, `
error Q0107 f.json:1:17: the field "ruleContext" is a list
	{"ruleContext": [0], "id": "a", "category": "sync", "actions": 1}
	                ^^^`, 0},
		"no category": {`{"id": "a", "ruleContext": 0, "actions": 1}`, `
warning Q0114 f.json:1:1: the rule has no category and is read as a Security rule
	{"id": "a", "ruleContext": 0, "actions": 1}
	^`, 1},
		"empty category": {`{"id": "a", "category": "", "ruleContext": 0, "actions": 1}`, `
warning Q0114 f.json:1:1: the rule has no category and is read as a Security rule
	{"id": "a", "category": "", "ruleContext": 0, "actions": 1}
	^`, 1},
		"unknown category": {`{"category": "Secure", "ruleContext": 0, "actions": 1}`, `
error Q0113 f.json:1:14: unknown category "Secure"
	{"category": "Secure", "ruleContext": 0, "actions": 1}
	             ^^^^^^^^`, 0},
		"category of the wrong kind": {`{"category": 1, "ruleContext": 0, "actions": 1}`, `
error Q0107 f.json:1:14: the field "category" is a number
	{"category": 1, "ruleContext": 0, "actions": 1}
	             ^`, 0},
		"no actions": {`{"category": "Sync", "ruleContext": 0, "rule": "true"}`, `
error Q0108 f.json:1:1: the rule has no actions
	{"category": "Sync", "ruleContext": 0, "rule": "true"}
	^`, 0},
		"actions 0": {`{"category": "Sync", "ruleContext": 0, "actions": 0}`, `
warning Q0110 f.json:1:51: the rule has no actions and grants nothing
	{"category": "Sync", "ruleContext": 0, "actions": 0}
	                                                  ^`, 1},
		"unknown bits": {`{"category": "Sync", "ruleContext": 0, "actions": "8195"}`, `
warning Q0109 f.json:1:51: the actions 8195 have unknown bits: 8192
	{"category": "Sync", "ruleContext": 0, "actions": "8195"}
	                                                  ^^^^^^`, 1},
		"actions with a fraction": {`{"category": "Sync", "ruleContext": 0, "actions": 2.5}`, `
error Q0108 f.json:1:51: the actions 2.5 are not a bit mask
	{"category": "Sync", "ruleContext": 0, "actions": 2.5}
	                                                  ^^^`, 0},
		"actions below zero": {`{"category": "Sync", "ruleContext": 0, "actions": -1}`, `
error Q0108 f.json:1:51: the actions -1 are not a bit mask
	{"category": "Sync", "ruleContext": 0, "actions": -1}
	                                                  ^^`, 0},
		"actions beyond 32 bits": {`{"category": "Sync", "ruleContext": 0, "actions": "4294967296"}`, `
error Q0108 f.json:1:51: the actions "4294967296" are not a bit mask
	{"category": "Sync", "ruleContext": 0, "actions": "4294967296"}
	                                                  ^^^^^^^^^^^^`, 0},
		"actions of the wrong kind": {`{"category": "Sync", "ruleContext": 0, "actions": true}`, `
error Q0107 f.json:1:51: the field "actions" is true
	{"category": "Sync", "ruleContext": 0, "actions": true}
	                                                  ^^^^`, 0},
		"all wrong kinds of one rule": {`{
	"id": 1, "name": ["n"], "rule": {}, "resourceFilter": 2, "comment": true,
	"type": 3, "disabled": "yes", "category": "Sync", "ruleContext": 0, "actions": 1}`, `
error Q0107 f.json:2:8: the field "id" is a number
		"id": 1, "name": ["n"], "rule": {}, "resourceFilter": 2, "comment": true,
	       ^
error Q0107 f.json:2:19: the field "name" is a list
		"id": 1, "name": ["n"], "rule": {}, "resourceFilter": 2, "comment": true,
	                  ^^^^^
error Q0107 f.json:2:56: the field "resourceFilter" is a number
		"id": 1, "name": ["n"], "rule": {}, "resourceFilter": 2, "comment": true,
	                                                       ^
error Q0107 f.json:2:34: the field "rule" is an object
		"id": 1, "name": ["n"], "rule": {}, "resourceFilter": 2, "comment": true,
	                                 ^^
error Q0107 f.json:2:70: the field "comment" is true
		"id": 1, "name": ["n"], "rule": {}, "resourceFilter": 2, "comment": true,
	                                                                     ^^^^
error Q0107 f.json:3:10: the field "type" is a number
		"type": 3, "disabled": "yes", "category": "Sync", "ruleContext": 0, "actions": 1}
	         ^
error Q0107 f.json:3:25: the field "disabled" is a text
		"type": 3, "disabled": "yes", "category": "Sync", "ruleContext": 0, "actions": 1}
	                        ^^^^^`, 0},
		"doubled field": {`{"category": "Sync", "ruleContext": 0, "actions": 1, "Actions": 2}`, `
error Q0106 f.json:1:54: the field "Actions" is given twice
	{"category": "Sync", "ruleContext": 0, "actions": 1, "Actions": 2}
	                                                     ^^^^^^^^^
	f.json:1:51: it is here first`, 0},
		"no rules": {`[]`, `
warning Q0105 f.json:1:1: the file contains no rule
	[]
	^^`, 0},
		"package without rules": {`{"localpackagelist": [{"packageName": "P", "ruleList": null}]}`, `
warning Q0105 f.json:1:1: the file contains no rule
	{"localpackagelist": [{"packageName": "P", "ruleList": null}]}
	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`, 0},
		"packages that are none": {`{"localpackagelist": [1, {}, {"ruleList": {}}]}`, `
error Q0104 f.json:1:23: a rule package has no ruleList
	{"localpackagelist": [1, {}, {"ruleList": {}}]}
	                      ^
error Q0104 f.json:1:26: a rule package has no ruleList
	{"localpackagelist": [1, {}, {"ruleList": {}}]}
	                         ^^
error Q0104 f.json:1:30: a rule package has no ruleList
	{"localpackagelist": [1, {}, {"ruleList": {}}]}
	                             ^^^^^^^^^^^^^^^^`, 0},
		"no list of packages": {`{"localpackagelist": "x"}`, `
error Q0104 f.json:1:22: localpackagelist is a text, not a list of packages
	{"localpackagelist": "x"}
	                     ^^^`, 0},
		"no rule": {`{"id": "x"}`, `
error Q0104 f.json:1:1: this object is not a rule: it has neither resourceFilter nor rule nor actions
	{"id": "x"}
	^^^^^^^^^^^`, 0},
		"no rules in the list": {"[null, [],\n" + rule("") + `]`, `
error Q0104 f.json:1:2: a rule was expected here, not null
	[null, [],
	 ^^^^
error Q0104 f.json:1:8: a rule was expected here, not a list
	[null, [],
	       ^^`, 1},
		"a number": {` 7`, `
error Q0104 f.json:1:2: the file contains a number and no rules
	 7
	 ^`, 0},
		"empty": {``, `error Q0103 f.json:1:1: the file is empty`, 0},
		"null is an empty list": {`null`, `
warning Q0105 f.json:1:1: the file contains no rule
	null
	^^^^`, 0},
		"several documents": {rule("") + "\n" + rule(""), `
error Q0103 f.json:2:1: the file contains several JSON documents, one after the other
	` + rule("")[:80] + `
	^`, 1},
		"a table": {`{"columnNames": ["id", "rule"], "rows": [["1", "true"]]}`, `
error Q0103 f.json:1:1: the file is a table (columnNames and rows), not a list
	{"columnNames": ["id", "rule"], "rows": [["1", "true"]]}
	^`, 0},
		"CSV": {"ID,Name,Rule\n1,a,true\n", `
error Q0103 f.json:1:1: the file is CSV, not JSON
	ID,Name,Rule
	^`, 0},
		"rows of the database, said once": {`[{"ID": "a", "Category": 0, "Type": 2, "Rule": "true"}, {"ID": "b", "Category": 0, "Type": 2, "Rule": "true"}]`, `
error Q0104 f.json:1:2: the rules are rows of the repository's database, not an export
	[{"ID": "a", "Category": 0, "Type": 2, "Rule": "true"}, {"ID": "b", "Category": 0,
	 ^`, 0},
		"entities, said once": {`[{"id": "1", "schemaPath": "App.Content"}, {"id": "2", "schemaPath": "App.Content"}]`, `
error Q0104 f.json:1:2: the file contains entities of the type App.Content, not rules
	[{"id": "1", "schemaPath": "App.Content"}, {"id": "2", "schemaPath": "App.Content"
	 ^`, 0},
		"cut off": {"[\n" + rule("") + ",\n {\"id\": ", `
error Q0103 f.json:3:9: the file ends in the middle of the JSON document
	 {"id": 
	        ^`, 0},
		"text behind": {"[" + rule("") + "]\n\"tags\": []", `
error Q0103 f.json:2:1: there is text after the end of the JSON document
	"tags": []
	^`, 1},
		"text behind a broken rule": {"{\"actions\": {}, \"category\": \"Sync\", \"ruleContext\": 0} x", `
error Q0107 f.json:1:13: the field "actions" is an object
	{"actions": {}, "category": "Sync", "ruleContext": 0} x
	            ^^
error Q0103 f.json:1:55: there is text after the end of the JSON document
	{"actions": {}, "category": "Sync", "ruleContext": 0} x
	                                                      ^`, 0},
		"no UTF-8": {"[{\"name\": \"Gr\xf6\xdfe\"}]", "error Q0102 f.json:1:14: the file is not valid UTF-8\n" +
			"\t[{\"name\": \"Gr\xf6\xdfe\"}]\n\t             ^", 0},
		"UTF-16 without a mark": {"[\x00]\x00", "error Q0102 f.json:1:2: the file is UTF-16 without a byte-order mark, or no text at all\n" +
			"\t[\x00]\x00\n\t ^", 0},
		"half a character": {"\xff\xfe[\x00\"\x00\x3d\xd8\"\x00", `
error Q0102 f.json:1:3: the file is broken UTF-16: unpaired surrogate 0xD83D
	["
	  ^`, 0},
		"odd UTF-16": {"\xfe\xff\x00[\x00", `
error Q0102 f.json:1:2: the file is broken UTF-16: it has an odd number of bytes
	[
	 ^`, 0},
		"hostile depth": {strings.Repeat("[", 100_000), "error Q0103 f.json:1:10001: the file is not JSON that Qlik writes: it is nested more than 10,000 deep\n" +
			"\t" + strings.Repeat("[", 160) + "\n\t" + strings.Repeat(" ", 80) + "^", 0},
	} {
		t.Run(name, func(t *testing.T) {
			rules, found := Decode("f.json", []byte(c.file))
			expect(t, found, c.want)
			if len(rules) != c.rules {
				t.Errorf("%d rules, want %d", len(rules), c.rules)
			}
		})
	}
}

func TestFindingsNameTheRule(t *testing.T) {
	_, found := Decode("f.json", []byte(`{"disabled": 1, "actions": -1, "name": "N", "id": "7", "category": "Sync", "ruleContext": 0}`))
	if len(found) != 2 || found[0].Rule != (diag.Rule{ID: "7", Name: "N"}) {
		t.Errorf("%+v", found)
	}
}

func TestUnknownBitsAreNoActions(t *testing.T) {
	rules, _ := Decode("f.json", []byte(strings.Replace(rule(""), `"actions": 2`, `"actions": 4294959106`, 1)))
	if names := rules[0].Actions.Names(); fmt.Sprint(names) != "[read]" {
		t.Errorf("%v of %d", names, rules[0].Actions)
	}
}

// Entities that do not name their type are recognized by their fields.
func TestEntitiesAreNoRules(t *testing.T) {
	for file, want := range map[string]string{
		`{"id": "1", "userDirectory": "ACME", "userId": "a"}`:              "the file contains entities of the type User, not rules",
		`{"id": "1", "objectType": "sheet"}`:                               "the file contains entities of the type App.Object, not rules",
		`{"id": "1", "stream": null}`:                                      "the file contains entities of the type App, not rules",
		`{"id": "1", "schemaPath": "SystemRule"}`:                          "this object is not a rule: it has neither resourceFilter nor rule nor actions",
		`{"id": "1", "schemaPath": "SystemRule", "resourceFilter": "*"}`:   "the rule has no actions",
		`{"id": "1", "schemaPath": "", "objectType": "x", "rule": "true"}`: "the rule has no actions",
		`{"id": "1", "schemaPath": "App", "rule": "true", "category": 0}`:  `the field "category" is a number`,
	} {
		_, found := Decode("f.json", []byte(file))
		if !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Summary == want }) {
			t.Errorf("%s: %+v", file, found)
		}
	}
}

// Actions written as names are an error that gives the corresponding number.
func TestNamesOfActions(t *testing.T) {
	const rule = "Actions are a whole number from 0 to 4294967295, the sum of the bits of the actions."
	for actions, want := range map[string]string{
		`["Read", "Update"]`:   rule + " Write 6 for read, update.",
		`"Read, Change owner"`: rule + " Write 66 for read, changeowner.",
		`["Read", "Fly"]`:      rule,
		`[2, 4]`:               rule,
		`[]`:                   rule,
		`"-1"`:                 rule,
	} {
		_, found := Decode("f.json", []byte(`{"id": "1", "category": "Security", "ruleContext": 0, "resourceFilter": "*", "actions": `+actions+`}`))
		if len(found) != 1 || found[0].Code != codeActions || found[0].Detail != want {
			t.Errorf("%s: %+v", actions, found)
		}
	}
}
