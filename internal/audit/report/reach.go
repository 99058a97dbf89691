package report

import (
	"math/bits"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Rules has a row for each rule that can grant: which users and resources it reaches, and how
// many rights (pairs of subject and resource, times actions) nobody would have without it. A
// disabled rule has the numbers that it would have if it alone were enabled, and the number of
// additional rights; none if the site was not read for it.
var Rules = View{
	columns("context", tabular.Text, "rule", tabular.Text, "name", tabular.Text, "disabled", tabular.Truth, "subjects", tabular.Number, "resources", tabular.Number,
		"pairs", tabular.Number, "cells", tabular.Number, "only", tabular.Number, "more", tabular.Number, "creators", tabular.Number),
	func(a *Audit, emit emit) error {
		reach, creators := a.Reach(), a.creators()
		for _, info := range a.Names.Rules {
			r, more, create := reach[info.ID], any(nil), creators[info.ID]
			hypothetical, known := a.Disabled[info.ID]
			switch {
			case info.Disabled && known:
				r, more, create = hypothetical.Reach, hypothetical.More, hypothetical.Creators
			case info.Disabled:
				if err := emit(a.From(), info.ID, info.Name, true, nil, nil, nil, nil, nil, nil, nil); err != nil {
					return err
				}
				continue
			case !a.counts(info, reach):
				continue
			}
			if err := emit(a.From(), info.ID, info.Name, info.Disabled, r.Subjects, r.Resources, r.Pairs, r.Cells, r.Only, more, create); err != nil {
				return err
			}
		}
		return nil
	},
}

// counts reports whether an enabled rule is relevant: it reaches a selected type, or no type at
// all.
func (a *Audit) counts(info RuleInfo, reach map[string]Reach) bool {
	if _, ok := reach[info.ID]; ok || !info.Grants {
		return ok
	}
	for _, t := range a.Types {
		for _, r := range t.Rules {
			if r.ID == info.ID && r.Actions == 0 && a.createsBy(info.ID) {
				return true
			}
		}
	}
	return !slices.ContainsFunc(a.Model.Reads.Rules, func(r reads.Rule) bool { return r.ID == info.ID })
}

// createsBy reports whether a rule that grants create is one of those that reach a selected
// type.
func (a *Audit) createsBy(id string) bool {
	return slices.ContainsFunc(a.Model.Reads.Rules, func(r reads.Rule) bool { return r.ID == id && r.Actions&uint32(ruleset.CreateAction) != 0 }) && a.Creation != nil
}

// Hypothetical is the effect that a disabled rule would have if it alone were enabled.
type Hypothetical struct {
	Reach Reach
	// More is the number of additional rights, granted by this rule or by others that ask for
	// what it grants.
	More int64
	// Creators is the number of users who could create resources by it.
	Creators int64
}

// Reach is the users and resources that a rule reaches.
type Reach struct {
	Subjects, Resources int64
	// Pairs is the number of pairs of subject and resource, Cells that of pairs times actions,
	// Only the number of cells that no other rule grants.
	Pairs, Cells, Only int64
}

// Reach returns the reach of every rule that grants something, by id.
func (a *Audit) Reach() map[string]Reach {
	all := map[string]Reach{}
	subjects := map[string]map[int32]bool{}
	for _, t := range a.Types {
		c := newCounter(t)
		pairs, cells, only := make([]int64, len(t.Rules)), make([]int64, len(t.Rules)), make([]int64, len(t.Rules))
		for _, g := range a.Subjects {
			blocks := c.blocks(g)
			for _, subject := range g.Members {
				for _, s := range c.shares(subject, blocks) {
					for _, n := range s.rules {
						pairs[n] += s.resources
						cells[n] += s.resources * int64(bits.OnesCount32(t.Rules[n].Actions))
						if id := t.Rules[n].ID; subjects[id] == nil {
							subjects[id] = map[int32]bool{subject: true}
						} else {
							subjects[id][subject] = true
						}
					}
					for _, right := range t.Rights(s.rules) {
						if len(right.Rules) == 1 {
							only[right.Rules[0]] += s.resources * int64(len(right.Actions))
						}
					}
				}
			}
		}
		resources := reachedBy(a, t)
		for n, rule := range t.Rules {
			if rule.Actions == 0 {
				continue // only other rules ask about it
			}
			r := all[rule.ID]
			r.Resources += resources[n]
			r.Pairs += pairs[n]
			r.Cells += cells[n]
			r.Only += only[n]
			r.Subjects = int64(len(subjects[rule.ID]))
			all[rule.ID] = r
		}
	}
	return all
}

// reachedBy counts the resources on which each rule grants somebody something.
func reachedBy(a *Audit, t *matrix.GroupedType) []int64 {
	// The number of subjects to which a rule grants on a set; each set is counted once.
	type grant struct {
		rule int32
		set  *uint64
	}
	subjects := map[grant]int64{}
	sets := map[grant]matrix.Set{}
	for _, g := range a.Subjects {
		for rule, groups := range t.Grants(g) {
			if len(groups) == 0 {
				continue
			}
			key := grant{rule, &groups[0]}
			subjects[key] += int64(len(g.Members))
			sets[key] = groups
		}
	}
	counts := make([][]int64, len(t.Rules))
	for key, groups := range sets {
		if counts[key.rule] == nil {
			counts[key.rule] = make([]int64, len(t.Resources))
		}
		for at := range groups.All() {
			counts[key.rule][at] += subjects[key]
		}
	}
	more := make([]map[int32]int64, len(t.Rules))
	add := func(rule, resource int32, n int64) {
		if more[rule] == nil {
			more[rule] = map[int32]int64{}
		}
		more[rule][resource] += n
	}
	group := map[int32]matrix.Group{}
	for _, g := range a.Subjects {
		for _, subject := range g.Members {
			group[subject] = g
		}
	}
	for _, exceptional := range t.Exceptional {
		for _, n := range exceptional.Resources {
			for rule, groups := range t.Grants(group[exceptional.Subject]) {
				if groups.Has(int32(t.GroupOf(n))) {
					add(rule, n, -1)
				}
			}
			for _, rule := range exceptional.Rules {
				add(rule, n, 1)
			}
		}
	}
	reached := make([]int64, len(t.Rules))
	for rule := range t.Rules {
		for at, g := range t.Resources {
			if counts[rule] != nil && counts[rule][at] > 0 {
				reached[rule] += int64(len(g.Members))
			}
		}
		for n, change := range more[rule] {
			var before int64
			if counts[rule] != nil {
				before = counts[rule][t.GroupOf(n)]
			}
			switch after := before + change; {
			case before > 0 && after == 0:
				reached[rule]--
			case before == 0 && after > 0:
				reached[rule]++
			}
		}
	}
	return reached
}
