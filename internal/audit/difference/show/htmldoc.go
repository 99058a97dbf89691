package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// limits returns the effective limits.
func (h HTML) limits() Limits {
	l := h.Limits
	return Limits{
		Groups: cmp.Or(l.Groups, usual.Groups), Causes: cmp.Or(l.Causes, usual.Causes), Parts: cmp.Or(l.Parts, usual.Parts),
		Members: cmp.Or(l.Members, usual.Members), Rules: cmp.Or(l.Rules, usual.Rules), Each: cmp.Or(l.Each, usual.Each),
	}
}

// take returns how many of n there is room for, and reduces the room.
func take(room *int, n int) int {
	n = min(*room, n)
	*room -= n
	return n
}

func figuresOf(c difference.Counts) figures {
	return figures{c.Cells, int64(c.Users), int64(c.Resources)}
}

// verdictOf summarizes a report in one sentence.
func verdictOf(r *difference.Report) string {
	if r.Gain.Cells+r.Loss.Cells > 0 || r.Hit() {
		text := fmt.Sprintf("%s gained, %s lost", plural(r.Gain.Cells, "right"), number(r.Loss.Cells))
		if r.Hit() {
			text += "; a gate failed"
		}
		return text
	}
	switch {
	case len(r.LeftOut) > 0:
		return "No change of access found, but not all was compared"
	case r.Accepted > 0:
		return "No change of access except those that the baseline accepts"
	case r.Proved:
		return "No change of access on any site"
	}
	return "No change of access"
}

func (h HTML) document(r *difference.Report) document {
	room := h.limits()
	rules, olds := min(room.Rules, len(r.Rules)), min(room.Rules, len(r.Stale))
	d := document{
		Verdict: verdictOf(r), Alarm: r.Hit(), Basis: basis(r), Nouns: unitsOf(r).nouns(),
		Gain: figuresOf(r.Gain), Loss: figuresOf(r.Loss), Accepted: r.Accepted, Gates: []verdict{},
		Groups: []group{}, AllGroups: len(r.Groups), Rules: []rule{}, AllRules: len(r.Rules), Unchanged: r.Unchanged,
		LeftOut: []string{}, Stale: []string{}, AllStale: len(r.Stale), Facts: h.Facts,
	}
	for _, g := range r.Gates {
		d.Gates = append(d.Gates, verdict{gate(g), g.Hit})
	}
	for i := range min(room.Groups, len(r.Groups)) {
		d.Groups = append(d.Groups, groupOf(r, i, rules, &room))
	}
	for _, c := range r.Rules[:rules] {
		d.Rules = append(d.Rules, ruleOf(r, c))
	}
	for _, l := range r.LeftOut {
		d.LeftOut = append(d.LeftOut, left(l))
	}
	for _, e := range r.Stale[:olds] {
		d.Stale = append(d.Stale, stale(e))
	}
	return d
}

// groupOf is the group with a number, as far as there is room, on a page that lists the given
// number of rules.
func groupOf(r *difference.Report, n, listed int, room *Limits) group {
	from := r.Groups[n]
	g := group{
		Kind: from.Kind, Title: cause(from.Causes[0]), Figures: figuresOf(from.Counts), Said: unitsOf(r).counts(from.Counts), Accepted: from.Accepted,
		Causes: []reason{}, AllCauses: len(from.Causes), Parts: []part{}, AllParts: len(from.Parts), Examples: []string{},
	}
	for _, c := range from.Causes[:take(&room.Causes, len(from.Causes))] {
		one := reason{Text: cause(c), Place: place(c.Place), Rule: slices.IndexFunc(r.Rules[:listed], func(changed difference.RuleChange) bool { return changed.Rule == c.Rule })}
		if c.Edit != nil {
			one.edit = editOf(*c.Edit)
		}
		g.Causes = append(g.Causes, one)
	}
	for i, p := range from.Parts[:take(&room.Parts, len(from.Parts))] {
		users, resources := r.Members(n, i, min(room.Each, room.Members))
		users = users[:take(&room.Members, len(users))]
		resources = resources[:take(&room.Members, len(resources))]
		g.Parts = append(g.Parts, part{
			Type: oneLine(p.Type), Action: unitsOf(r).action(p.Action), Figures: figuresOf(p.Counts), Notes: notes(p), Users: membersOf(users), Resources: membersOf(resources),
		})
	}
	for _, e := range from.Examples {
		user, happens, resource := example(r, from.Kind, e)
		g.Examples = append(g.Examples, user+" "+happens+" "+resource)
	}
	return g
}

func editOf(e difference.Edit) edit {
	return edit{string(e.Aspect), oneLine(e.Before), oneLine(e.After)}
}

// membersOf describes members.
func membersOf(all []difference.Member) []string {
	said := make([]string, len(all))
	for i, m := range all {
		said[i] = oneLine(m.ID)
		if m.Name != "" && m.Name != m.ID {
			said[i] = oneLine(m.Name) + " (" + oneLine(m.ID) + ")"
		}
		if len(m.Is) > 0 {
			said[i] += " with " + oneLine(strings.Join(m.Is, " and "))
		}
	}
	return said
}

func ruleOf(r *difference.Report, c difference.RuleChange) rule {
	one := rule{
		Name: oneLine(c.Rule.Name), ID: oneLine(c.Rule.ID), Change: change(c), Effect: effect(c), Works: c.Effect == difference.Effective,
		Place: place(c.Place), Edits: []edit{},
	}
	for _, e := range c.Edits[:min(len(c.Edits), maxEdits)] {
		one.Edits = append(one.Edits, editOf(e))
	}
	one.AllEdits = len(c.Edits)
	if old, new := r.Conditions(c.Rule); old != new {
		one.Old, one.New = lines(old), lines(new)
	}
	return one
}

// maxEdits is the maximum number of listed edits of a rule, maxCondition the maximum number of
// characters of a complete condition.
const (
	maxEdits     = 50
	maxCondition = 4_000
)

// lines shows text as written, line by line.
func lines(text string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		shown := shorten(strings.TrimRight(line, "\r\n"), maxCondition-n)
		n += len([]rune(shown)) + 1
		b.WriteString(shown)
		if n >= maxCondition {
			return strings.TrimSuffix(b.String(), "…") + "…"
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}
