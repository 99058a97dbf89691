package report

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Summary has the most important figures. Each row is a finding, by section:
//
//	total      how many subjects and resources there are, and how many rights are granted
//	create     how many users may create resources, which does not count for existing ones
//	anonymous  on how many resources an anonymous subject has an action
//	nobody     how many resources nobody has a right on
//	only       how many rights are granted by one rule alone, the most first
//	nothing    rules that give nobody anything on this site, in any context and session
//	elsewhere  rules that give nobody anything here, but may in another context
//	session    rules that give nobody anything here, but may with session attributes that
//	           were not given
//	not given  these attributes, with the number of rules that test them
//	disabled   how many additional rights there would be if a disabled rule were enabled
var Summary = View{
	columns("context", tabular.Text, "section", tabular.Text, "type", tabular.Text, "action", tabular.Text, "rule", tabular.Text, "name", tabular.Text, "count", tabular.Number),
	func(a *Audit, emit emit) error {
		s := summary{a, emit}
		for _, write := range []func() error{s.totals, s.create, s.anonymous, s.nobody, s.rules} {
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	},
}

type summary struct {
	*Audit
	emit emit
}

func (s summary) row(section, typ, action string, rule RuleInfo, count any) error {
	return s.emit(s.From(), section, typ, action, rule.ID, rule.Name, count)
}

func (s summary) totals() error {
	if err := s.row("total", s.Names.Type("user"), "", RuleInfo{Name: "users"}, int64(s.subjects())); err != nil {
		return err
	}
	for _, t := range s.Types {
		typ := s.Names.Type(t.Type.Type)
		if err := s.row("total", typ, "", RuleInfo{Name: "resources"}, newCounter(t).selected()); err != nil {
			return err
		}
	}
	return s.row("total", "", "", RuleInfo{Name: "rights granted"}, s.Cells())
}

// Cells is the number of granted rights: pairs of subject and resource, times actions.
func (a *Audit) Cells() int64 {
	var n int64
	for _, t := range a.Types {
		c := newCounter(t)
		for _, g := range a.Subjects {
			for _, b := range c.blocks(g) {
				n += b.pairs * int64(bits.OnesCount32(mask(t, b.Rules)))
			}
		}
		for _, exceptional := range t.Exceptional {
			n += int64(len(exceptional.Resources)) * int64(bits.OnesCount32(mask(t, exceptional.Rules)))
		}
	}
	return n
}

func (s summary) anonymous() error {
	for _, t := range s.Types {
		c := newCounter(t)
		var most [13]int64
		for _, g := range s.Subjects {
			for _, subject := range g.Members {
				if !s.Model.Subjects.Anonymous[subject] {
					continue
				}
				var count [13]int64
				for _, share := range c.shares(subject, c.blocks(g)) {
					held := mask(t, share.rules)
					for i, action := range ruleset.AllActions {
						if held&uint32(action) != 0 {
							count[i] += share.resources
						}
					}
				}
				for i, n := range count {
					most[i] = max(most[i], n)
				}
			}
		}
		for i, action := range ruleset.AllActions {
			if most[i] == 0 {
				continue
			}
			if err := s.row("anonymous", s.Names.Type(t.Type.Type), action.Name(), RuleInfo{}, most[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s summary) nobody() error {
	for _, t := range s.Types {
		r := newReached(s.Audit, t)
		var count int64
		for n := range t.Handles[:t.Recorded] {
			if t.GroupOf(int32(n)) >= 0 && r.nobody(int32(n)) {
				count++
			}
		}
		if count == 0 {
			continue
		}
		if err := s.row("nobody", s.Names.Type(t.Type.Type), "", RuleInfo{}, count); err != nil {
			return err
		}
	}
	return nil
}

func (r *reached) nobody(resource int32) bool {
	for i := range ruleset.AllActions {
		if n, _ := r.by(i, resource); n > 0 {
			return false
		}
	}
	return true
}

func (s summary) rules() error {
	reach := s.Reach()
	var only, disabled []RuleInfo
	for _, info := range s.Names.Rules {
		switch {
		case info.Disabled:
			disabled = append(disabled, info)
		case !s.counts(info, reach):
		case reach[info.ID].Only > 0:
			only = append(only, info)
		}
	}
	slices.SortStableFunc(only, func(x, y RuleInfo) int { return cmp.Compare(reach[y.ID].Only, reach[x.ID].Only) })
	for _, info := range only {
		if err := s.row("only", "", "", info, reach[info.ID].Only); err != nil {
			return err
		}
	}
	if err := s.idle(); err != nil {
		return err
	}
	for _, info := range disabled {
		var more any
		if hypothetical, ok := s.Disabled[info.ID]; ok {
			more = hypothetical.More
		}
		if err := s.row("disabled", "", "", info, more); err != nil {
			return err
		}
	}
	return nil
}

// idle writes the rules that grant nothing; those that never can come first.
func (s summary) idle() error {
	all := s.Idle()
	for _, section := range []string{Nothing, Elsewhere, Session} {
		for _, one := range all {
			if one.Reason != section {
				continue
			}
			if err := s.row(section, "", "", one.Rule, int64(0)); err != nil {
				return err
			}
		}
	}
	for _, u := range s.Unsent() {
		if err := s.row("not given", "", "", RuleInfo{Name: "user.environment." + u.Name}, int64(len(u.Rules))); err != nil {
			return err
		}
	}
	return nil
}
