package evaluate

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// A standing reports whether a variant of a rule decides differently.
func TestStandingTells(t *testing.T) {
	site := acme(t)
	app, stream := ruleOn("app", "App_*", read, `resource.stream.HasPrivilege("read")`), ruleOn("stream", "Stream_*", read, `true`)
	e := evaluator(t, site, Options{}, app, stream)
	disabled := app
	disabled.Disabled = true
	for name, tt := range map[string]struct {
		variant         ruleset.Rule
		here, elsewhere bool
	}{
		"the same":              {app, false, false},
		"in other words":        {ruleOn("app", "App*", read, `resource.app.Empty() and resource.stream.HasPrivilege("read")`), false, false},
		"never":                 {ruleOn("app", "App_*", read, `false`), true, false},
		"one more action":       {ruleOn("app", "App_*", 3, `resource.stream.HasPrivilege("read")`), true, false},
		"disabled":              {disabled, true, false},
		"what the app leads to": {ruleOn("stream", "Stream_*", read, `user.name = "nobody"`), false, true},
		"both":                  {ruleOn("stream", "App_*", read, ``), true, true},
		"asks for more":         {ruleOn("app", "App_*", read, `resource.owner.HasPrivilege("read")`), true, false},
	} {
		v, list := e.Variant(tt.variant)
		if list.HasErrors() {
			t.Fatal(list)
		}
		s := e.Stand(ask(t))
		for range 2 { // trying has no side effect
			if here, elsewhere := s.Distinguishes(v); here != tt.here || elsewhere != tt.elsewhere {
				t.Errorf("%s: here %t, elsewhere %t", name, here, elsewhere)
			}
		}
	}
	if e.Stand([]byte(`{}`)) != nil {
		t.Error("an invalid request has a standing")
	}
	if _, list := e.Variant(ruleOn("app", "App_*", read, `user.name = `)); !list.HasErrors() {
		t.Error("a variant with a syntax error has no error")
	}
}
