package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// observations are the results of specialising one rule for each of its classes: some findings
// only hold if they hold for every class.
type observations struct {
	// known says, per path, whether some named class has all of its segments.
	known map[*condition.Path]bool
	// lacks is the first type, per path, that lacks a segment, and the segment.
	lacks map[*condition.Path]lack
	// possible says, per part of the condition, whether it is not constant false in some class.
	possible map[condition.Node]bool
	// entities holds the comparisons of an entity with a string, and whether the entity is on
	// the left.
	entities map[*condition.Comparison]bool
	// readable holds the comparisons that some named class reads as strings with strings or as
	// entities with entities.
	readable map[*condition.Comparison]bool
	// lists holds the inequalities with an operand that may have several values, and whether
	// that is the case in a named class.
	lists map[*condition.Comparison]bool
	// onValues holds the calls of HasPrivilege on a value.
	onValues map[*condition.Path]bool
	// asked says, per path, whether it leads to entities in a named class.
	asked map[*condition.Path]bool
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
		onValues: map[*condition.Path]bool{},
		readable: map[*condition.Comparison]bool{},
		asked:    map[*condition.Path]bool{},
	}
}

func (o *observations) condition(n condition.Node, p ir.Predicate) {
	if !ir.IsFalse(p) {
		o.possible[n] = true
	}
}

// path records whether a named class has the path. The remaining types of a filter such as App*
// could have any property and prove nothing.
func (o *observations) path(p *condition.Path, m meaning, c *Class) {
	switch {
	case m.unknown < 0 && c.Named:
		o.known[p] = true
	case m.unknown >= 0:
		// Sections, which many prefixes reach unintentionally, have almost no properties.
		if l, ok := o.lacks[p]; !ok || l.typ.Transient {
			o.lacks[p] = lack{m.owner, m.unknown}
		}
	}
}

func (o *observations) entityAgainstText(c *condition.Comparison, entityLeft bool) {
	o.entities[c] = entityLeft
}

func (o *observations) comparison(c *condition.Comparison, left, right meaning, class *Class) {
	o.readable[c] = o.readable[c] || class.Named && left.plain() && right.plain()
	if !c.Op.Inequality() || !left.many() && !right.many() {
		return
	}
	o.lists[c] = o.lists[c] || class.Named
}

// plain reports whether the meaning is known to be a string or an entity.
func (m meaning) plain() bool {
	return !m.undeclared && (m.value != nil || m.entities != nil)
}

func (m meaning) many() bool {
	return m.value != nil && m.value.Many() || m.entities != nil && m.entities.Many()
}

// report turns the observations into diagnostics.
func (o *observations) report(r *report, reached []*Class, options Options) {
	condition.Walk(r.rule.Tree, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Comparison:
			o.reportComparison(r, n, reached, options)
			for _, p := range pathsOf(n) {
				o.reportPath(r, p, reached, options.Strict)
			}
		case *condition.Call:
			if o.onValues[&n.Path] && !o.asked[&n.Path] {
				r.add(codePrivilegeOfText, diag.Error, n.Path.Range, fmt.Sprintf("%s is a value, but HasPrivilege needs an entity", r.source(n.Path.Range)),
					`Name the entity, such as resource.HasPrivilege("…") or resource.stream.HasPrivilege("…").`, nil)
			}
			o.reportPath(r, &n.Path, reached, options.Strict)
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // connectives have nothing of their own to report here
		}
		return true
	})
	if r.list.HasErrors() || len(reached) == 0 {
		return // later findings would only repeat the error
	}
	if !o.possible[r.rule.Tree] {
		r.add(codeNeverTrue, diag.Warning, r.rule.Tree.Span(), "the rule never grants: its condition is false for every type of its filter",
			fmt.Sprintf("Look for tests that exclude each other or the filter %q, and for properties that its types do not have.", r.rule.Rule.Filter.Content), nil)
		return
	}
	condition.Walk(r.rule.Tree, func(n condition.Node) bool {
		if or, ok := n.(*condition.Or); ok {
			o.branches(r, or)
		}
		return true
	})
	r.branchesWithoutUser(r.rule.Tree, false, o.possible)
}

func pathsOf(c *condition.Comparison) []*condition.Path {
	var paths []*condition.Path
	for _, operand := range []condition.Operand{c.Left, c.Right} {
		if p, ok := operand.(*condition.Path); ok {
			paths = append(paths, p)
		}
	}
	return paths
}

// branches reports the outermost branches of an or that are false in all classes, unless the
// cause is a property that is reported already.
func (o *observations) branches(r *report, or *condition.Or) {
	if !o.possible[or] {
		return
	}
	for _, n := range or.Operands {
		if b, ok := n.(*condition.Bool); ok && !b.Value {
			continue
		}
		if !o.possible[n] && !o.hasUnknown(n) {
			r.add(codeUnreachableBranch, diag.Warning, n.Span(), "no type of the filter reaches this branch",
				fmt.Sprintf("For every type that the filter %q names, it is false. Add the type to the filter, or remove the branch.", r.rule.Rule.Filter.Content), nil)
		}
	}
}

// hasUnknown reports whether a part of the condition has a property that no type of the filter
// has.
func (o *observations) hasUnknown(n condition.Node) bool {
	found := false
	condition.Walk(n, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Comparison:
			found = found || slices.ContainsFunc(pathsOf(n), o.isUnknown)
		case *condition.Call:
			found = found || o.isUnknown(&n.Path)
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // connectives have no path
		}
		return !found
	})
	return found
}

func (o *observations) isUnknown(p *condition.Path) bool {
	_, lacking := o.lacks[p]
	return lacking && !o.known[p]
}

func (o *observations) reportComparison(r *report, c *condition.Comparison, reached []*Class, options Options) {
	if entityLeft, ok := o.entities[c]; ok && (!o.readable[c] || options.EntityText != EntityTextError) {
		entity, text := c.Right, c.Left
		if entityLeft {
			entity, text = c.Left, c.Right
		}
		path, property := r.source(entity.Span()), meantProperty(text)
		severity, read := diag.Error, ""
		switch options.EntityText {
		case EntityTextNever:
			severity, read = diag.Warning, " With the option entity-text, the comparison and its negation are true for nobody."
		case EntityTextIDOrName:
			severity, read = diag.Warning, " The option entity-text compares the string with the id, userId and name of the entity."
		case EntityTextError:
		}
		advice := fmt.Sprintf("Compare a property, such as %s.name or %[1]s.id, or entity with entity.", path)
		fix := &diag.Fix{Message: "compare the entity's " + property, Range: entity.Span(), Replacement: path + "." + property}
		if s, ok := text.(*condition.String); ok && s.Value == "" {
			advice = fmt.Sprintf("To test whether there is one, use %s.Empty().", path)
			fix = emptiness(c, path)
		}
		r.add(codeEntityAgainstText, severity, c.Range, fmt.Sprintf("%s is an entity, but the other side is a string", path),
			fmt.Sprintf("How Qlik evaluates this is not known.%s %s", read, advice), fix)
		return
	}
	// The types of a prefix such as App* could have lists for any property; that is only
	// reported if the filter reaches no named type.
	if named, many := o.lists[c]; named || many && !slices.ContainsFunc(reached, func(c *Class) bool { return c.Named && !c.Type.Transient }) {
		opposite := c.Op.Opposite()
		fixed := fmt.Sprintf("!(%s %s %s)", r.source(c.Left.Span()), opposite, r.source(c.Right.Span()))
		summary := fmt.Sprintf("%s is true if any value differs", c.Op)
		detail := "One side may have several values, so the inequality is also true for users who have the value and another one. To exclude everybody who has it, negate the equality."
		if options.ListInequality == All {
			summary = fmt.Sprintf("%s on a list is read as the negation of %s", c.Op, opposite)
			detail = "The option list-inequality selects this reading. By default it is true if any value differs, which is assumed to be Qlik's reading."
		}
		r.add(codeListInequality, diag.Warning, c.Range, summary, detail,
			&diag.Fix{Message: "exclude the value", Range: c.Range, Replacement: fixed})
	}
}

// emptiness is the fix of a comparison of an entity with the empty string: a test whether there
// is an entity.
func emptiness(c *condition.Comparison, path string) *diag.Fix {
	meant := path + ".Empty()"
	if c.Op.Inequality() {
		meant = "!" + meant
	}
	return &diag.Fix{Message: "ask whether there is one", Range: c.Range, Replacement: meant}
}

// calledAsProperty is the fix of a function that is written as a property, such as
// resource.stream.empty = "true"; nil if the path does not end in a function's name.
func (r *report) calledAsProperty(p *condition.Path, l lack) *diag.Fix {
	name := p.Segments[l.segment].Name
	function, ok := condition.FunctionNamed(name)
	if !ok || l.segment != len(p.Segments)-1 || p.Segments[l.segment].Custom {
		return nil
	}
	var fix *diag.Fix
	condition.Walk(r.rule.Tree, func(n condition.Node) bool {
		c, ok := n.(*condition.Comparison)
		if !ok || c.Left != p {
			return fix == nil
		}
		call := r.source(diag.Range{Start: p.Range.Start, End: p.Segments[l.segment].Range.Start}) + function.String()
		text, _ := c.Right.(*condition.String)
		equal := c.Op.Equality()
		switch {
		case text == nil || !c.Op.Compares():
			return false
		case function.Privilege():
			call += "(" + r.source(text.Range) + ")"
		case fold(text.Value) == "false":
			call, equal = call+"()", !equal
		default:
			call += "()"
		}
		if !equal {
			call = "!" + call
		}
		fix = &diag.Fix{Message: "call the function", Range: c.Range, Replacement: call}
		return false
	})
	return fix
}

// meantProperty is the property of an entity that is most likely meant in a comparison with a
// string: the one with the same name, else the entity's name.
func meantProperty(text condition.Operand) string {
	if p, ok := text.(*condition.Path); ok && len(p.Segments) > 0 {
		last := p.Segments[len(p.Segments)-1]
		switch fold(last.Name) {
		case "id", "userid", "userdirectory":
			return last.Name
		}
	}
	return "name"
}

func (o *observations) reportPath(r *report, p *condition.Path, reached []*Class, strict bool) {
	l := o.lacks[p]
	if !o.isUnknown(p) || l.typ.Transient && len(reached) > 1 {
		return
	}
	if p.Root == "node" {
		reached = nil // those are types of the resource
	}
	severity := diag.Warning
	if strict {
		severity = diag.Error
	}
	s := p.Segments[l.segment]
	if p.Root == "node" && l.segment == 0 {
		r.nodeProperty(s)
		return
	}
	detail := r.always(p, fmt.Sprintf("%s in %s is always empty", written(s), r.source(p.Range)))
	if t, name := hidden(reached, l, s); t != nil {
		r.add(codeHiddenProperty, severity, s.Range, fmt.Sprintf("Qlik does not show %s of %s to rules", name, t.Name), detail, nil)
		return
	}
	fix := r.calledAsProperty(p, l)
	if fix != nil {
		detail += " The function of that name needs parentheses."
	} else if name, ok := diag.Suggest(written(s), candidates(reached, l, s.Custom)); ok {
		fix = &diag.Fix{Message: fmt.Sprintf("did you mean %s?", name), Range: s.Range, Replacement: name}
	} else if t := typeWithCustom(reached, l); t != nil && !s.Custom && p.Root != "user" && l.segment == len(p.Segments)-1 && !r.asksPrivilege(p) {
		fix = &diag.Fix{Message: fmt.Sprintf("did you mean the custom property @%s of %s?", s.Name, t.Name), Range: s.Range, Replacement: "@" + s.Name}
	}
	summary := "no type of the filter has the property " + written(s)
	if p.Root == "node" {
		summary = "a node does not have the property " + written(s)
	}
	r.add(codeUnknownProperty, severity, s.Range, summary, detail, fix)
}

// nodeProperty reports a property of nodes that is not documented for rules.
func (r *report) nodeProperty(s condition.Segment) {
	var fix *diag.Fix
	if name, ok := diag.Suggest(s.Name, []string{"name", "isCentral"}); ok {
		fix = &diag.Fix{Message: fmt.Sprintf("did you mean %s?", name), Range: s.Range, Replacement: name}
	} else {
		fix = &diag.Fix{Message: fmt.Sprintf("did you mean the custom property @%s of the node?", s.Name), Range: s.Range, Replacement: "@" + s.Name}
	}
	r.add(codeUnknownProperty, diag.Warning, s.Range, fmt.Sprintf("no rule is known that reads %s of a node", s.Name),
		"Rules are known to read name, isCentral and custom properties. This one is read from the export of the nodes, and is empty if the export does not have it.", fix)
}

// always says what an empty path makes of the test that contains it.
func (r *report) always(p *condition.Path, empty string) string {
	always := ""
	condition.Walk(r.rule.Tree, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Call:
			if &n.Path == p && n.Kind().Absence() {
				always = r.source(n.Range)
			}
		case *condition.Comparison:
			if (n.Left == p || n.Right == p) && n.Op.Inequality() {
				always = r.source(n.Range)
			}
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // the path stands in an operand
		}
		return true
	})
	if always == "" {
		return empty + ": nothing equals it, everything differs from it."
	}
	return fmt.Sprintf("%s, so %s is always true, for every user and every resource.", empty, always)
}

// asksPrivilege says whether a function asks for a right on what a path leads to.
func (r *report) asksPrivilege(p *condition.Path) bool {
	asks := false
	condition.Walk(r.rule.Tree, func(n condition.Node) bool {
		c, ok := n.(*condition.Call)
		asks = asks || ok && &c.Path == p && c.Kind().Privilege()
		return true
	})
	return asks
}

// typesOf returns the types whose property could have been meant: the one that lacks it or, for
// the first segment, all types reached.
func typesOf(reached []*Class, l lack) []*schema.Type {
	types := []*schema.Type{l.typ}
	if l.segment == 0 {
		for _, c := range reached {
			types = append(types, c.Type)
		}
	}
	return types
}

// hidden returns a type whose entities have the property although rules cannot read it, and the
// property's name.
func hidden(reached []*Class, l lack, s condition.Segment) (*schema.Type, string) {
	for _, t := range typesOf(reached, l) {
		if name, ok := t.Hidden[fold(s.Name)]; ok && !s.Custom {
			return t, name
		}
	}
	return nil, ""
}

// typeWithCustom returns a type that has custom properties.
func typeWithCustom(reached []*Class, l lack) *schema.Type {
	for _, t := range typesOf(reached, l) {
		if t.Custom {
			return t
		}
	}
	return nil
}

func written(s condition.Segment) string {
	if s.Custom {
		return "@" + s.Name
	}
	return s.Name
}

// candidates are the names that could have been meant instead of an unknown one: those of the
// type or, for the first segment, of all types reached.
func candidates(reached []*Class, l lack, custom bool) []string {
	if custom {
		return nil
	}
	names := map[string]bool{"id": true, "name": true, "resourcetype": true}
	for _, t := range typesOf(reached, l) {
		for _, p := range t.Properties {
			names[p.Name] = true
		}
		for _, rel := range t.Relations {
			names[rel.Name] = true
		}
	}
	return slices.SortedFunc(maps.Keys(names), func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
}
