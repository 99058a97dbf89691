package difference

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// pair is one rule on both sides; one of them is nil for a rule that was added or removed.
type pair struct {
	old, new *ruleset.Rule
	edits    []edit
	// oldOut and newOut say that a side leaves the rule out because it is invalid.
	oldOut, newOut bool
}

// edit is one difference between the two versions of a rule.
type edit struct {
	aspect Aspect
	// before and after are the old and the new text, "" for nothing.
	before, after string
	// text and at are the position of the edit: in the new rule or, for something removed from
	// the rule as a whole, in the old one.
	text *diag.Text
	at   diag.Range
	// undone returns the new rule with this edit reverted.
	undone func() ruleset.Rule
	// idle edits cannot change what the rule grants.
	idle bool
}

// match matches the rules of both sides: by id, then by name, then by their entire content. The
// pairs are ordered by the new rules' names, removed rules by their own.
func match(old, new []ruleset.Rule) []*pair {
	pairs := make([]*pair, 0, len(new))
	taken := make([]*pair, len(old))
	found := make([]bool, len(new))
	by := func(key func(r *ruleset.Rule) string) {
		at := map[string][]int{}
		for i := range old {
			if k := key(&old[i]); taken[i] == nil && k != "" {
				at[k] = append(at[k], i)
			}
		}
		count := map[string]int{}
		for i := range new {
			if !found[i] {
				count[key(&new[i])]++
			}
		}
		for i := range new {
			k := key(&new[i])
			if found[i] || len(at[k]) != 1 || count[k] != 1 {
				continue // nothing, or ambiguous
			}
			p := &pair{old: &old[at[k][0]], new: &new[i]}
			taken[at[k][0]], found[i] = p, true
			pairs = append(pairs, p)
		}
	}
	by(func(r *ruleset.Rule) string { return r.ID })
	by(func(r *ruleset.Rule) string { return r.Name })
	by(func(r *ruleset.Rule) string {
		return strings.Join([]string{r.Filter.Content, r.Condition.Content, strings.Join(r.Actions.Names(), ","), r.Context.String(), r.Category.String()}, "\x00")
	})
	for i := range new {
		if !found[i] {
			pairs = append(pairs, &pair{new: &new[i]})
		}
	}
	for i := range old {
		if taken[i] == nil {
			pairs = append(pairs, &pair{old: &old[i]})
		}
	}
	for _, p := range pairs {
		p.edits = p.find()
	}
	slices.SortStableFunc(pairs, func(a, b *pair) int {
		x, y := a.rule(), b.rule()
		if c := strings.Compare(x.Name, y.Name); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	return pairs
}

// rule returns the new rule or, if it was removed, the old one.
func (p *pair) rule() *ruleset.Rule {
	if p.new != nil {
		return p.new
	}
	return p.old
}

func (p *pair) ref() RuleRef { return RuleRef{ID: p.rule().ID, Name: p.rule().Name} }

// can reports whether the rule can grant an action on a side.
func can(r *ruleset.Rule, a ruleset.Action) bool { return r != nil && r.Actions.Has(a) }

// changed reports whether the two versions of a rule can grant differently.
func (p *pair) changed() bool {
	if p.old == nil || p.new == nil {
		return live(p.rule(), p.oldOut || p.newOut)
	}
	if !live(p.old, p.oldOut) && !live(p.new, p.newOut) {
		return false
	}
	return p.oldOut != p.newOut || slices.ContainsFunc(p.edits, func(e edit) bool { return !e.idle })
}

// live reports whether a rule affects decisions at all.
func live(r *ruleset.Rule, out bool) bool {
	return !out && !r.Disabled && r.Category == ruleset.Security
}

// working are the edits that can change what the rule grants.
func (p *pair) working() []edit {
	return slices.DeleteFunc(slices.Clone(p.edits), func(e edit) bool { return e.idle })
}

// find compares the two versions of a rule.
func (p *pair) find() []edit {
	if p.old == nil || p.new == nil {
		return nil
	}
	old, new := p.old, p.new
	var edits []edit
	field := func(aspect Aspect, before, after string, idle bool, undo func(*ruleset.Rule)) {
		if before == after {
			return
		}
		edits = append(edits, edit{
			aspect: aspect, before: before, after: after, text: new.Filter, at: diag.Range{End: len(new.Filter.Content)}, idle: idle,
			undone: func() ruleset.Rule {
				r := *new
				undo(&r)
				return r
			},
		})
	}
	field(AspectID, old.ID, new.ID, true, func(*ruleset.Rule) {})
	field(AspectName, old.Name, new.Name, true, func(*ruleset.Rule) {})
	field(AspectComment, old.Comment, new.Comment, true, func(*ruleset.Rule) {})
	field(AspectEnabled, enabled(old), enabled(new), false, func(r *ruleset.Rule) { r.Disabled = old.Disabled })
	field(AspectCategory, old.Category.String(), new.Category.String(), false, func(r *ruleset.Rule) { r.Category = old.Category })
	field(AspectContext, old.Context.String(), new.Context.String(), false, func(r *ruleset.Rule) { r.Context = old.Context })
	field(AspectActions, strings.Join(old.Actions.Names(), ", "), strings.Join(new.Actions.Names(), ", "), false,
		func(r *ruleset.Rule) { r.Actions = old.Actions })
	field(AspectFilter, old.Filter.Content, new.Filter.Content, sameFilter(old, new), func(r *ruleset.Rule) { r.Filter = old.Filter })
	return append(edits, conditionEdits(old, new)...)
}

func enabled(r *ruleset.Rule) string {
	if r.Disabled {
		return "disabled"
	}
	return "enabled"
}

// sameFilter reports whether two filters have the same items, in any order.
func sameFilter(old, new *ruleset.Rule) bool {
	items := func(r *ruleset.Rule) []string {
		var list []string
		filter, _ := ruleset.ParseFilter(r.Filter, diag.Rule{})
		for _, i := range filter.Items {
			text := i.Text
			if i.Prefix {
				text += "*"
			}
			list = append(list, text)
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	a, b := items(old), items(new)
	return len(a) > 0 && slices.Equal(a, b)
}

// conditionEdits compares the conditions of two versions of a rule, clause by clause.
func conditionEdits(old, new *ruleset.Rule) []edit {
	if old.Condition.Content == new.Condition.Content {
		return nil
	}
	whole := func(idle bool) []edit {
		aspect := AspectCondition
		if idle {
			aspect = AspectText
		}
		return []edit{{
			aspect: aspect, before: old.Condition.Content, after: new.Condition.Content, text: new.Condition,
			at: diag.Range{End: len(new.Condition.Content)}, idle: idle,
			undone: func() ruleset.Rule {
				r := *new
				r.Condition = old.Condition
				return r
			},
		}}
	}
	before, brokenOld := condition.Parse(old.Condition, diag.Rule{})
	after, brokenNew := condition.Parse(new.Condition, diag.Rule{})
	if before == nil || after == nil || brokenOld.HasErrors() || brokenNew.HasErrors() {
		return whole(false)
	}
	if condition.Same(before, after) {
		return whole(true)
	}
	clauses := compareClauses(before, after)
	if len(clauses) > maxClauses {
		return whole(false)
	}
	var edits []edit
	for i, c := range clauses {
		e := edit{
			aspect: AspectCondition, before: excerpt(old.Condition, c.old), after: excerpt(new.Condition, c.new),
			text: new.Condition, at: c.at,
			undone: func() ruleset.Rule {
				r := *new
				text := *new.Condition
				text.Content = condition.Print(withoutEdit(before, after, i))
				text.Locate = nil
				r.Condition = &text
				return r
			},
		}
		edits = append(edits, e)
	}
	return edits
}

// maxClauses is the maximum number of edits of one condition that are listed separately.
const maxClauses = 8

// excerpt returns a clause as written.
func excerpt(text *diag.Text, n condition.Node) string {
	if n == nil {
		return ""
	}
	return text.Content[n.Span().Start:n.Span().End]
}
