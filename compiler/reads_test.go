package compiler_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// testsOf formats the tests of the rules of a type, one rule per line.
func testsOf(t *testing.T, r reads.Reads, typ string) string {
	t.Helper()
	operand := func(o *reads.Operand) string {
		if o == nil {
			return ""
		}
		text := string(o.Root)
		for _, s := range o.Steps {
			text += fmt.Sprintf(".%s<%s>", s.Relation, s.Type)
			if s.Many {
				text += "[]"
			}
		}
		if o.Property != "" {
			text += "." + o.Property
		}
		return text
	}
	var lines []string
	for _, rule := range r.Of(typ).Rules {
		var tests []string
		for _, n := range r.Rules[rule].Tests {
			t := r.Tests[n]
			text := strings.Join([]string{string(t.Kind), operand(t.Left), operand(t.Right), strings.Join(t.Strings, "|"), t.Context}, " ")
			if t.Exact {
				text += " exact"
			}
			if t.Action != 0 {
				text += fmt.Sprint(" ", t.Action)
			}
			tests = append(tests, strings.Join(strings.Fields(text), " "))
		}
		slices.Sort(tests)
		lines = append(lines, fmt.Sprintf("%s %d: %s", r.Rules[rule].ID, r.Rules[rule].Actions, strings.Join(tests, "; ")))
	}
	return strings.Join(lines, "\n")
}

// The reads of a rule are all tests that are left for a class, including those in connectives and
// negations.
func TestReads(t *testing.T) {
	policy := mustCompile(t, compiler.Options{},
		newRule("texts", "App_*", "read update", `!(resource.name = "A" or resource.name = "B") and resource.name == "A" and user.@x = resource.stream.@y and user.group.Empty()`),
		newRule("patterns", "App_*", "read", `resource.name like "A.*" and resource.name like "*b" and resource.name like "*c*" and resource.name like "d?" and user.name matches "e+"`),
		newRule("lists", "App_*", "read", `!resource.stream.Empty() and user.group != "G" and user.@x !== "G" and resource.@y != user.environment.os`),
		newRule("entities", "App_*", "", `resource.owner = user and resource.stream.HasPrivilege("read") and user.IsAnonymous()`),
		newRule("sets", "StaticContentReference_*", "read", `resource.Extensions.owner != user`),
		newRule("streams", "Stream_*", "read", `resource.id = "s" and user.environment.os = "x"`),
		newRule("all", "*", "read", `resource.resourcetype != "App" and resource.name = "z"`),
	)
	for typ, want := range map[string]string{
		"app": `entities 8191: anonymous; common-entity resource.owner<user> user; privilege resource.stream<stream> 2
lists 2: exists resource.stream<stream>; identical resource.@y environment.os; identical user.@x G exact; identical user.group g
patterns 2: matches resource.name (?s)^.*b$; matches resource.name (?s)^.*c.*$; matches resource.name (?s)^a\..*$; matches resource.name (?s)^d.$; matches user.name (?i)^(?:e+)$ exact
texts 6: common user.@x resource.stream<stream>.@y; one-of resource.name A exact; one-of resource.name a|b; present user.group`,
		"staticcontentreference": `all 2: one-of resource.name z
sets 2: identical-entity resource.extensions<extension>[].owner<user> user`,
		"stream": `all 2: one-of resource.name z
streams 2: one-of environment.os x; one-of resource.id s`,
		"whatever": `all 2: one-of resource.name z`,
	} {
		if got := testsOf(t, policy.Reads, typ); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", typ, got, want)
		}
	}
	if n := len(policy.Reads.Rules); n != 8 {
		t.Errorf("%d forms of rules: all has two, for sections have their id for a name, and no form stands twice", n)
	}
}

// A rule with a context reads the context of the request.
func TestReadsOfARuleWithAContext(t *testing.T) {
	r := newRule("r", "App_*", "read", "true")
	r.Context = ruleset.Hub
	policy := mustCompile(t, compiler.Options{}, r)
	if got, want := testsOf(t, policy.Reads, "app"), "r 2: from hub"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// The same rules have the same reads, byte for byte, in any order.
func TestReadsDoNotDependOnTheOrder(t *testing.T) {
	a := newRule("a", "*", "read", `user.group = "a" and resource.owner = user`)
	b := newRule("b", "App*", "update", `resource.HasPrivilege("read") or user.group = "a"`)
	one, _ := json.Marshal(mustCompile(t, compiler.Options{}, a, b).Reads)
	other, _ := json.Marshal(mustCompile(t, compiler.Options{}, b, a).Reads)
	if string(one) != string(other) {
		t.Errorf("%s\n%s", one, other)
	}
}
