package resolve

import (
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// parseRule parses a rule in the short form `FILTER WORD…: CONDITION`. The words are actions (none for
// all), Sync, License, disabled, hub and qmc.
func parseRule(t testing.TB, text string) *Rule {
	t.Helper()
	head, tree, ok := strings.Cut(text, ": ")
	if !ok {
		t.Fatalf("rule %q has no colon", text)
	}
	words := strings.Fields(head)
	r := &Rule{Rule: ruleset.Rule{
		Category: ruleset.Security, Context: ruleset.Both,
		Filter:    &diag.Text{Label: "resourceFilter", Content: words[0]},
		Condition: &diag.Text{Label: "condition", Content: tree},
	}}
	for _, word := range words[1:] {
		switch word {
		case "Sync":
			r.Category = ruleset.Sync
		case "License":
			r.Category = ruleset.License
		case "disabled":
			r.Disabled = true
		case "hub":
			r.Context = ruleset.Hub
		case "qmc":
			r.Context = ruleset.QMC
		default:
			a, ok := ruleset.ParseAction(word)
			if !ok {
				t.Fatalf("rule %q: what is %q?", text, word)
			}
			r.Actions |= ruleset.Actions(a)
		}
	}
	if r.Actions == 0 {
		r.Actions = ruleset.All
	}
	filter, list := ruleset.ParseFilter(r.Rule.Filter, r.Ref())
	node, more := condition.Parse(r.Rule.Condition, r.Ref())
	if list = append(list, more...); len(list) > 0 {
		t.Fatalf("rule %q: %v", text, list)
	}
	r.Filter, r.Tree = filter, node
	return r
}

func defaults() Options { return Options{Schema: schema.Default()} }

// classNamed returns the class with a key, or fails the test.
func classNamed(t testing.TB, program *Program, key string) *ClassRules {
	t.Helper()
	for _, c := range program.Classes {
		if c.Key == key {
			return c
		}
	}
	t.Fatalf("there is no class %q", key)
	return nil
}

// TestDocumentedSession checks that the documented session attributes get no warning about their names,
// and that callers cannot change the list.
func TestDocumentedSession(t *testing.T) {
	for _, name := range DocumentedSession() {
		program, list := Resolve([]*Rule{parseRule(t, `App_*: user.environment.`+name+` like "x"`)}, defaults())
		if program == nil || len(list) > 0 {
			t.Errorf("user.environment.%s: %v", name, list)
		}
	}
	all := DocumentedSession()
	all[0] = "changed"
	if DocumentedSession()[0] == "changed" {
		t.Error("the list can be changed from outside")
	}
}
