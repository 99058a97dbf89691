package evaluate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Explain describes a trace as text: the subject, then for the resource and every entity whose
// rights a condition asks for the rules that match it, with the truth and the values of every
// part of their conditions.
func (e *Evaluator) Explain(input []byte) string {
	trace := e.Trace(e.Read(input))
	q, d := trace.Question, trace.Decision
	var t explainer
	t.line(0, "%s; granted by %q; actions %q", d.Reason, d.GrantedBy, d.Actions)
	if d.Err != nil {
		t.line(0, "error: %v", d.Err)
	}
	if len(trace.Judgements) > 0 {
		t.line(0, "subject %s", title(q.Subject))
		t.line(0, "from %q, environment %s", q.Context, listsOf(q.Environment))
	}
	for _, j := range trace.Judgements {
		t.judgement(j)
	}
	return t.String()
}

// explainer writes an explanation.
type explainer struct{ strings.Builder }

func (t *explainer) line(indent int, format string, values ...any) {
	fmt.Fprintf(t, strings.Repeat("  ", indent)+format+"\n", values...)
}

func (t *explainer) judgement(j Judgement) {
	t.line(0, "%s: %s", title(j.Entity), names(j.Rights))
	for _, v := range j.Rules {
		if v.InContext {
			t.line(1, "rule %s %q, filter %q, would grant %s", v.Rule.ID, v.Rule.Name, v.Rule.Filter.Content, names(v.Rule.Actions))
			t.clause(2, v.Rule, v.Condition)
		}
	}
}

// clause writes the truth of a part of a condition, followed by its parts.
func (t *explainer) clause(indent int, r ruleset.Rule, c Clause) {
	switch n := c.Node.(type) {
	case *condition.Or:
		t.line(indent, "%t: or", c.Holds)
	case *condition.And:
		t.line(indent, "%t: and", c.Holds)
	case *condition.Not:
		t.line(indent, "%t: not", c.Holds)
	case *condition.Bool:
		t.line(indent, "%t", c.Holds)
	case *condition.Comparison:
		t.line(indent, "%t: %s [%s %s %s]", c.Holds, sourceOf(r, n), c.Left, n.Op, c.Right)
	case *condition.Call:
		t.line(indent, "%t: %s [%s]", c.Holds, sourceOf(r, n), c.Left)
	}
	for _, part := range c.Parts {
		t.clause(indent+1, r, part)
	}
}

// String lists the values of a set.
func (s Values) String() string {
	var values []string
	for _, text := range s.Strings {
		values = append(values, fmt.Sprintf("%q", text))
	}
	for _, e := range s.Entities {
		values = append(values, title(e))
	}
	return "{" + strings.Join(values, ", ") + "}"
}

// title names an entity.
func title(e *snapshot.Entity) string {
	about := "not on record"
	if e.Recorded {
		about = "on record"
	}
	return fmt.Sprintf("%s %q %q (%s)", e.TypeName, e.ID, e.Scalars["name"], about)
}

func listsOf(lists map[string][]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		parts = append(parts, fmt.Sprintf("%s=%q", name, lists[name]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// names lists the actions of a mask, in bit order.
func names(mask ruleset.Actions) string {
	found := []string{}
	for _, a := range ruleset.AllActions {
		if mask.Has(a) {
			found = append(found, a.Name())
		}
	}
	return "[" + strings.Join(found, " ") + "]"
}
