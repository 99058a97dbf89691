package difference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// cause converts a cause with numbers to one with names.
func (w *work) cause(c cause) Cause {
	p := w.pairs[c.rule]
	out := Cause{Rule: p.ref(), By: c.by, text: p.rule().Filter, at: diag.Range{End: len(p.rule().Filter.Content)}}
	if c.by == ByEditing {
		e := p.working()[c.edit]
		out.Edit = &Edit{Aspect: e.aspect, Before: e.before, After: e.after}
		out.text, out.at = e.text, e.at
	} else if p.rule().Condition != nil {
		out.text, out.at = p.rule().Condition, diag.Range{End: len(p.rule().Condition.Content)}
	}
	out.Place = placeIn(out.text, out.at, p.new == nil)
	return out
}

// ownCells counts the cells where a rule itself grants on one side only, whether or not other
// rules cover it.
func (w *work) ownCells(rule int32) (n int64) {
	for key, list := range w.tally.own[rule] {
		n += w.space.count(key.typ, list).amount(key.action)
	}
	return n
}

func placeIn(text *diag.Text, at diag.Range, gone bool) *Place {
	if text == nil || text.Locate == nil {
		return nil
	}
	where := text.Locate(at.Start)
	place := &Place{File: text.File, Line: where.Line, Column: where.Column}
	if gone {
		place.Side = "old"
	}
	return place
}

// Text returns the source text of the cause and its range, for findings with a position; nil if
// there is none.
func (c Cause) Text() (*diag.Text, diag.Range) { return c.text, c.at }

// Text returns the source text of the first edit and its range.
func (c RuleChange) Text() (*diag.Text, diag.Range) { return c.text, c.at }

// Gone reports whether the cause is in the old export only.
func (c Cause) Gone() bool { return c.By == ByRemoving }

// ruleChanges lists the rules that differ between the sides.
func (w *work) ruleChanges() {
	effective := map[RuleRef]bool{}
	for _, g := range w.report.Groups {
		for _, c := range g.Causes {
			effective[c.Rule] = true
		}
	}
	for i, p := range w.pairs {
		change := RuleChange{Rule: p.ref(), By: ByEditing, Cells: w.ownCells(int32(i))}
		text, at := p.rule().Condition, diag.Range{End: len(p.rule().Condition.Content)}
		switch {
		case p.old == nil:
			change.By = ByAdding
		case p.new == nil:
			change.By = ByRemoving
		case p.oldOut != p.newOut:
			change.By = ByValidity
		case len(p.edits) == 0:
			w.report.Unchanged++
			continue
		default:
			for _, e := range p.edits {
				change.Edits = append(change.Edits, Edit{Aspect: e.aspect, Before: e.before, After: e.after})
			}
			text, at = p.edits[0].text, p.edits[0].at
		}
		change.Place, change.text, change.at = placeIn(text, at, p.new == nil), text, at
		switch {
		case !p.changed():
			change.Effect = CannotMatter
		case effective[p.ref()]:
			change.Effect = Effective
		case change.Cells > 0:
			change.Effect = Covered
			for _, n := range w.tally.covers[int32(i)] {
				change.CoveredBy = append(change.CoveredBy, w.pairs[n].ref())
			}
		case !w.compared(p):
			change.Effect = NotCompared
		default:
			change.Effect = NoEffect
		}
		w.report.Rules = append(w.report.Rules, change)
	}
}

// compared reports whether anything that a rule reaches was compared.
func (w *work) compared(p *pair) bool {
	if w.synthesized != nil {
		return len(w.synthesized.leftOut) == 0 // everything possible was compared
	}
	for typ, n := range w.report.Compared.Resources {
		if n == 0 {
			continue
		}
		for _, side := range []struct {
			policy *reads.Reads
			id     func() string
		}{
			{&w.Old.Policy.Reads, func() string { return idOf(p, true) }},
			{&w.New.Policy.Reads, func() string { return idOf(p, false) }},
		} {
			if slices.ContainsFunc(rulesOf(side.policy, typ), func(r reads.Rule) bool { return r.ID == side.id() }) {
				return true
			}
		}
	}
	return false
}

func idOf(p *pair, old bool) string {
	r := p.new
	if old {
		r = p.old
	}
	if r == nil {
		return ""
	}
	return r.ID
}

// typeName returns a type in the spelling of the rules or the schema.
func (w *work) typeName(key string) string {
	s := w.New.Policy.Options.Schema
	if s == nil {
		s = schema.Default()
	}
	if t, ok := s.Type(key); ok {
		return t.Name
	}
	for _, side := range []Side{w.New, w.Old} {
		if name, ok := sitedata.TypeName(&side.Bundle.Data, key); ok {
			return name
		}
	}
	if kind, ok := ruleset.AccessKindOf(key); ok { // only the rules of the other side may name it
		return kind.Type
	}
	return key
}

// spellTypes replaces types in the report by the spelling of the schema.
func (w *work) spellTypes() {
	for _, counts := range []*map[string]int{&w.report.Compared.Resources, &w.report.Compared.ResourceClasses} {
		spelled := map[string]int{}
		for key, n := range *counts {
			spelled[w.typeName(key)] = n
		}
		*counts = spelled
	}
}

// nameOf returns a resource's name, "" if it has none.
func (w *work) nameOf(e Example) string {
	for _, r := range w.sides() {
		if name := r.Name(e.Type, e.Resource); name != "" {
			return name
		}
	}
	return ""
}

// loginOf returns the login of a subject in its original spelling, if the data has it; other
// subjects are returned unchanged.
func (w *work) loginOf(subject string) string {
	for _, r := range w.sides() {
		if login := r.LoginOf(subject); login != "" {
			return login
		}
		if w.report.Category == "sync" { // nodes have no logins
			if name := r.Name("user", subject); name != "" {
				return name
			}
		}
	}
	return subject
}

// sides are readers of the new side and the old side.
func (w *work) sides() []*partition.Reader {
	if w.readers == nil {
		w.readers = []*partition.Reader{partition.NewReader(&w.New.Bundle.Data), partition.NewReader(&w.Old.Bundle.Data)}
	}
	return w.readers
}

// leaveOut lists what was not compared.
func (w *work) leaveOut() {
	both := [2]*reads.Reads{&w.Old.Policy.Reads, &w.New.Policy.Reads}
	out := func(what, why, hint string) {
		w.report.LeftOut = append(w.report.LeftOut, LeftOut{What: what, Why: why, Hint: hint})
	}
	if names := w.attributes(both); len(names) > 0 {
		out("session attributes "+strings.Join(names, ", "), "rules that were compared read them, and none were given", "give values with --env "+names[0]+"=…")
	}
	if w.Mode == ModeSite {
		if absent := w.absent(both); len(absent) > 0 {
			out("resources of the "+someOf(absent, "type", 8), "changed rules reach them, and the snapshot has none", "compare without --snapshot as well")
		}
	}
	if sections := w.openSections(); len(sections) > 0 && w.synthesized == nil {
		out("sections that no filter names", "the filters "+strings.Join(sections, ", ")+" reach them", "")
	}
	for _, p := range w.pairs {
		if p.oldOut && p.newOut {
			out(fmt.Sprintf("the rule %q", p.rule().Name), "it is invalid on both sides and grants nothing", "qlik2rego check shows why")
		}
	}
	if w.synthesized != nil {
		w.report.LeftOut = append(w.report.LeftOut, w.synthesized.leftOut...)
	}
}

// attributes returns the session attributes that are read and were not given. The context is
// never missing, because every request has one or none.
func (w *work) attributes(both [2]*reads.Reads) []string {
	given := map[string]bool{}
	for name := range w.Environment {
		given[schema.Fold(name)] = true
	}
	found := map[string]bool{}
	for _, side := range both {
		for typ := range w.counted {
			for _, rule := range rulesOf(side, typ) {
				for _, n := range rule.Tests {
					for _, o := range []*reads.Operand{side.Tests[n].Left, side.Tests[n].Right} {
						if o != nil && o.Root == reads.Environment && o.Property != "context" && !given[o.Property] {
							found[o.Property] = true
						}
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// absent returns the types that changed rules reach, directly or through rights, and of which
// the site has no entity.
func (w *work) absent(both [2]*reads.Reads) []string {
	var types []string
	for _, side := range both {
		for _, c := range side.Classes {
			types = append(types, c.Key)
		}
	}
	changed := map[string]bool{}
	for _, p := range w.pairs {
		if p.changed() {
			changed[idOf(p, true)+"\x00old"], changed[idOf(p, false)+"\x00new"] = true, true
		}
	}
	reached := affected(both, types, func(side int, id string) bool { return changed[id+"\x00"+[]string{"old", "new"}[side]] })
	var absent []string
	for typ := range reached {
		if w.report.Compared.Resources[typ] > 0 || strings.HasSuffix(typ, "*") {
			continue
		}
		absent = append(absent, w.typeName(typ))
	}
	slices.Sort(absent)
	return absent
}

// someOf lists at most limit entries of a list, with a noun in front.
func someOf(list []string, noun string, limit int) string {
	if len(list) > 1 {
		noun += "s"
	}
	if len(list) <= limit {
		return noun + " " + strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s %s and %d more", noun, strings.Join(list[:limit], ", "), len(list)-limit)
}
