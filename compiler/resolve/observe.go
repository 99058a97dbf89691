package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// observations are what the specialisations of one rule, one per class, came
// to: some findings hold only if they hold for every class.
type observations struct {
	// known holds, per path, whether some named class has all of it.
	known map[*condition.Path]bool
	// lacks is the first type, per path, that lacks a segment, and the segment.
	lacks map[*condition.Path]lack
	// possible holds, per part of the condition, whether some class leaves it
	// anything but false.
	possible map[condition.Node]bool
	// entities holds the comparisons of an entity with text, and whether the
	// entity stands on the left.
	entities map[*condition.Comparison]bool
	// lists holds the inequalities with a side that may have several values.
	lists map[*condition.Comparison]bool
	// texts holds the calls of HasPrivilege on a text.
	texts map[*condition.Path]bool
}

type lack struct {
	typ     *schema.Type
	segment int
}

func newObservations() *observations {
	return &observations{
		known:    map[*condition.Path]bool{},
		lacks:    map[*condition.Path]lack{},
		possible: map[condition.Node]bool{},
		entities: map[*condition.Comparison]bool{},
		lists:    map[*condition.Comparison]bool{},
		texts:    map[*condition.Path]bool{},
	}
}

func (o *observations) condition(n condition.Node, p Predicate) {
	if !isFalse(p) {
		o.possible[n] = true
	}
}

// path notes whether a named class has the path. The remaining types of a
// filter such as App* could have any property and prove nothing.
func (o *observations) path(p *condition.Path, m meaning, c *Class) {
	switch {
	case m.unknown < 0 && c.Named:
		o.known[p] = true
	case m.unknown >= 0:
		if _, ok := o.lacks[p]; !ok {
			o.lacks[p] = lack{m.owner, m.unknown}
		}
	}
}

func (o *observations) entityAgainstText(c *condition.Comparison, entityLeft bool) {
	o.entities[c] = entityLeft
}

func (o *observations) comparison(c *condition.Comparison, left, right meaning, class *Class) {
	if c.Op != condition.NotEqual && c.Op != condition.ExactNotEqual || !class.Named {
		return
	}
	if left.many() || right.many() {
		o.lists[c] = true
	}
}

func (m meaning) many() bool {
	return m.value != nil && m.value.Many() || m.entities != nil && m.entities.Many()
}

// report turns the observations into diagnostics.
func (o *observations) report(r *report, reached []*Class, strict bool) {
	condition.Walk(r.rule.Tree, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Or:
			o.branches(r, n)
		case *condition.Comparison:
			o.reportComparison(r, n)
			for _, operand := range []condition.Operand{n.Left, n.Right} {
				if p, ok := operand.(*condition.Path); ok {
					o.reportPath(r, p, reached, strict)
				}
			}
		case *condition.Call:
			if o.texts[&n.Path] {
				r.add(codePrivilegeOfText, diag.Error, n.Path.Range, fmt.Sprintf("%s is a text: HasPrivilege asks about entities", r.source(n.Path.Range)),
					`Name the entity, such as resource.HasPrivilege("…") or resource.stream.HasPrivilege("…").`, nil)
			}
			o.reportPath(r, &n.Path, reached, strict)
		default: // the other connectives have nothing of their own to report
		}
		return true
	})
	if len(reached) > 0 && !o.possible[r.rule.Tree] {
		r.add(codeNeverTrue, diag.Warning, r.rule.Tree.Span(), "the rule never grants: its condition is false for every type of its filter",
			fmt.Sprintf("The filter %q and the tests in the condition exclude each other.", r.rule.Rule.Filter.Content), nil)
	}
}

// branches reports the branches of an or that are false for all classes, the
// outermost only.
func (o *observations) branches(r *report, or *condition.Or) {
	if !o.possible[or] {
		return
	}
	for _, n := range or.Operands {
		if b, ok := n.(*condition.Bool); ok && !b.Value {
			continue
		}
		if !o.possible[n] {
			r.add(codeUnreachableBranch, diag.Warning, n.Span(), "no type of the filter reaches this branch",
				fmt.Sprintf("For every type that the filter %q names it is false. Name the type in the filter, or drop the branch.", r.rule.Rule.Filter.Content), nil)
		}
	}
}

func (o *observations) reportComparison(r *report, c *condition.Comparison) {
	if entityLeft, ok := o.entities[c]; ok {
		entity := c.Right
		if entityLeft {
			entity = c.Left
		}
		path := r.source(entity.Span())
		r.add(codeEntityAgainstText, diag.Error, c.Range, fmt.Sprintf("%s is an entity, the other side is text", path),
			fmt.Sprintf("What the product makes of this is unknown. Compare a property, such as %s.name or %[1]s.id, or entity with entity.", path),
			&diag.Fix{Message: "compare the entity's name", Range: entity.Span(), Replacement: path + ".name"})
		return
	}
	if o.lists[c] {
		opposite := "="
		if c.Op == condition.ExactNotEqual {
			opposite = "=="
		}
		fixed := fmt.Sprintf("!(%s %s %s)", r.source(c.Left.Span()), opposite, r.source(c.Right.Span()))
		r.add(codeListInequality, diag.Warning, c.Range, fmt.Sprintf("%s holds as soon as one value differs", c.Op),
			"A side may have several values: the inequality also holds for who has the value and another one. To exclude who has it, negate the equality.",
			&diag.Fix{Message: "exclude the value", Range: c.Range, Replacement: fixed})
	}
}

func (o *observations) reportPath(r *report, p *condition.Path, reached []*Class, strict bool) {
	l, lacking := o.lacks[p]
	if !lacking || o.known[p] {
		return
	}
	severity := diag.Warning
	if strict {
		severity = diag.Error
	}
	s := p.Segments[l.segment]
	var fix *diag.Fix
	if name, ok := diag.Suggest(written(s), candidates(reached, l, s.Custom)); ok {
		fix = &diag.Fix{Message: fmt.Sprintf("did you mean %s?", name), Range: s.Range, Replacement: name}
	}
	r.add(codeUnknownProperty, severity, s.Range, fmt.Sprintf("no type of the filter has the property %s", written(s)),
		fmt.Sprintf("%s in %s is always empty: nothing equals it, everything differs from it.", written(s), r.source(p.Range)), fix)
}

func written(s condition.Segment) string {
	if s.Custom {
		return "@" + s.Name
	}
	return s.Name
}

// candidates are the names that could have been meant where a type lacks one:
// those of the type or, for the first segment, of all types reached.
func candidates(reached []*Class, l lack, custom bool) []string {
	if custom {
		return nil
	}
	names := map[string]bool{"id": true, "name": true, "resourcetype": true}
	types := []*schema.Type{l.typ}
	if l.segment == 0 {
		for _, c := range reached {
			types = append(types, c.Type)
		}
	}
	for _, t := range types {
		for _, p := range t.Properties {
			names[p.Name] = true
		}
		for _, rel := range t.Relations {
			names[rel.Name] = true
		}
	}
	return slices.SortedFunc(maps.Keys(names), func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
}
