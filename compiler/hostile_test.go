package compiler_test

import (
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// words have a meaning in Rego, or are names that generated code uses; in the order of Rego's sets.
var words = []string{
	"__local0__", "action", "all", "as", "contains", "count", "data", "default", "else", "endswith", "every", "false", "granted_by",
	"grants", "held", "holds", "ids", "if", "import", "in", "input", "json", "longest_prefix", "max", "may",
	"may_read", "named", "not", "null", "one", "others", "package", "prefix", "prefixes", "print", "regex", "request",
	"resource", "rows", "rule", "rule_1", "set", "site", "some", "sort", "startswith", "subject", "text", "true", "type",
	"types", "union", "user", "value", "value_2", "values", "walk", "with",
}

// Attributes may have any word of Rego as a name: the names derived from them shadow nothing, and each
// is looked up under its own name.
func TestAttributesNamedByWordsOfRego(t *testing.T) {
	var rules []ruleset.Rule
	attributes := ""
	for _, w := range words {
		rules = append(rules,
			newRule("list "+w, "App_*", "read", fmt.Sprintf(`user.%s = "x" and user.%[1]s like "x*" and user.@%[1]s = user.%[1]s`, w)),
			newRule("not "+w, "App_*", "update", fmt.Sprintf(`!(user.%s = "y" or user.%[1]s like "y*") and user.%[1]s != "y"`, w)),
			newRule("resource "+w, "App_*", "export", fmt.Sprintf(`resource.@%s = user.%[1]s and resource.owner.@%[1]s matches "x"`, w)),
			newRule("environment "+w, "App_*", "delete", fmt.Sprintf(`user.environment.%s = "z" and !(user.environment.%[1]s like "y*")`, w)),
		)
		attributes += fmt.Sprintf(`, %q: ["x"], "@%s": ["x"], "=@%[2]s": ["x"]`, w, w)
	}
	site := fmt.Sprintf(`{"held": {"app": true, "user": true}, "entities": {
		"user": {"u": {"name": "u"%s}, "v": {}},
		"app": {"a": {"owner": "u"%[1]s}}
	}}`, attributes)
	j := newJudge(t, compiler.Options{}, site, rules...)
	for action, kind := range map[string]string{"read": "list ", "update": "not ", "export": "resource "} {
		want := "granted by"
		for _, w := range words {
			want += " " + kind + w
		}
		if got := j.decide(t, "u", action, "App:a", ""); got != want {
			t.Errorf("%s: %s, want %s", action, got, want)
		}
		if got := j.decide(t, "v", action, "App:a", ""); action != "update" && got != "no_rule" {
			t.Errorf("%s of a user without attributes: %s", action, got)
		}
	}
	for _, w := range words {
		context := fmt.Sprintf(`{"environment": {%q: ["z", "x"]}}`, w)
		if got, want := j.decide(t, "u", "delete", "App:a", context), "granted by environment "+w; got != want {
			t.Errorf("environment.%s: %s, want %s", w, got, want)
		}
	}
}

// Types may have any name, because filters name types by any text.
func TestTypesNamedByWordsOfRego(t *testing.T) {
	types := append([]string{"id", "", "-", "3d", "a.b", "a-b", "app-object", "App/Object", "ä", "日本", `"`, "`", "x.y.z", "others.x"}, words...)
	var rules []ruleset.Rule
	for _, w := range types {
		rules = append(rules,
			newRule("all "+w, w+"_*", "read", `resource.HasPrivilege("update")`),
			newRule("some "+w, w+"_*", "update", `user.name = resource.name or user.type = resource.type or user.name = "u"`),
			newRule("prefix "+w, w+"q*", "delete", `user.name = "u" and !(resource.type = "y")`),
		)
	}
	j := newJudge(t, compiler.Options{}, `{"entities": {"user": {"u": {"name": "u"}}}}`, rules...)
	for _, w := range types {
		if w == "longest_prefix" || w == "may_read" || w == "granted_by" || w == "rule_1" || w == "value_2" || w == "__local0__" {
			continue // a type's name ends at the first underscore
		}
		for action, want := range map[string]string{"read": "granted by all " + w, "update": "granted by some " + w, "delete": "no_rule"} {
			if w == "user" {
				continue // has properties of its own
			}
			if w == "" && action == "read" {
				want = "granted by all "
			}
			if got := j.decide(t, "u", action, w+":1", ""); got != want {
				t.Errorf("%s on type %q: %s, want %s", action, w, got, want)
			}
		}
		if got, want := j.decide(t, "u", "delete", w+"qq:1", ""), "granted by prefix "+w; got != want {
			t.Errorf("delete on type %qqq: %s, want %s", w, got, want)
		}
	}
}

// The name and the condition of a rule cannot end the comments that contain them.
func TestHostileTextsStayComments(t *testing.T) {
	texts := []string{
		"", " ", "METADATA", "  METADATA\nscope: package\ntitle: x", "# METADATA", "x\nallow := true", "x\r\nallow := true", "x\rallow := true",
		"x\u2028allow := true", "x\u0085allow := true", "x\vallow", "\u202egnp.exe", "*/ allow := true", "` + \"", "\x00", "\ufeff", "\u200b",
		"default", "日本語", "---", "- x: y", "{a: b}", "*anchor", "&a", "!tag", "%", "@", "null", "~", "yes", "1", "1.5", "0x1", ".inf", "2001-01-01",
		"a: b # c", "\"", "'", "\\", "\U000e0001", "\xff", "title: x\nentrypoint: true",
	}
	var rules []ruleset.Rule
	for i, text := range texts {
		one := newRule(text, "App_*,Stream_*", "", fmt.Sprintf(`resource.name = %q and user.@%[2]c = "x"`, "x", 'a'+i%26))
		one.ID = fmt.Sprintf("%d %s", i, text)
		other := newRule(text, "App_*", "read", "resource.owner.name = \""+text+"\nMETADATA\n\" and resource.owner = user")
		if text == "\"" || text == "\\" || text == "` + \"" || text == "\xff" {
			other.Condition.Content = "\nMETADATA = true"
			other.Condition.Content = "true\n\n or user.name = \"METADATA\n# METADATA\nMETADATA\""
		}
		other.ID = fmt.Sprintf("other %d %s", i, text)
		rules = append(rules, one, other)
	}
	policy := mustCompile(t, compiler.Options{}, rules...)
	if len(policy.Modules) < 3 {
		t.Errorf("%d modules", len(policy.Modules))
	}
	const generated = "Generated by qlik2rego from the site's security rules. To change it, change the rules."
	for path, m := range compileOPA(t, policy).Modules {
		own := 0
		for _, a := range m.Annotations {
			if a.Scope == "package" && a.Description == generated && !a.Entrypoint && a.Custom == nil {
				if own++; own == 1 {
					continue // the comment of every generated module
				}
			}
			if a.Scope == "package" || a.Scope == "subpackages" || (a.Entrypoint && path != "qlik/authz.rego") {
				t.Errorf("%s: a text became the annotation %v", path, a)
			}
		}
	}
}
