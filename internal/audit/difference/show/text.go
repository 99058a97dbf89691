package show

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// Text renders a report for people at a terminal.
type Text struct{}

// Render writes the report.
func (Text) Render(w io.Writer, r *difference.Report) error {
	p := &printer{Writer: bufio.NewWriter(w), units: unitsOf(r)}
	p.summary(r)
	for i, g := range r.Groups {
		p.group(r, i+1, g)
	}
	p.rules(r)
	p.rest(r)
	return p.Flush()
}

type printer struct {
	*bufio.Writer
	units units
}

// line writes a line. The writer keeps the first error until Flush returns it.
func (p *printer) line(format string, args ...any) {
	_, _ = fmt.Fprintf(p, format+"\n", args...)
}

func (p *printer) summary(r *difference.Report) {
	p.line("gain: %s", p.units.counts(r.Gain))
	p.line("loss: %s", p.units.counts(r.Loss))
	if r.Accepted > 0 {
		p.line("accepted by the baseline: %s", plural(r.Accepted, p.units.right))
	}
	p.line("%s", basis(r))
}

// basis describes the basis of a report.
func basis(r *difference.Report) string {
	if r.Proved && r.Compared.Questions > 0 {
		return "proved: both sides grant the same to every user on every resource, on any site"
	}
	if len(r.Compared.Contexts) == 0 {
		return "no rule was changed that could matter, so nothing had to be decided"
	}
	resources := 0
	for _, n := range r.Compared.Resources {
		resources += n
	}
	u := unitsOf(r)
	text := fmt.Sprintf("compared %s and %s", classes(r.Compared.Users, u.user), classes(resources, u.resource))
	if r.Mode == difference.ModeClasses {
		text += ", synthesized to show each difference that any site can have"
	}
	if len(r.Compared.Contexts) > 1 {
		text += ", as seen from the hub, the QMC and neither"
	} else if c := where(r.Compared.Contexts[0]); c != "" && r.Compared.Contexts[0] != difference.NoContext {
		text += ", " + c
	}
	return text
}

func (p *printer) group(r *difference.Report, n int, g difference.Group) {
	p.line("")
	head := fmt.Sprintf("%d. %s: %s", n, g.Kind, p.units.counts(g.Counts))
	if g.Accepted > 0 {
		head += fmt.Sprintf(", and %s accepted", number(g.Accepted))
	}
	p.line("%s", head)
	for i, c := range g.Causes {
		lead := "because"
		if i > 0 {
			lead = "    and"
		}
		p.line("   %s %s", lead, cause(c))
		if at := place(c.Place); at != "" {
			p.line("           %s", at)
		}
		if c.Edit != nil {
			p.edit("           ", *c.Edit)
		}
	}
	for _, part := range g.Parts {
		text := fmt.Sprintf("   %s %s on %s: %s", verb(g.Kind), p.units.action(part.Action), part.Type, p.units.part(part))
		if more := notes(part); more != "" {
			text += ", " + more
		}
		p.line("%s", text)
	}
	for _, e := range g.Examples {
		user, happens, resource := example(r, g.Kind, e)
		p.line("   e.g. %s %s %s", user, happens, resource)
	}
}

func (p *printer) edit(indent string, e difference.Edit) {
	if e.Before != "" {
		p.line("%s- %s", indent, oneLine(e.Before))
	}
	if e.After != "" {
		p.line("%s+ %s", indent, oneLine(e.After))
	}
}

func (p *printer) rules(r *difference.Report) {
	if len(r.Rules) == 0 {
		return
	}
	p.line("")
	p.line("rules (%s changed, %s as before):", number(len(r.Rules)), number(r.Unchanged))
	for _, c := range r.Rules {
		p.line("   %s: %s; %s", quoted(c.Rule.Name), change(c), effect(c))
	}
}

func (p *printer) rest(r *difference.Report) {
	if len(r.LeftOut) > 0 {
		p.line("")
		p.line("not compared:")
		for _, l := range r.LeftOut {
			p.line("   %s", left(l))
		}
	}
	if len(r.Stale) > 0 {
		p.line("")
		p.line("stale entries of the baseline, which match no difference:")
		for _, e := range r.Stale {
			p.line("   %s", stale(e))
		}
	}
	if len(r.Gates) > 0 {
		p.line("")
		for _, g := range r.Gates {
			p.line("%s", gate(g))
		}
	}
}

func left(l difference.LeftOut) string {
	text := oneLine(l.What) + ": " + oneLine(l.Why)
	if l.Hint != "" {
		text += " (" + oneLine(l.Hint) + ")"
	}
	return text
}

func stale(e difference.Entry) string {
	return fmt.Sprintf("%s %s on %s, %s: %s", e.Kind, e.Action, e.Type, plural(e.Cells, "right"), oneLine(strings.Join(e.Causes, "; ")))
}

func gate(g difference.Gate) string {
	verdict := "passed"
	if g.Hit {
		verdict = "HIT"
	}
	return fmt.Sprintf("gate %s: %s: %s", oneLine(g.Spec), measured(g), verdict)
}

// measured describes what a gate has counted, and its limit.
func measured(g difference.Gate) string {
	if g.Percent {
		return fmt.Sprintf("%s of %s users, at most %d%%", number(g.Users), number(g.Of), g.Limit)
	}
	return fmt.Sprintf("%s, at most %s", number(g.Cells), number(g.Limit))
}
