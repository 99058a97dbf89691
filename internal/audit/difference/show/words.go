package show

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// number formats a count with commas between the thousands.
func number[T int | int64](n T) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

func plural[T int | int64](n T, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return number(n) + " " + noun
}

// units are the nouns of a report's counts. one is the QMC's name for the only action in a view
// of License or Sync rules; empty for other rules.
type units struct{ right, user, resource, one string }

func unitsOf(r *difference.Report) units {
	if r.Mode == difference.ModeClasses {
		u := unitsOf(&difference.Report{Category: r.Category})
		return units{u.right, "class of " + u.user + "s", "class of " + u.resource + "s", u.one}
	}
	switch r.Category {
	case "license":
		return units{"right", "user", "access group", "access"}
	case "sync":
		return units{"right", "node", "app", "load balancing"}
	}
	return units{"right", "user", "resource", ""}
}

// nouns are those of users and resources in the plural.
func (u units) nouns() [2]string {
	return [2]string{classes(2, u.user)[2:], classes(2, u.resource)[2:]}
}

// action is the displayed name of an action.
func (u units) action(name string) string {
	if u.one != "" {
		return u.one
	}
	return name
}

// counts describes the size of a difference: "12 rights: 3 users × 4 resources" if each of them
// is affected by one action, else the numbers side by side.
func (u units) counts(c difference.Counts) string {
	return fmt.Sprintf("%s (%s, %s)", plural(c.Cells, u.right), classes(c.Users, u.user), classes(c.Resources, u.resource))
}

// part describes the size of a difference of one action and type. The action create is counted
// by user.
func (u units) part(p difference.Part) string {
	if p.Action == ruleset.CreateAction.Name() {
		return classes(int(p.Cells), u.user)
	}
	return u.counts(p.Counts)
}

func classes(n int, noun string) string {
	if n != 1 && strings.HasPrefix(noun, "class of") {
		return number(n) + " classes" + strings.TrimPrefix(noun, "class")
	}
	return plural(n, noun)
}

// verb is the verb for a kind of difference.
func verb(kind string) string {
	if kind == difference.Gain {
		return "gains"
	}
	return "loses"
}

// what lists actions by type: "read, update on App; read on Stream".
func (u units) what(g difference.Group) string {
	var types []string
	actions := map[string][]string{}
	for _, p := range g.Parts {
		if actions[p.Type] == nil {
			types = append(types, p.Type)
		}
		if !slices.Contains(actions[p.Type], u.action(p.Action)) {
			actions[p.Type] = append(actions[p.Type], u.action(p.Action))
		}
	}
	var all []string
	for _, t := range types {
		all = append(all, strings.Join(actions[t], ", ")+" on "+t)
	}
	return strings.Join(all, "; ")
}

// where describes the context of a group, "" for all compared contexts.
func where(context string) string {
	switch context {
	case "hub":
		return "in the hub"
	case "qmc":
		return "in the QMC"
	case difference.NoContext:
		return "without a context"
	}
	return ""
}

// notes lists additional information about a part: context, the rules on the path, and whether
// it is accepted.
func notes(p difference.Part) string {
	var all []string
	if len(p.Contexts) > 0 {
		var places []string
		for _, c := range p.Contexts {
			place := where(c.Context)
			if c.Cells != p.Cells {
				place = number(c.Cells) + " " + place
			}
			places = append(places, place)
		}
		all = append(all, strings.Join(places, " and "))
	}
	for i, way := range p.Through {
		if i == maxPaths {
			all = append(all, fmt.Sprintf("and %d more ways", len(p.Through)-i))
			break
		}
		var names []string
		for _, r := range way {
			names = append(names, quoted(r.Name))
		}
		all = append(all, "through "+strings.Join(names, " and "))
	}
	if p.Accepted {
		all = append(all, "accepted")
	}
	return strings.Join(all, ", ")
}

// maxPaths is the maximum number of paths shown for a part.
const maxPaths = 3

// cause describes a cause, without the texts of its edit.
func cause(c difference.Cause) string {
	name := quoted(c.Rule.Name)
	var text string
	switch c.By {
	case difference.ByAdding:
		text = "the rule " + name + " was added"
	case difference.ByRemoving:
		text = "the rule " + name + " was removed"
	case difference.ByValidity:
		text = "the rule " + name + " is valid on one side only"
	case difference.ByData:
		text = "the sites differ, where the rule " + name + " looks"
	case difference.ByRights:
		text = "a right differs that the rule " + name + " asks for"
	default:
		text = edited(name, *c.Edit)
	}
	return text
}

func edited(rule string, e difference.Edit) string {
	switch e.Aspect {
	case difference.AspectEnabled:
		return "the rule " + rule + " was " + e.After
	case difference.AspectCondition:
		switch {
		case e.Before == "":
			return "the rule " + rule + " got a clause"
		case e.After == "":
			return "the rule " + rule + " lost a clause"
		}
		return "the rule " + rule + " has another clause"
	case difference.AspectActions:
		return "the rule " + rule + " has other actions"
	case difference.AspectFilter, difference.AspectContext, difference.AspectCategory:
		return "the rule " + rule + " has another " + string(e.Aspect)
	case difference.AspectName, difference.AspectComment, difference.AspectID, difference.AspectText:
	}
	return "the rule " + rule + " was edited"
}

// effect describes the effect of the change of a rule.
func effect(c difference.RuleChange) string {
	switch c.Effect {
	case difference.Effective:
		return "changes access"
	case difference.Covered:
		text := "no effect: other rules grant the difference on both sides"
		if len(c.CoveredBy) > 0 {
			var names []string
			for _, r := range c.CoveredBy {
				names = append(names, quoted(r.Name))
			}
			text += " (" + strings.Join(names, ", ") + ")"
		}
		return text
	case difference.NoEffect:
		return "no effect in the comparison"
	case difference.CannotMatter:
		return "no effect anywhere"
	case difference.NotCompared:
	}
	return "effect unknown: its users and resources were not compared"
}

// change describes how a rule was changed.
func change(c difference.RuleChange) string {
	switch c.By {
	case difference.ByAdding:
		return "added"
	case difference.ByRemoving:
		return "removed"
	case difference.ByValidity:
		return "valid on one side only"
	}
	var aspects []string
	for _, e := range c.Edits {
		word := string(e.Aspect)
		switch e.Aspect {
		case difference.AspectName:
			word = "renamed"
		case difference.AspectEnabled:
			word = e.After
		case difference.AspectText:
			word = "condition written differently"
		case difference.AspectCondition, difference.AspectFilter, difference.AspectActions, difference.AspectContext,
			difference.AspectCategory, difference.AspectComment, difference.AspectID:
		}
		if !slices.Contains(aspects, word) {
			aspects = append(aspects, word)
		}
	}
	return strings.Join(aspects, ", ")
}

func place(p *difference.Place) string {
	if p == nil {
		return ""
	}
	text := fmt.Sprintf("%s:%d:%d", oneLine(p.File), p.Line, p.Column)
	if p.Side == "old" {
		text += " (old)"
	}
	return text
}

// quoted shows a name.
func quoted(name string) string { return `"` + oneLine(name) + `"` }

// maxShown is the maximum number of characters of a name or clause that are shown.
const maxShown = 300

// oneLine converts text to one short printable line.
func oneLine(text string) string { return shorten(text, maxShown) }

// shorten converts text to one printable line of at most limit characters.
func shorten(text string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > limit {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n', r == '\t', r == '\r':
			b.WriteByte(' ')
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// example describes an example: subject, what happens, resource.
func example(r *difference.Report, kind string, e difference.Example) (user, happens, resource string) {
	happens = fmt.Sprintf("%s %s on", verb(kind), unitsOf(r).action(e.Action))
	if r.Mode != difference.ModeClasses {
		resource = e.Type + ":" + oneLine(e.Resource)
		if e.Name != "" && e.Name != e.Resource {
			resource += " " + quoted(e.Name)
		}
		return oneLine(e.User), happens, resource
	}
	with := func(name string, is []string) string {
		if len(is) == 0 {
			return oneLine(name) + " (nothing more)"
		}
		return oneLine(name) + " with " + oneLine(strings.Join(is, " and "))
	}
	return with(e.User, e.UserIs), happens, with(e.Type+":"+e.Resource, e.ResourceIs)
}

// rightIs describes the right that is counted.
func rightIs(r *difference.Report) string {
	switch r.Category {
	case "license":
		return "A right is the access of one user through one access group"
	case "sync":
		return "A right is one app on one node"
	}
	return "A right is one action of one user on one resource"
}
