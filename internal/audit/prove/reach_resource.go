package prove

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// changing decides whether users who meet conditions can gain a right on a resource by changing
// the resource: its owner, its stream, its custom properties, or by a copy. The conditions
// apply to the resource before the first change.
func (r *runner) changing(ctx context.Context, q *question, free []solve.Kind) (Result, error) {
	a := q.Assertion
	a.Kind, a.Who, a.But = Never, before(q.Who, free), before(q.But, free)
	c := &changing{run: r, question: newQuestion(a, r.Assumptions), result: Result{Verdict: Proved}}
	conditions := c.question.conditions()
	levers := map[string][]*escalate.ResourceLever{}
	for _, t := range r.Input.Options.Schema.Types() {
		levers[t.Key()] = escalate.ResourceLevers(t, r.Input.Rules.Rules)
		for _, l := range levers[t.Key()] {
			if l.After != nil {
				conditions = append(conditions, l.After)
			}
		}
	}
	var err error
	if c.world, err = solve.New([][]*solve.Rule{r.rules, escalate.Anywhere(r.rules)}, conditions, r.options()); err != nil {
		return c.result, err
	}
	for class, of := range c.world.Classes {
		if err := ctx.Err(); err != nil {
			return c.result, err
		}
		if !of.Named || !c.world.Speaks(solve.Holds{Condition: c.question.base}, class) {
			continue
		}
		if err := c.class(ctx, class, levers[of.Key]); err != nil || c.result.Verdict == Counterexample {
			return c.result, err
		}
	}
	return c.result, nil
}

type changing struct {
	run      *runner
	result   Result
	question *question
	world    *solve.World
}

// class tries all chains of changes of the resources of a scope.
func (c *changing) class(ctx context.Context, class int, levers []*escalate.ResourceLever) error {
	levers = slices.DeleteFunc(slices.Clone(levers), func(l *escalate.ResourceLever) bool {
		return !c.world.Speaks(solve.Granted{Side: 1, Action: l.Action}, class)
	})
	actions := c.open(class, levers)
	chains := []escalate.Chain{{}}
	for range levers {
		var longer []escalate.Chain
		for _, before := range chains {
			for _, l := range levers {
				if len(actions) == 0 || slices.Contains(before.Levers, l) {
					continue
				}
				chain := before.With(l, nil)
				longer = append(longer, chain)
				if err := c.chain(ctx, class, chain, actions); err != nil || c.result.Verdict == Counterexample {
					return err
				}
			}
		}
		chains = longer
	}
	return nil
}

// open returns the actions that are possible if everything that levers can change were free. A
// proof is based on the others.
func (c *changing) open(class int, levers []*escalate.ResourceLever) []ruleset.Action {
	if len(levers) == 0 {
		return nil
	}
	some, changes := escalate.AllAtOnce(levers)
	actions := c.question.Actions
	if actions == 0 {
		actions = ruleset.All
	}
	var open []ruleset.Action
	for _, a := range actions.List() {
		f := solve.Some{}
		for _, change := range changes {
			f = append(f, solve.After{Change: change, Formula: solve.Granted{Action: a}})
		}
		if !c.world.Speaks(f, class) {
			continue
		}
		s := c.world.Scope(class, c.question.premise(), some, f)
		switch answer := s.Decide(c.question.premise(), some, f); answer.Verdict {
		case solve.Possible:
			open = append(open, a)
		case solve.Unknown:
			c.result.Verdict, c.result.Reason = Unknown, answer.Reason
		case solve.Impossible:
			c.rests(class, a, levers, answer)
		}
	}
	return open
}

// rests records what a proof is based on.
func (c *changing) rests(class int, a ruleset.Action, levers []*escalate.ResourceLever, answer solve.Answer) {
	for _, x := range answer.Axioms {
		c.result.Axioms = append(c.result.Axioms, string(x))
	}
	for _, rule := range c.world.Rules(0, class, a) {
		c.result.Rules = append(c.result.Rules, refOf(rule))
	}
	for _, l := range levers {
		for _, rule := range c.world.Rules(1, class, l.Action) {
			c.result.Rules = append(c.result.Rules, refOf(rule))
		}
	}
}

// chain decides whether a chain of changes leads to one of the actions.
func (c *changing) chain(ctx context.Context, class int, chain escalate.Chain, actions []ruleset.Action) error {
	last := chain.Levers[len(chain.Levers)-1]
	still := chain.Then(len(chain.Levers), solve.Granted{Side: 1, Action: last.Action})
	for _, a := range actions {
		formulas := []solve.Formula{c.question.premise(), chain.Allowed(), chain.Then(len(chain.Levers), solve.Granted{Action: a})}
		s := c.world.Scope(class, append(formulas, still)...)
		answer := s.Decide(formulas...)
		switch answer.Verdict {
		case solve.Unknown:
			c.result.Verdict, c.result.Reason = Unknown, answer.Reason
		case solve.Impossible:
			c.rests(class, a, chain.Levers, answer)
		case solve.Possible:
			reading := ""
			if answer = s.Ask(append(formulas, still)...); answer.Verdict != solve.Possible {
				answer, reading = s.Ask(formulas...), "if the product evaluates a resource before the edit, not after it"
			}
			example, err := c.example(ctx, chain, a, answer.Witness, typeName(c.world, class))
			if err != nil {
				return err
			}
			example.Steps[len(example.Steps)-1].Reading = reading
			c.result.Verdict, c.result.Examples = Counterexample, []Example{example}
			return nil
		}
	}
	return nil
}

// example checks a chain with the independent evaluator and with OPA, and returns it in the
// form that is shown.
func (c *changing) example(ctx context.Context, chain escalate.Chain, a ruleset.Action, w *solve.Witness, typ string) (Example, error) {
	j, err := c.run.judge(ctx, "")
	if err != nil {
		return Example{}, err
	}
	met := replayed{ctx: ctx, runner: c.run, question: c.question, request: w.Request(a), witness: w}
	holds, err := met.holds(c.question.premise())
	if err == nil && !holds {
		err = fmt.Errorf("%w: %s before a change\n%s", ErrReplay, typ, met.request)
	}
	if err != nil {
		return Example{}, err
	}
	example := Example{Right: Right{typ, a.Name()}, Context: w.Context}
	if example.Context == "" {
		example.Context = "none"
	}
	for i, l := range chain.Levers {
		request, err := c.changed(ctx, j, chain, i, w)
		if err != nil {
			return example, err
		}
		step := Step{Right: Right{typ, l.Action.Name()}, Does: l.Does, Says: withRealNames(w.Facts()), GrantedBy: j.grants(request, c.question)}
		if i > 0 {
			step.Says = w.FactsAfter(chain.Changes[i-1])
		}
		example.Steps = append(example.Steps, step)
	}
	last := chain.Changes[len(chain.Changes)-1]
	example.Says, example.Request = w.FactsAfter(last), w.RequestAfter(last, a)
	d, err := j.decide(ctx, example.Request)
	if err == nil && !d.Allow {
		err = fmt.Errorf("%w: %s on %s after a change\n%s", ErrReplay, a.Name(), typ, example.Request)
	}
	example.GrantedBy = j.grants(example.Request, c.question)
	return example, err
}

// changed returns the request for a change of a chain, from the context in which it is granted.
func (c *changing) changed(ctx context.Context, j *judge, chain escalate.Chain, n int, w *solve.Witness) ([]byte, error) {
	from := w.Context
	defer func() { w.Context = from }()
	var request []byte
	for _, w.Context = range []string{from, "qmc", "hub", ""} {
		if request = w.Request(chain.Levers[n].Action); n > 0 {
			request = w.RequestAfter(chain.Changes[n-1], chain.Levers[n].Action)
		}
		if d, err := j.decide(ctx, request); err != nil || d.Allow {
			return request, err
		}
	}
	return nil, fmt.Errorf("%w: %s, a change of a resource\n%s", ErrReplay, chain.Levers[n].Action.Name(), request)
}
