package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Explain tells how Decide comes to its decision: the requester, then for the
// resource and every entity whose rights a condition asks for the rules that
// fit it, with the truth and the values of every part of their conditions.
func (e *Evaluator) Explain(input []byte) string {
	d, j := e.decide(input)
	t := &teller{judge: j}
	t.line(0, "%s; granted by %q; actions %q", d.Reason, d.GrantedBy, d.Actions)
	if d.Err != nil {
		t.line(0, "error: %v", d.Err)
	}
	if j == nil {
		return t.String()
	}
	t.line(0, "requester %s", title(j.requester))
	t.line(0, "from %q, environment %s", j.context, listsOf(j.environment))
	t.ask(j.resource)
	for i := 0; i < len(t.asked); i++ {
		t.entity(t.asked[i])
	}
	return t.String()
}

// teller writes an explanation. Entities are told in the order in which
// conditions ask for them.
type teller struct {
	*judge
	strings.Builder
	asked []*snapshot.Entity
}

func (t *teller) line(indent int, format string, values ...any) {
	fmt.Fprintf(t, strings.Repeat("  ", indent)+format+"\n", values...)
}

func (t *teller) ask(e *snapshot.Entity) {
	if !slices.Contains(t.asked, e) {
		t.asked = append(t.asked, e)
	}
}

func (t *teller) entity(e *snapshot.Entity) {
	rights := t.rights(e)
	t.line(0, "%s: %s", title(e), names(rights))
	for _, r := range t.fitting(e) {
		s := scope{judge: t.judge, rule: r, resource: e, have: rights, absent: rights}
		t.line(1, "rule %s %q, filter %q, would grant %s", r.ID, r.Name, r.Filter.Content, names(r.Actions))
		t.node(2, s, r.condition)
	}
}

// node tells the truth of a part of a condition and then of its parts.
func (t *teller) node(indent int, s scope, n condition.Node) {
	truth := s.holds(n)
	switch n := n.(type) {
	case *condition.Or:
		t.line(indent, "%t: or", truth)
		t.nodes(indent+1, s, n.Operands)
	case *condition.And:
		t.line(indent, "%t: and", truth)
		t.nodes(indent+1, s, n.Operands)
	case *condition.Not:
		t.line(indent, "%t: not", truth)
		t.node(indent+1, s, n.Operand)
	case *condition.Bool:
		t.line(indent, "%t", truth)
	case *condition.Comparison:
		t.line(indent, "%t: %s [%s %s %s]", truth, s.rule.source(n), s.operand(n.Left), n.Op, s.operand(n.Right))
	case *condition.Call:
		on := s.path(n.Path)
		t.line(indent, "%t: %s [%s]", truth, s.rule.source(n), on)
		if n.Kind() == condition.HasPrivilege {
			for _, e := range on.entities {
				t.ask(e)
			}
		}
	}
}

func (t *teller) nodes(indent int, s scope, nodes []condition.Node) {
	for _, n := range nodes {
		t.node(indent, s, n)
	}
}

// String tells the values of a set.
func (s set) String() string {
	var values []string
	for _, text := range s.texts {
		values = append(values, fmt.Sprintf("%q", text))
	}
	for _, e := range s.entities {
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

// names tells the actions of a mask, in the order of their bits.
func names(mask ruleset.Actions) string {
	found := []string{}
	for _, a := range ruleset.AllActions {
		if mask.Has(a) {
			found = append(found, a.Name())
		}
	}
	return "[" + strings.Join(found, " ") + "]"
}
