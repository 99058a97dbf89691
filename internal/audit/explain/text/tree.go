package text

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Limits of what is shown.
const (
	nearRules   = 5  // of the request, clause by clause
	lineRules   = 20 // of the request, in one line each
	parentRules = 3  // of a question that a clause asks
	maxValues   = 8  // of a side of a comparison
)

// rules writes the rules for the request.
func (p *printer) rules() {
	if len(p.x.Questions) == 0 {
		return
	}
	q := p.x.Questions[0]
	p.line("")
	title := "Rules that could apply, closest first"
	if q.Granted {
		title = "Rules that could apply, granting rules first"
	}
	if len(q.Rules) == 0 {
		title = fmt.Sprintf("No enabled rule for this context is about %s on %s", printable(q.Action), printable(explain.Named(q.Entity)))
	}
	p.wrap(0, "", p.how.Paint(Bold, title))
	p.shown[0] = true
	p.list(2, q, nearRules)
}

// list writes the rules of a question: in full those that grant, or those that come nearest,
// and the others in one line each.
func (p *printer) list(indent int, q explain.Question, full int) {
	left, lines := 0, 0
	for i, r := range q.Rules {
		tell := r.Holds || !q.Granted && i < full && r.Unmet != nil || p.how.All
		switch {
		case tell:
			p.wrap(indent, p.mark(r.Holds)+" ", printable(r.Name)+p.unmet(r)+p.details(r.RuleInfo))
			p.clause(indent+4, r.Clause, true)
		case indent > 2 || lines == lineRules:
			left++
		default:
			lines++
			p.wrap(indent, p.mark(false)+" ", printable(r.Name)+p.unmet(r)+p.details(r.RuleInfo))
		}
	}
	if left > 0 {
		p.faint(indent, render.Count(left, "more rule")+" without a grant (--all shows more)")
	}
}

// unmet describes how far a rule is from granting.
func (p *printer) unmet(r explain.Rule) string {
	switch {
	case r.Holds:
		return ""
	case r.Unmet != nil:
		return ": " + render.Count(*r.Unmet, "clause") + " unmet"
	}
	if c := obstacle(r.Clause, true); c != nil {
		return ": no data can make it grant, because of " + printable(c.Text) + p.because(*c)
	}
	return ": no data can make it grant"
}

// details describes filter, actions, context and position of a rule.
func (p *printer) details(r explain.RuleInfo) string {
	if r.Filter == "" {
		return ""
	}
	filter := strings.ReplaceAll(strings.ReplaceAll(r.Filter, " ", ""), ",", ", ")
	actions := strings.Join(r.Actions, " ")
	if len(r.Actions) > 3 {
		actions = render.Count(len(r.Actions), "action")
	}
	text := fmt.Sprintf("  [%s; %s; %s]", filter, actions, r.Context)
	return p.how.Paint(Faint, printable(text)+place(r.Place))
}

func place(at *explain.Place) string {
	if at == nil {
		return ""
	}
	return fmt.Sprintf(" %s:%d:%d", printable(at.File), at.Line, at.Column)
}

// clause writes a clause, the value that it needs, and what it asks.
func (p *printer) clause(indent int, c explain.Clause, want bool) {
	mark := p.mark(c.Holds) + " "
	if o := obstacle(c, want); o != nil && len(c.Parts) > 0 && !p.how.All && indent > 6 {
		p.wrap(indent, mark, p.at(*o)+printable(o.Text)+p.because(*o)+", so the rest of this part does not matter")
		return
	}
	switch {
	case c.Kind == "or":
		p.line(strings.Repeat(" ", indent), mark, "one of")
	case c.Kind == "and":
		p.line(strings.Repeat(" ", indent), mark, "all of")
	case c.Kind == "not":
		p.line(strings.Repeat(" ", indent), mark, "not")
	default:
		p.wrap(indent, mark, p.at(c)+printable(c.Text)+p.is(c))
		p.met(indent+4, c)
	}
	var elsewhere []explain.Clause
	for _, part := range c.Parts {
		if o := obstacle(part, want != (c.Kind == "not")); o != nil && c.Kind == "or" && want && !p.how.All {
			elsewhere = append(elsewhere, *o)
			continue
		}
		p.clause(indent+2, part, want != (c.Kind == "not"))
	}
	p.elsewhere(indent+2, elsewhere)
	for _, i := range c.Asks {
		p.question(indent+4, i)
	}
}

// elsewhere summarizes the branches about something else in one remark.
func (p *printer) elsewhere(indent int, obstacles []explain.Clause) {
	if len(obstacles) == 0 {
		return
	}
	var texts []string
	for _, o := range obstacles {
		texts = append(texts, fmt.Sprintf("%d:%d %s", o.Line, o.Column, printable(o.Text)))
	}
	first, verb := "another part that no data can satisfy", "because of "
	if len(texts) > 1 {
		first = fmt.Sprintf("%d other parts that no data can satisfy", len(texts))
	}
	values := ""
	if v := p.values(obstacles[0]); v != "" {
		values = ", where " + v
	}
	for i, line := range wrapped(first+", "+verb+strings.Join(texts, ", ")+values, p.how.Columns-indent-2) {
		mark := "  "
		if i == 0 {
			mark = p.mark(false) + " "
		}
		p.line(strings.Repeat(" ", indent), mark, p.how.Paint(Faint, line))
	}
}

// question writes what a clause asks, once.
func (p *printer) question(indent, i int) {
	q := p.x.Questions[i]
	what := fmt.Sprintf("%s on %s", printable(q.Action), printable(explain.Named(q.Entity)))
	if p.shown[i] {
		p.wrap(indent, p.mark(q.Granted)+" ", fmt.Sprintf("%s: see [%d] above", what, i))
		return
	}
	p.shown[i] = true
	if len(q.Rules) == 0 {
		what += ": no enabled rule for this context is about it"
	}
	p.wrap(indent, p.mark(q.Granted)+" ", fmt.Sprintf("[%d] %s", i, what))
	p.list(indent+2, q, parentRules)
}

// at returns line and column of a clause in its condition.
func (p *printer) at(c explain.Clause) string {
	return p.how.Paint(Faint, fmt.Sprintf("%d:%d ", c.Line, c.Column))
}

// is appends to a clause what its only path denotes.
func (p *printer) is(c explain.Clause) string {
	path := c.Left
	if c.Right != nil && c.Left.Literal {
		path = c.Right
	}
	switch {
	case path == nil, len(c.Asks) > 0, c.Right != nil && !c.Left.Literal && !c.Right.Literal:
		return ""
	}
	switch f, _ := condition.FunctionNamed(c.Function); {
	case f == 0: // a comparison
	case f.Relation() != "" && len(path.Entities) > 0:
		return p.how.Paint(Faint, ", by "+p.set(path))
	case f.Login():
		return ""
	}
	return p.how.Paint(Faint, ", is "+p.set(path))
}

// met writes below a clause what its two paths denote.
func (p *printer) met(indent int, c explain.Clause) {
	if c.Right != nil && !c.Left.Literal && !c.Right.Literal {
		p.faint(indent, p.side(c.Left)+", "+p.side(c.Right))
	}
}

// values describes what the sides of a clause denote.
func (p *printer) values(c explain.Clause) string {
	switch {
	case c.Right != nil && c.Left.Literal:
		return p.side(c.Right)
	case c.Right != nil && c.Right.Literal:
		return p.side(c.Left)
	case c.Right != nil:
		return p.side(c.Left) + ", " + p.side(c.Right)
	case c.Left != nil && len(c.Asks) == 0:
		return p.side(c.Left)
	}
	return ""
}

// because describes the values of a clause that has to change.
func (p *printer) because(c explain.Clause) string {
	if values := p.values(c); values != "" {
		return ", where " + values
	}
	return ""
}

// side describes a path and what it denotes.
func (p *printer) side(o *explain.Operand) string {
	if len(o.Values)+len(o.Entities) == 0 {
		return printable(o.Text) + " is empty"
	}
	return printable(o.Text) + " = " + p.set(o)
}

// set describes what a path denotes.
func (p *printer) set(o *explain.Operand) string {
	var values []string
	for _, v := range o.Values {
		values = append(values, strconv.Quote(v))
	}
	for _, e := range o.Entities {
		values = append(values, printable(explain.Named(e)))
	}
	if n := len(values); n > maxValues && !p.how.All {
		values = append(values[:maxValues], fmt.Sprintf("… %d more", n-maxValues))
	}
	if len(values) == 0 {
		return "empty"
	}
	return "[" + strings.Join(values, ", ") + "]"
}

// obstacle returns the first clause of a part that no data can give the wanted value, or nil.
func obstacle(c explain.Clause, want bool) *explain.Clause {
	if c.Holds == want || c.Unmet != nil {
		return nil
	}
	if len(c.Parts) == 0 {
		return &c
	}
	for _, part := range c.Parts {
		if o := obstacle(part, want != (c.Kind == "not")); o != nil {
			return o
		}
	}
	return nil
}
