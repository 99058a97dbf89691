package privilege

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

var codeNegativeCycle = diag.Register("Q0501", diag.Error, "privilege that depends on its own absence")

// negativeCycle reports the cycle that a negated edge closes: the rule that negates, the path
// from action to action, and the other rules on the path.
func negativeCycle(e edge, edges []edge, rules *resolve.ClassRules) diag.Diagnostic {
	path := []edge{e}
	if e.from != e.to {
		path = append(path, shortest(e.to, e.from, edges)...)
	}
	var way strings.Builder
	var related []diag.Related
	for _, step := range path {
		not := ""
		if step.negated {
			not = "not "
		}
		fmt.Fprintf(&way, "%s depends on %s%s (rule %q); ", step.from.Name(), not, step.to.Name(), step.rule.Name)
		if step.rule != e.rule {
			related = append(related, diag.Related{
				Message: fmt.Sprintf("rule %q takes part", step.rule.Name),
				Text:    step.rule.Rule.Condition,
				Range:   step.at,
			})
		}
	}
	return diag.Diagnostic{
		Code: codeNegativeCycle, Severity: diag.Error,
		Summary: fmt.Sprintf("on %s, %s depends on its own absence", rules.Type.Name, e.from.Name()),
		Detail:  strings.TrimSuffix(way.String(), "; ") + ". Such rules have no meaning: the right would exist only if it did not exist. Remove the negation, or one of the actions, from a rule.",
		Rule:    e.rule.Ref(), Text: e.rule.Rule.Condition, Subject: e.at, Related: related,
	}
}

// shortest returns a path with the fewest edges, found by breadth-first search in the order of
// the rules.
func shortest(from, to ruleset.Action, edges []edge) []edge {
	before := map[ruleset.Action]edge{}
	queue := []ruleset.Action{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, e := range edges {
			if e.from != at {
				continue
			}
			if _, seen := before[e.to]; seen || e.to == from {
				continue
			}
			before[e.to] = e
			queue = append(queue, e.to)
		}
	}
	var path []edge
	for at := to; at != from; at = before[at].from {
		path = append([]edge{before[at]}, path...)
	}
	return path
}
