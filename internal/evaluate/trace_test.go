package evaluate

import (
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The trace also has rules for other contexts, without the rights that they test.
func TestTraceTellsRulesOfOtherContexts(t *testing.T) {
	elsewhere := ruleOn("qmc", "App_*", read, `resource.stream.HasPrivilege("read")`)
	elsewhere.Context = ruleset.QMC
	e := evaluator(t, acme(t), Options{}, elsewhere, ruleOn("all", "*", read, `resource.name = "Sales"`))
	trace := e.Trace(e.Read(ask(t)))
	if trace.Decision.Allow || len(trace.Judgements) != 1 {
		t.Fatalf("decision %+v with %d judgements", trace.Decision, len(trace.Judgements))
	}
	verdicts := trace.Judgements[0].Rules
	if len(verdicts) != 2 || verdicts[0].InContext || !verdicts[0].Condition.Holds || !verdicts[1].InContext || verdicts[1].Condition.Holds {
		t.Errorf("verdicts %+v", verdicts)
	}
	q := e.Read(ask(t, `context={"request_context":"qmc"}`))
	if trace := e.Trace(q); !trace.Decision.Allow || len(trace.Judgements) != 2 || trace.Judgements[1].Entity != q.Resource.Relations["stream"][0] {
		t.Errorf("from the QMC: %+v", trace)
	}
}

func TestAlsoEnablesARule(t *testing.T) {
	disabled := ruleOn("late", "App_*", read, `true`)
	disabled.Disabled = true
	e := evaluator(t, acme(t), Options{}, disabled)
	with, list := e.Also(disabled)
	if list.HasErrors() || !slices.Equal(with.Decide(ask(t)).GrantedBy, []string{"late"}) {
		t.Errorf("with it: %v, %+v", list, with.Decide(ask(t)))
	}
	if e.Decide(ask(t)).Allow {
		t.Error("the evaluator was modified")
	}
	with, list = e.Also(ruleOn("broken", "App_*", read, `tru`))
	if !list.HasErrors() || with.Decide(ask(t)).Allow {
		t.Errorf("a rule with errors: %v", list)
	}
}

func TestValuesAndComparesAnswerForWhatIsNot(t *testing.T) {
	rule := ruleOn("m", "App_*", read, `resource.name matches "q[0-9] .*"`)
	e := evaluator(t, acme(t), Options{}, rule)
	q := e.Read(ask(t))
	stream := q.Resource.Relations["stream"][0]
	name := condition.Path{Root: "resource", Segments: []condition.Segment{{Name: "name"}}}
	if got := e.Values(q, stream, name).Strings; !slices.Equal(got, []string{"Sales"}) {
		t.Errorf("the name of another resource: %q", got)
	}
	matches, ok := e.Trace(q).Judgements[0].Rules[0].Condition.Node.(*condition.Comparison)
	if !ok {
		t.Fatal("the condition is not a comparison")
	}
	if !e.Compares(matches, []string{"Q7 x"}, []string{""}) || e.Compares(matches, []string{"7 x"}, []string{""}) {
		t.Error("matches does not use the rule's pattern")
	}
	node, _ := condition.Parse(&diag.Text{Content: `user.name like "a*"`}, diag.Rule{})
	if like := node.(*condition.Comparison); !e.Compares(like, []string{"Anna"}, []string{"a*"}) || e.Compares(like, nil, []string{"a*"}) {
		t.Error("like with strings")
	}
}
