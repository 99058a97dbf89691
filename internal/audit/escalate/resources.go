package escalate

import (
	"context"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// ResourceLever is a right to change a resource, so that rights are granted on it that were not
// granted before.
type ResourceLever struct {
	Action ruleset.Action
	Does   string
	// Change is what it can change.
	Change solve.Change
	// After is a condition on the resource after the change, nil for none.
	After *solve.Condition
}

// ResourceLevers returns the levers of a type. Publishing an app also requires the right to
// publish on the stream; the copy of an app belongs to the user who creates it, and has no
// stream and no custom properties.
func ResourceLevers(t *schema.Type, rules []ruleset.Rule) []*ResourceLever {
	key := t.Key()
	if key == "user" || key == "systemrule" {
		return nil // they are in Levers
	}
	var list []*ResourceLever
	if r, ok := t.Relations["owner"]; ok && !r.Many {
		list = append(list, &ResourceLever{Action: ruleset.ChangeOwnerAction, Does: "changes the owner to any user", Change: solve.Change{Names: []string{"owner"}}})
	}
	if key == "app" {
		list = append(list, &ResourceLever{
			Action: ruleset.PublishAction, Does: "publishes to a stream, or moves to another one", Change: solve.Change{Names: []string{"stream", "published"}},
			After: about("App_*", `resource.stream.HasPrivilege("publish")`),
		})
	}
	change, does := solve.Change{Custom: t.Custom, Names: []string{"name"}}, "sets the name"
	if _, ok := t.Properties["description"]; ok {
		change.Names = append(change.Names, "description")
	}
	if t.Custom {
		does = "sets custom properties and the name"
	}
	list = append(list, &ResourceLever{Action: ruleset.UpdateAction, Does: does, Change: change})
	if key == "app" {
		holds := []string{"resource.owner = user", "resource.stream.Empty()"}
		for _, name := range customNames(rules) {
			holds = append(holds, "resource.@"+name+".Empty()")
		}
		list = append(list, &ResourceLever{
			Action: ruleset.DuplicateAction, Does: "creates a copy that the user owns", After: about("App_*", strings.Join(holds, " and ")),
			Change: solve.Change{Copy: true, Custom: true, Names: []string{"owner", "stream", "published"}},
		})
	}
	return list
}

// customNames returns the custom properties that rules read.
func customNames(rules []ruleset.Rule) []string {
	var names []string
	parsed, _ := solve.Parse(rules)
	note := func(o condition.Operand) {
		if p, ok := o.(*condition.Path); ok {
			for _, s := range p.Segments {
				if s.Custom {
					names = append(names, schema.Fold(s.Name))
				}
			}
		}
	}
	for _, r := range parsed {
		condition.Walk(r.Tree, func(n condition.Node) bool {
			switch n := n.(type) {
			case *condition.Comparison:
				note(n.Left)
				note(n.Right)
			case *condition.Call:
				note(&n.Path)
			case *condition.And, *condition.Or, *condition.Not, *condition.Bool:
			}
			return true
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Anywhere returns rules that grant from both the hub and the QMC: a resource can be changed in
// one and used in the other.
func Anywhere(rules []*solve.Rule) []*solve.Rule {
	list := slices.Clone(rules)
	for i, r := range list {
		if r.Rule.Context != ruleset.Both {
			other := *r
			other.Rule.Context = ruleset.Both
			list[i] = &other
		}
	}
	return list
}

// Chain is a sequence of changes of a resource, each by a right on the result of the previous
// change.
type Chain struct {
	Levers  []*ResourceLever
	Changes []*solve.Change
}

// With returns a longer Chain, in which relations lead to the given records, if there are any.
func (c Chain) With(l *ResourceLever, to map[string]*solve.Record) Chain {
	change := l.Change
	if change.To = to; len(c.Changes) > 0 {
		change.After = c.Changes[len(c.Changes)-1]
	}
	return Chain{append(slices.Clone(c.Levers), l), append(slices.Clone(c.Changes), &change)}
}

// Then returns a formula after the first n changes.
func (c Chain) Then(n int, f solve.Formula) solve.Formula {
	if n == 0 {
		return f
	}
	return solve.After{Change: c.Changes[n-1], Formula: f}
}

// Allowed is true if every change of the chain is allowed, from the hub or from the QMC: the
// second side of the world is the rules Anywhere.
func (c Chain) Allowed() solve.All {
	all := solve.All{}
	for i, l := range c.Levers {
		all = append(all, c.Then(i, solve.Granted{Side: 1, Action: l.Action}))
		if l.After != nil {
			all = append(all, c.Then(i+1, solve.Holds{Side: 1, Condition: l.After}))
		}
	}
	return all
}

// gains is true if an action is granted after the chain and, from the hub or from the QMC, not
// before its end.
func (c Chain) gains(a ruleset.Action) solve.All {
	all := c.Allowed()
	for i := range c.Levers {
		all = append(all, solve.Not{Formula: c.Then(i, solve.Granted{Side: 1, Action: a})})
	}
	return append(all, c.Then(len(c.Levers), solve.Granted{Action: a}))
}

// extend adds the steps by which a persona gains rights on resources by changing the resources,
// unless earlier steps already show them.
func (r *runner) extend(ctx context.Context, p Persona, at solve.Persona, level int, result *Result) error {
	for class, c := range r.world.Classes {
		if !c.Named {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		levers := slices.DeleteFunc(slices.Clone(r.levers[class]), func(l *ResourceLever) bool { return !r.mayUse(at, class, l) })
		if len(levers) == 0 {
			continue
		}
		e := &extension{runner: r, persona: p, class: class, level: level, result: result, gained: gained(result, r.typeName(class))}
		for _, at.Resource = range r.resources(p, class) {
			if err := e.extend(at, levers); err != nil {
				return err
			}
		}
	}
	return nil
}

// gained returns the actions that steps of a result extend to other resources of a type.
func gained(result *Result, typ string) ruleset.Actions {
	var actions ruleset.Actions
	for _, s := range result.Steps {
		if s.Type == typ && s.Change != nil {
			for _, g := range s.Gains {
				for _, name := range g.Actions {
					a, _ := ruleset.ParseAction(name)
					actions |= ruleset.Actions(a)
				}
			}
		}
	}
	return actions
}

// mayUse reports whether a lever is granted on some resource.
func (r *runner) mayUse(at solve.Persona, class int, l *ResourceLever) bool {
	f := solve.Granted{Side: 1, Action: l.Action}
	return r.world.Speaks(f, class) && r.world.ScopeFor(class, at, f).Decide(f).Verdict == solve.Possible
}

// extension searches for the chains of a persona on a type.
type extension struct {
	*runner
	persona Persona
	class   int
	level   int
	result  *Result
	gained  ruleset.Actions
}

// extend follows changes of a resource, one after the other. For an arbitrary resource, one
// change is enough: the result of the earlier changes is itself a possible resource.
func (e *extension) extend(at solve.Persona, levers []*ResourceLever) error {
	open, err := e.candidates(at, levers)
	longest := len(levers)
	if at.Resource == nil {
		longest = 1
	}
	chains := []Chain{{}}
	for length := 1; length <= longest && len(open) > 0 && err == nil; length++ {
		var longer []Chain
		for _, c := range chains {
			for _, l := range levers {
				if slices.Contains(c.Levers, l) {
					continue
				}
				for _, to := range e.targets(e.persona, at, l) {
					next := c.With(l, to)
					longer = append(longer, next)
					if open, err = e.follow(at, next, open); err != nil {
						return err
					}
				}
			}
		}
		chains = longer
	}
	return err
}

// AllAtOnce returns a formula that is true if some lever is granted, and changes that free
// everything that any of them can change: what is impossible after these is impossible after
// any chain.
func AllAtOnce(levers []*ResourceLever) (solve.Formula, []*solve.Change) {
	edit, copied := &solve.Change{}, &solve.Change{}
	some := solve.Some{}
	for _, l := range levers {
		some = append(some, solve.Granted{Side: 1, Action: l.Action})
		copied.Copy = copied.Copy || l.Change.Copy
		for _, c := range []*solve.Change{edit, copied} {
			c.Custom, c.Names = c.Custom || l.Change.Custom, append(c.Names, l.Change.Names...)
		}
	}
	if copied.Copy {
		return some, []*solve.Change{edit, copied}
	}
	return some, []*solve.Change{edit}
}

// candidates returns the actions that could be gained if everything that the levers can change
// were free.
func (e *extension) candidates(at solve.Persona, levers []*ResourceLever) ([]ruleset.Action, error) {
	some, changes := AllAtOnce(levers)
	formulas := []solve.Formula{some}
	for _, a := range ruleset.AllActions {
		for _, c := range changes {
			if f := (solve.Granted{Action: a}); e.world.Speaks(f, e.class) && !e.gained.Has(a) {
				formulas = append(formulas, solve.All{solve.Not{Formula: solve.Granted{Side: 1, Action: a}}, solve.After{Change: c, Formula: f}})
			}
		}
	}
	s := e.world.ScopeFor(e.class, at, formulas...)
	var open []ruleset.Action
	for _, f := range formulas[1:] {
		a := f.(solve.All)[0].(solve.Not).Formula.(solve.Granted).Action
		if slices.Contains(open, a) {
			continue
		}
		switch answer := s.Decide(some, f); answer.Verdict {
		case solve.Possible:
			open = append(open, a)
		case solve.Unknown:
			e.unknown[e.typeName(e.class)+": "+answer.Reason] = true
		case solve.Impossible:
		}
	}
	return open, nil
}

// follow adds the steps of a Chain, if it gains any of the actions, and returns the remaining
// actions.
func (e *extension) follow(at solve.Persona, c Chain, open []ruleset.Action) ([]ruleset.Action, error) {
	if len(open) == 0 {
		return nil, nil
	}
	var formulas []solve.Formula
	for _, a := range open {
		formulas = append(formulas, c.gains(a))
	}
	last := c.Levers[len(c.Levers)-1]
	still := c.Then(len(c.Levers), solve.Granted{Side: 1, Action: last.Action})
	s := e.world.ScopeFor(e.class, at, append(formulas, still)...)
	var left []ruleset.Action
	var names []string
	var answer solve.Answer
	reading := ""
	for i, a := range open {
		first := s.Decide(formulas[i])
		switch first.Verdict {
		case solve.Unknown:
			e.unknown[e.typeName(e.class)+": "+first.Reason] = true
			left = append(left, a)
			continue
		case solve.Impossible:
			left = append(left, a)
			continue
		case solve.Possible:
		}
		if len(names) == 0 {
			if answer = s.Ask(formulas[i], still); answer.Verdict != solve.Possible {
				answer, reading = s.Ask(formulas[i]), decidedBefore
			}
			if !e.holds(answer.Witness, c, a) {
				left = append(left, a)
				continue
			}
		}
		names = append(names, a.Name())
		e.gained |= ruleset.Actions(a)
	}
	if len(names) > 0 {
		e.add(c, names, answer.Witness, reading)
	}
	return left, nil
}

// decidedBefore is the interpretation needed for a change that removes the right to it.
const decidedBefore = "if the product evaluates a resource before the edit, not after it"

// holds evaluates a chain with the independent evaluator: every change from the hub or from the
// QMC, and what it gains.
func (e *extension) holds(w *solve.Witness, c Chain, a ruleset.Action) bool {
	for i, l := range c.Levers {
		if e.changedBy(w, c, i, l.Action) == nil {
			return false
		}
	}
	last := c.Changes[len(c.Changes)-1]
	return e.evaluator.Decide(w.RequestAfter(last, a)).Allow && e.changedBy(w, c, 0, a) == nil
}

// changedBy returns the rules that grant an action after the first changes of a Chain, from the
// hub or from the QMC, nil if none does.
func (e *extension) changedBy(w *solve.Witness, c Chain, n int, action ruleset.Action) []string {
	context := w.Context
	defer func() { w.Context = context }()
	for _, w.Context = range []string{context, "qmc", "hub", ""} {
		request := w.Request(action)
		if n > 0 {
			request = w.RequestAfter(c.Changes[n-1], action)
		}
		if d := e.evaluator.Decide(request); d.Allow {
			return d.GrantedBy
		}
	}
	return nil
}

// add adds the steps of a chain; the steps of a prefix are present already if the prefix has
// gains of its own.
func (e *extension) add(c Chain, names []string, w *solve.Witness, reading string) {
	typ := e.typeName(e.class)
	for i, l := range c.Levers {
		last := i == len(c.Levers)-1
		known := slices.ContainsFunc(e.result.Steps, func(s Step) bool {
			return s.Type == typ && s.Change != nil && s.Action == l.Action.Name() && s.Level <= e.level+i
		})
		if known && !last {
			continue
		}
		step := Step{Level: e.level + i, Type: typ, Action: l.Action.Name(), Does: l.Does, Gains: []Gain{}, Change: &Change{}}
		for _, id := range e.changedBy(w, c, i, l.Action) {
			step.By = append(step.By, e.rule(id))
		}
		if last {
			step.Reading, step.Gains = reading, []Gain{{typ, names}}
			step.Change = &Change{Before: w.Facts(), After: w.FactsAfter(c.Changes[i])}
		}
		e.result.Steps = append(e.result.Steps, step)
	}
}

// resourceLevers returns the levers of all types, and the conditions that they need.
func resourceLevers(s *schema.Schema, rules []ruleset.Rule) (map[string][]*ResourceLever, []*solve.Condition) {
	all := map[string][]*ResourceLever{}
	var conditions []*solve.Condition
	for _, t := range s.Types() {
		all[t.Key()] = ResourceLevers(t, rules)
		for _, l := range all[t.Key()] {
			if l.After != nil {
				conditions = append(conditions, l.After)
			}
		}
	}
	return all, conditions
}

func leversOf(classes []*resolve.Class, all map[string][]*ResourceLever) map[int][]*ResourceLever {
	list := map[int][]*ResourceLever{}
	for i, c := range classes {
		if c.Named {
			list[i] = all[c.Key]
		}
	}
	return list
}

// rule returns a rule as named in reports.
func (r *runner) rule(id string) Rule {
	rule := Rule{ID: id, Name: r.rules[id].Name}
	text := r.rules[id].Condition
	if at, ok := (diag.Diagnostic{Text: text}).Position(); ok {
		rule.File, rule.Line, rule.Column = text.File, at.Line, at.Column
	}
	return rule
}
