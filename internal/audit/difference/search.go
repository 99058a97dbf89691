package difference

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// The sides of the solver's world.
const (
	newRules = iota
	oldRules
)

// search asks the solver for possible users and resources on which the sides differ.
type search struct {
	*work
	world *solve.World
	// of is the pair of a rule, on either side.
	of map[*solve.Rule]*pair
	// rules are the rules of a pair by side, nil if it has none.
	rules map[*pair][2]*solve.Rule
	// undone are the new rules without one of their edits, if there are several.
	undone map[*pair][]*solve.Condition
	// persona has the given session attributes and no others.
	persona solve.Persona
	from    solve.Formula
}

// kindOfDifference is what the solver finds or excludes.
type kindOfDifference struct{ typ, action, kind string }

// newSearch resolves the rules of both sides. A rule that is the same on both sides is resolved
// once.
func (w *work) newSearch() (*search, error) {
	s := &search{work: w, of: map[*solve.Rule]*pair{}, rules: map[*pair][2]*solve.Rule{}, undone: map[*pair][]*solve.Condition{}, from: w.allowedContexts()}
	s.persona = solve.Persona{Strings: map[string][]string{}, Free: []solve.Kind{solve.Roles, solve.Custom, solve.Attributes, solve.Login}}
	for name, strs := range w.Environment {
		s.persona.Strings["environment."+schema.Fold(name)] = strs
	}
	var sides [2][]*solve.Rule
	var conditions []*solve.Condition
	for _, p := range w.pairs {
		rules := [2]*solve.Rule{newRules: resolvable(p.new, p.newOut), oldRules: resolvable(p.old, p.oldOut)}
		if !p.changed() {
			rules[oldRules] = rules[newRules]
		}
		s.rules[p] = rules
		for side, r := range rules {
			if r != nil {
				sides[side], s.of[r] = append(sides[side], r), p
			}
		}
		if edits := p.working(); len(edits) > 1 && rules[newRules] != nil && rules[oldRules] != nil {
			for _, e := range edits {
				s.undone[p] = append(s.undone[p], withoutErrors(e.undone()))
			}
			conditions = append(conditions, s.undone[p]...)
		}
	}
	conditions = slices.DeleteFunc(conditions, func(c *solve.Condition) bool { return c == nil })
	o := w.New.Policy.Options
	var err error
	s.world, err = solve.New(sides[:], conditions, solve.Options{
		Schema: o.Schema, ListInequality: o.ListInequality, EntityText: o.EntityText, SessionAttributes: o.SessionAttributes, View: o.View,
		// A request may describe an anonymous user with roles and groups.
		Axioms: solve.Axioms{Off: []solve.Axiom{solve.Visitors}},
	})
	return s, err
}

// resolvable returns a rule in the solver's form, nil if it grants nothing at all.
func resolvable(r *ruleset.Rule, out bool) *solve.Rule {
	if r == nil || out {
		return nil
	}
	if list, _ := solve.Parse([]ruleset.Rule{*r}); len(list) == 1 {
		return list[0]
	}
	return nil
}

// withoutErrors returns a rule as a condition, nil if it has errors.
func withoutErrors(r ruleset.Rule) *solve.Condition {
	_, found := ruleset.ParseFilter(r.Filter, diag.Rule{})
	_, more := condition.Parse(r.Condition, diag.Rule{})
	if append(found, more...).HasErrors() || r.Disabled || r.Category != ruleset.Security {
		return nil
	}
	return &solve.Condition{Filter: r.Filter, Text: r.Condition, Context: r.Context}
}

// allowedContexts is true for requests in the contexts to compare.
func (w *work) allowedContexts() solve.Formula {
	hub, qmc := solve.Test{Predicate: ir.From{Context: ruleset.Hub}}, solve.Test{Predicate: ir.From{Context: ruleset.QMC}}
	by := map[string]solve.Formula{"hub": hub, "qmc": qmc, NoContext: solve.All{solve.Not{Formula: hub}, solve.Not{Formula: qmc}}}
	if len(w.Contexts) == 0 {
		return solve.All{}
	}
	some := solve.Some{}
	for _, c := range w.Contexts {
		some = append(some, by[c])
	}
	return some
}

// question is a question to the solver about one action of a type scope.
type question struct {
	action ruleset.Action
	// kind is Gain, Loss, or "" if only one rule grants differently and others cover it.
	kind     string
	formulas []solve.Formula
}

// questions returns the questions about a scope. Of actions that the same rules grant, one
// represents all.
func (s *search) questions(class int) []question {
	var list []question
	seen := map[string]bool{}
	for _, action := range ruleset.AllActions {
		before, after := s.world.Rules(oldRules, class, action), s.world.Rules(newRules, class, action)
		if key := fmt.Sprint(identities(before), identities(after)); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		list = append(list, s.gained(class, action, after, newRules, oldRules, Gain)...)
		list = append(list, s.gained(class, action, before, oldRules, newRules, Loss)...)
	}
	return list
}

// identities returns a key for each list of rules.
func identities(rules []*solve.Rule) []string {
	var list []string
	for _, r := range rules {
		list = append(list, fmt.Sprintf("%p", r))
	}
	return list
}

// gained returns the questions whether rules of a side grant an action and the other side does
// not: for each rule, and for each edit of a rule.
func (s *search) gained(class int, action ruleset.Action, rules []*solve.Rule, side, other int, kind string) []question {
	var list []question
	ask := func(kind string, formulas ...solve.Formula) {
		list = append(list, question{action, kind, append(formulas, s.from)})
	}
	otherwise := solve.Not{Formula: solve.Granted{Side: other, Action: action}}
	for _, r := range rules {
		if s.world.SameGrants(class, r, side, other) {
			continue
		}
		grants := solve.Grants{Side: side, Rule: r}
		ask(kind, grants, otherwise)
		for _, c := range s.undone[s.of[r]] {
			switch {
			case c == nil:
			case side == newRules:
				ask(kind, grants, otherwise, solve.Not{Formula: solve.Holds{Condition: c}})
			default:
				ask(kind, grants, otherwise, solve.Holds{Condition: c})
			}
		}
		if partner := s.rules[s.of[r]][other]; partner != nil && partner.Actions.Has(action) {
			ask("", grants, solve.Not{Formula: solve.Grants{Side: other, Rule: partner}})
		} else {
			ask("", grants)
		}
	}
	return list
}

// run asks all questions, and adds the found users and resources to the site. Questions that
// cannot be decided are left out.
func (s *search) run(ctx context.Context, m *synthesized) error {
	for class, c := range s.world.Classes {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		questions := s.questions(class)
		if len(questions) == 0 {
			continue
		}
		var all []solve.Formula
		for _, q := range questions {
			all = append(all, q.formulas...)
		}
		scope := s.world.ScopeFor(class, s.persona, all...)
		for _, q := range questions {
			m.questions++
			switch a := scope.Ask(q.formulas...); a.Verdict {
			case solve.Unknown:
				m.out(actionsOf(uint32(q.action))[0].Name()+" on "+s.typeName(c.Key), a.Reason, overSite)
			case solve.Possible:
				typ := m.add(a.Witness)
				if q.kind != "" {
					m.expected[kindOfDifference{typ, q.action.Name(), q.kind}] = true
				}
			case solve.Impossible: // proved
			}
		}
	}
	return nil
}
