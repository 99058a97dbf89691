package text

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Style is what a piece of text is, for colours.
type Style int

// The styles.
const (
	Good  Style = iota + 1 // holds, granted
	Bad                    // does not
	Faint                  // places and ids
	Bold                   // headings
)

// Text renders explanations for people.
type Text struct {
	// Columns is the width; 0 means 100.
	Columns int
	// Paint colours text; nil leaves it as it is.
	Paint func(Style, string) string
	// All shows every clause of every rule, where else those that come no nearer
	// than others are one line each.
	All bool
	// Verb is what the subject may do, where people do not call it as the action.
	Verb string
}

// Render implements render.Renderer.
func (t Text) Render(w io.Writer, x *explain.Explanation) error {
	if t.Columns == 0 {
		t.Columns = 100
	}
	if t.Paint == nil {
		t.Paint = func(_ Style, text string) string { return text }
	}
	p := &printer{how: t, x: x, shown: map[int]bool{}}
	p.answer()
	p.faults()
	p.misses()
	p.proposals()
	p.rules()
	p.inactive()
	for _, note := range x.Notes {
		p.line("")
		p.wrap(0, "note: ", note)
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// printer writes an explanation.
type printer struct {
	out strings.Builder
	how Text
	x   *explain.Explanation
	// shown are the questions that have been written.
	shown map[int]bool
}

// reasons say what the reason of a decision means.
var reasons = map[string]string{
	"granted":          "a rule grants it",
	"no_rule":          "no rule grants it",
	"unknown_subject":  "the subject is not in the snapshot, not anonymous and not described",
	"unknown_resource": "the resource is not in the snapshot and not described",
	"invalid_request":  "a part of the request is missing, of the wrong type or unknown",
}

func (p *printer) answer() {
	r := p.x.Request
	verdict, may := p.how.Paint(Bad, "denied"), "may not"
	if p.x.Allow {
		verdict, may = p.how.Paint(Good, "granted"), "may"
	}
	from := ""
	if r.Context != "" {
		from = " from the " + map[string]string{"hub": "hub", "qmc": "QMC"}[r.Context]
	}
	if p.x.Reason == "invalid_request" {
		p.line(verdict, ": not a valid request")
	} else {
		p.wrap(0, verdict+": ", fmt.Sprintf("%s %s %s %s%s", printable(named(r.Subject)), may, printable(cmp.Or(p.how.Verb, r.Action)), printable(explain.Named(r.Resource)), from))
	}
	p.wrap(0, "reason: ", p.x.Reason+" ("+reasons[p.x.Reason]+")")
}

// named is what a subject is called: the login, and the name where it says more.
func named(subject explain.Entity) string {
	if subject.Login == "" || subject.Name == "" {
		return explain.Named(subject)
	}
	return fmt.Sprintf("%s (%s)", subject.Login, subject.Name)
}

func (p *printer) faults() {
	for _, f := range p.x.Faults {
		path := ""
		if f.Path != "" {
			path = printable(f.Path) + ": "
		}
		p.wrap(2, p.mark(false)+" ", path+printable(f.Message))
		for i, s := range f.Suggestions {
			ask := "or "
			if i == 0 {
				ask = "did you mean "
			}
			about := ""
			if s.About != "" {
				about = " (" + printable(s.About) + ")"
			}
			p.wrap(4, "", ask+printable(s.Value)+about+"?")
		}
	}
}

// nearest is the number of misses in the summary.
const nearest = 3

// misses writes a summary of the false clauses.
func (p *printer) misses() {
	if len(p.x.Nearest) == 0 {
		return
	}
	p.line("")
	p.line(p.how.Paint(Bold, "False clauses of the closest rules"))
	for _, miss := range p.x.Nearest[:min(len(p.x.Nearest), nearest)] {
		p.wrap(2, "", printable(p.x.Questions[0].Rules[miss.Rule].Name))
		for _, number := range miss.Unmet {
			r, c, q := p.find(number)
			if len(c.Asks) > 0 {
				continue // those of the rules that it asks follow
			}
			text := p.at(c) + printable(c.Text)
			if q > 0 {
				text += fmt.Sprintf(" in %s on %s", printable(r.Name), printable(explain.Named(p.x.Questions[q].Entity)))
			}
			p.wrap(4, p.mark(c.Holds)+" ", text+p.is(c)+p.how.Paint(Faint, place(c.Place)))
			p.met(8, c)
		}
	}
}

// find returns the clause of a number, its rule and its question.
func (p *printer) find(number int) (explain.Rule, explain.Clause, int) {
	for i, q := range p.x.Questions {
		for _, r := range q.Rules {
			if c := within(r.Clause, number); c != nil {
				return r, *c, i
			}
		}
	}
	return explain.Rule{}, explain.Clause{}, 0
}

func within(c explain.Clause, number int) *explain.Clause {
	if c.Number == number {
		return &c
	}
	for _, part := range c.Parts {
		if found := within(part, number); found != nil {
			return found
		}
	}
	return nil
}

func (p *printer) proposals() {
	if p.x.Allow || len(p.x.Questions) == 0 {
		return
	}
	p.line("")
	if len(p.x.Proposals) == 0 {
		if p.x.Tried > 0 {
			p.wrap(0, "", fmt.Sprintf("No small change of data grants it (%s tried). Only a change of the rules can.", render.Count(p.x.Tried, "change")))
		}
		return
	}
	p.wrap(0, "", p.how.Paint(Bold, "Changes that would grant it, least additional access first")+p.how.Paint(Faint, fmt.Sprintf(" (%d tried on a copy)", p.x.Tried)))
	for i, proposal := range p.x.Proposals {
		number := fmt.Sprintf("%2d. ", i+1)
		for k, c := range proposal.Changes {
			if k > 0 {
				number = "    and "
			}
			p.wrap(0, number, printable(c.Sentence))
			p.faint(6, where(c))
		}
		p.faint(4, "then granted by "+p.names(proposal.GrantedBy)+also(p.x.Request, proposal.Reach))
	}
}

// where returns the location of the data of a change.
func where(c explain.Change) string {
	var text string
	switch c.Where {
	case explain.InRequest:
		return "in the request: " + printable(c.Field)
	case explain.UserDirectory:
		text = "in the user directory, which Qlik synchronises"
	default:
		text = "in the QMC"
	}
	text += fmt.Sprintf("; in the snapshot: %s of %s %s", printable(c.Field), printable(c.Entity.Type), printable(c.Entity.ID))
	switch {
	case c.File != "":
		text += ", " + printable(c.File)
	case !c.Entity.OnRecord:
		text += ", which is not on record"
	}
	return text
}

// also returns the additional access of a proposal.
func also(r explain.Request, reach explain.Reach) string {
	subject := printable(explain.Named(r.Subject))
	var parts []string
	if len(reach.Actions) > 0 {
		parts = append(parts, fmt.Sprintf("%s gains %s on it as well", subject, strings.Join(reach.Actions, ", ")))
	}
	if reach.UsersAsked > 0 {
		parts = append(parts, fmt.Sprintf("other users who gain %s on it: %d of %d%s", printable(r.Action), reach.Users, reach.UsersAsked, lose(reach.UsersLose)))
	}
	if reach.ResourcesAsked > 0 {
		parts = append(parts, fmt.Sprintf("other resources on which %s gains %s: %d of %d%s", subject, printable(r.Action), reach.Resources, reach.ResourcesAsked, lose(reach.ResourcesLose)))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, "; ")
}

func lose(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (lost: %d)", n)
}

// names returns the names of rules.
func (p *printer) names(ids []string) string {
	var names []string
	for _, id := range ids {
		name := id
		for _, q := range p.x.Questions {
			if i := slices.IndexFunc(q.Rules, func(r explain.Rule) bool { return r.ID == id }); i >= 0 {
				name = q.Rules[i].Name
			}
		}
		for _, a := range p.x.Inactive {
			if a.ID == id {
				name = a.Name
			}
		}
		names = append(names, printable(name))
	}
	return strings.Join(names, ", ")
}

func (p *printer) inactive() {
	why := ""
	for _, a := range p.x.Inactive {
		if a.Why != why {
			why = a.Why
			p.line("")
			p.line(p.how.Paint(Bold, inactiveTitles[why]))
		}
		p.wrap(2, p.wouldMark(a)+" ", printable(a.Name)+wouldSay(a)+p.details(a.RuleInfo))
		for _, d := range a.Diagnostics {
			p.wrap(6, "", string(d.Code)+": "+printable(d.Summary))
		}
		if a.Clause != nil && (p.how.All || a.Why == explain.Disabled || *a.WouldGrant) {
			p.clause(6, *a.Clause, true)
		}
	}
}

var inactiveTitles = map[string]string{
	explain.Disabled:     "Disabled rules",
	explain.Skipped:      "Rules left out because of errors",
	explain.OtherContext: "Rules for another context",
}

func (p *printer) wouldMark(a explain.Inactive) string {
	if a.WouldGrant == nil {
		return "?"
	}
	return p.mark(*a.WouldGrant)
}

func wouldSay(a explain.Inactive) string {
	condition := map[string]string{explain.Disabled: "if it were enabled", explain.OtherContext: "in that context"}[a.Why]
	switch {
	case a.WouldGrant == nil:
		return ": its decision is unknown"
	case a.Through != nil:
		return ": it would grant " + condition + ", through " + printable(explain.Named(*a.Through))
	case *a.WouldGrant:
		return ": it would grant " + condition
	}
	return ": it would not grant " + condition + " either"
}
