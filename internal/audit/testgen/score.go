package testgen

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Score is the number of changes to the rules that the tests detect. Every change is in one of
// Noticed, Survivors, Equivalent and Invalid.
type Score struct {
	Mutants int `json:"mutants"`
	// Noticed are changes under which a test fails.
	Noticed int `json:"noticed"`
	// Survivors are changes that some request detects, but no test.
	Survivors []Survivor `json:"survivors"`
	// Equivalent are changes that do not change the decision of any request that was tried.
	// They do not count.
	Equivalent int `json:"equivalent"`
	// Invalid are changes after which the rules do not compile. They do not count.
	Invalid int `json:"invalid"`
}

// Survivor is a change that no test detects, with a request that would.
type Survivor struct {
	Mutant
	// Case describes a test that would detect it, and Request is its request.
	Case    string  `json:"case"`
	Request Request `json:"request"`
}

// Share is the share of effective changes that is detected, 1 if there are none.
func (s Score) Share() float64 {
	if s.Noticed+len(s.Survivors) == 0 {
		return 1
	}
	return float64(s.Noticed) / float64(s.Noticed+len(s.Survivors))
}

// fate is the result for a mutant.
type fate struct {
	noticed, invalid bool
	// killer is the request that detects the mutant, -1 if none does.
	killer int
}

// Score changes the rules, one thing at a time, compiles them and decides the tests' requests
// again, with the embedded engine.
func (s *Suite) Score(ctx context.Context, progress snapshot.Progress) (*Score, error) {
	trial, err := s.newTrial(ctx)
	if err != nil {
		return nil, err
	}
	var all []Mutant
	for _, r := range s.Rules {
		all = append(all, mutants(r)...)
	}
	fates := make([]fate, len(all))
	progress.Start("changing rules", int64(len(all)))
	err = inParallel(ctx, len(all), func(i int) (err error) {
		defer progress.Add(1)
		fates[i], err = trial.run(ctx, all[i])
		return err
	})
	progress.Done()
	score := &Score{Mutants: len(all), Survivors: []Survivor{}}
	for i, f := range fates {
		switch {
		case f.invalid:
			score.Invalid++
		case f.noticed:
			score.Noticed++
		case f.killer < 0:
			score.Equivalent++
		default:
			c := s.pool[f.killer]
			score.Survivors = append(score.Survivors, Survivor{all[i], s.sentence(c.Request, c.grants), c.Request})
		}
	}
	return score, err
}

// trial tries mutants.
type trial struct {
	*Suite
	// site is the data of the site, with everything that changed rules could read.
	site      any
	asks      map[string]map[string]bool
	evaluator *evaluate.Evaluator
	// standings are the requests of the pool, evaluated with the original rules.
	standings []*evaluate.Standing
}

func (s *Suite) newTrial(ctx context.Context) (*trial, error) {
	policy := *s.subject.Policy
	policy.View = everythingNamed(s.Rules, policy.Options.Schema)
	b, err := bundles.InMemory(ctx, &policy, s.subject.Data(&policy))
	if err != nil {
		return nil, err
	}
	t := &trial{Suite: s, asks: s.asks(), standings: make([]*evaluate.Standing, len(s.pool))}
	t.site, _ = b.Data.Lookup(bundles.DataRoot)
	t.evaluator, _ = evaluate.New(s.subject.Rules, s.subject.Site, referenceOptions(policy.Options))
	return t, inParallel(ctx, len(s.pool), func(i int) error {
		t.standings[i] = t.evaluator.Stand(s.pool[i].JSON(anyAction))
		return nil
	})
}

// run searches for a test that detects a mutant or else for a request that does.
func (t *trial) run(ctx context.Context, m Mutant) (fate, error) {
	rules := t.with(m)
	variant, found := t.evaluator.Variant(m.rule)
	if found.HasErrors() {
		return fate{invalid: true}, nil
	}
	// The evaluator is faster at finding candidates; the engine decides. For a single case
	// little has to be compiled.
	changed, err := t.changes(m, variant, rules)
	if err != nil {
		return fate{invalid: true}, nil
	}
	if i := slices.IndexFunc(t.Cases, func(c Case) bool { return changed(c.cell) }); i >= 0 {
		only := t.dependsOn(t.pool[t.Cases[i].cell].class, t.asks)
		if f, err := t.replay(ctx, rules, only, t.Cases[i:i+1]); f.noticed || f.invalid || err != nil {
			return f, err
		}
		// The change moves types from one class to another.
		f, err := t.replay(ctx, rules, nil, t.Cases[i:i+1])
		if !f.noticed && !f.invalid && err == nil {
			err = fmt.Errorf("%s: %s (%s): the policy and the reference disagree on %s", m.Name, m.Change, m.Position, t.Cases[i].JSON(anyAction))
		}
		return f, err
	}
	killer := -1
	for i := range t.pool {
		if changed(i) {
			killer = i
			break
		}
	}
	if killer < 0 { // does it compile?
		policy, _ := compiler.Compile(rules, t.subject.Policy.Options)
		return fate{invalid: policy == nil, killer: killer}, nil
	}
	f, err := t.replay(ctx, rules, nil, t.Cases)
	f.killer = killer
	return f, err
}

// changes returns a function that reports whether the decision of a request of the pool differs
// under changed rules.
func (t *trial) changes(m Mutant, v evaluate.Variant, rules []ruleset.Rule) (func(int) bool, error) {
	whole, list := evaluate.New(rules, t.subject.Site, referenceOptions(t.subject.Policy.Options))
	if list.HasErrors() {
		return nil, errors.New("the rules have errors")
	}
	circular := asksItself(m.rule)
	return func(i int) bool {
		here, elsewhere := t.standings[i].Distinguishes(v)
		// A change elsewhere can compensate for a change here.
		if !elsewhere && !circular {
			return here
		}
		return !grantsOf(whole.Tally(t.pool[i].JSON(anyAction))).equal(t.pool[i].grants)
	}, nil
}

// asksItself reports whether a rule asks for rights on the resource itself. What it grants may
// then depend on itself only, so that the request has to be evaluated again.
func asksItself(r ruleset.Rule) bool {
	tree, _ := condition.Parse(r.Condition, diag.Rule{ID: r.ID, Name: r.Name})
	return tree != nil && slices.ContainsFunc(clausesOf(tree), func(n condition.Node) bool {
		call, ok := n.(*condition.Call)
		return ok && call.Kind().Privilege() && len(call.Path.Segments) == 0
	})
}

// with returns the rules with one of them changed.
func (s *Suite) with(m Mutant) []ruleset.Rule {
	list := slices.Clone(s.subject.Rules)
	for i := range list {
		if list[i].ID == m.Rule {
			list[i] = m.rule
		}
	}
	return list
}

// replay compiles rules, for some classes of resources or all, and reports whether the decision
// of a case differs.
func (t *trial) replay(ctx context.Context, rules []ruleset.Rule, only map[string]bool, cases []Case) (fate, error) {
	options := t.subject.Policy.Options
	options.Only = only
	policy, _ := compiler.Compile(rules, options)
	if policy == nil {
		return fate{invalid: true}, nil
	}
	e, err := t.engine(ctx, policy)
	if err != nil {
		return fate{}, err
	}
	for _, c := range cases {
		if noticed, err := t.differs(ctx, e, c); noticed || err != nil {
			return fate{noticed: noticed}, err
		}
	}
	return fate{}, nil
}

func (t *trial) engine(ctx context.Context, policy *compiler.Policy) (*engine.Engine, error) {
	b, err := bundles.InMemory(ctx, policy, nil)
	if err == nil {
		err = b.Data.Put(t.site, bundles.DataRoot)
	}
	if err != nil {
		return nil, err
	}
	return engine.New(ctx, b, engine.Batch(ctx))
}

func (t *trial) differs(ctx context.Context, e *engine.Engine, c Case) (bool, error) {
	now, err := decide(ctx, e, c.Request)
	return err == nil && !now.equal(c.Grants), err
}
