package evaluate

import (
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// A tally has for every rule whether it matches, and the value of each clause, also of clauses after the one that
// decides the condition.
func TestTally(t *testing.T) {
	request := ask(t)
	for _, tt := range []struct {
		filter, condition string
		context           ruleset.Context
		want              string
		grants            bool
	}{
		{"App_*", `true`, ruleset.Both, "true true [true] true []", true},
		{"Stream_*,App_*", `false`, ruleset.Both, "true true [false true] false []", false},
		{"Stream_*", `user.IsAnonymous() or !(user.name = "nobody")`, ruleset.Both, "true false [false] true [false false]", false},
		{"App_*", `!user.IsAnonymous() or user.name = "nobody"`, ruleset.QMC, "false true [true] true [false false]", false},
	} {
		r := ruleOn("r", tt.filter, read, tt.condition)
		r.Context = tt.context
		e, list := New([]ruleset.Rule{r}, acme(t), Options{})
		if list.HasErrors() {
			t.Fatal(list)
		}
		got := e.Tally(request)
		if got.Reason != "" || got.Err != nil || len(got.Rules) != 1 {
			t.Fatalf("%s: %v", tt.condition, got)
		}
		j := got.Rules[0]
		if text := fmt.Sprint(j.InContext, j.Hits, j.Items, j.Holds, j.Clauses); text != tt.want || j.Grants() != tt.grants || j.ID != "r" {
			t.Errorf("%s on %s: %s, grants %t, want %s", tt.condition, tt.filter, text, j.Grants(), tt.want)
		}
	}
}

func TestTallySaysWhyNot(t *testing.T) {
	e, _ := New(nil, acme(t), Options{})
	if got := e.Tally([]byte(`{}`)); got.Reason != invalidRequest || got.Rules != nil {
		t.Errorf("got %v", got)
	}
}
