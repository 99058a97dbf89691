package testgen

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Subject is what the tests are generated for.
type Subject struct {
	// Rules are all rules that compile, and Policy is the compiled policy.
	Rules  []ruleset.Rule
	Policy *compiler.Policy
	// Bundle is the policy with the data of Site, which Data writes for the policy's view.
	Bundle *bundles.Bundle
	Site   *snapshot.Site
	Data   func(policy *compiler.Policy) bundles.DataSource
}

// Options are the switches of Generate.
type Options struct {
	// OnRecord omits requests that describe subjects and resources because the site has no
	// suitable ones.
	OnRecord bool
	// MaxRequests limits the requests about entities of the site that are tried. There is
	// nevertheless at least one for every class of subjects and of resources of a type, from
	// hub and QMC and with every value of a session attribute.
	MaxRequests int
	Progress    snapshot.Progress
}

// Suite is the tests for a policy.
type Suite struct {
	// Rules are the enabled Security rules, by name.
	Rules []compiler.RuleClauses
	// Branches are all branches; Pinned are the numbers of those that a case shows so that they
	// decide what the rule grants, Seen of those that are shown without deciding, because other
	// clauses always decide too, and Unreachable of those that no request shows.
	Branches                  []Branch
	Pinned, Seen, Unreachable []int
	// Cases are in the order of their rules and classes.
	Cases []Case
	// Looked is the number of requests that were tried, including described ones. Pairs is the
	// number that the classes of the site yield, and Cut how many of these were not tried
	// because of Options.MaxRequests.
	Looked, Pairs, Cut int

	subject Subject
	pool    []cell
	proofs  map[int]answer
	names   names
	*branches
}

// Case is one request with what it is granted.
type Case struct {
	Request
	Grants Grants
	// Shows are the numbers of the branches that no earlier case shows.
	Shows []int
	cell  int
}

// Generate finds the requests for a policy. An error is a disagreement of the two evaluations
// of the rules, or the context's error.
func Generate(ctx context.Context, subject Subject, options Options) (*Suite, error) {
	rules := compiler.Clauses(subject.Rules, subject.Policy.Options)
	slices.SortStableFunc(rules, func(a, b compiler.RuleClauses) int { return compareRules(a.Rule, b.Rule) })
	s := &Suite{Rules: rules, subject: subject, branches: newBranches(rules, &subject.Policy.Reads), proofs: map[int]answer{}}
	s.Branches = s.all
	s.names = newNames(rules, s.reads, subject.Policy.Options.Schema, subject.Site)
	evaluator, list := evaluate.New(subject.Rules, subject.Site, referenceOptions(subject.Policy.Options))
	if list.HasErrors() {
		return nil, fmt.Errorf("the reference does not read the rules: %v", list)
	}
	engine, err := engine.New(ctx, subject.Bundle, engine.Batch(ctx))
	if err != nil {
		return nil, err
	}
	c := &candidates{branches: s.branches, names: s.names, bundle: subject.Bundle, site: subject.Site, limit: options.MaxRequests}
	if err := c.generate(ctx); err != nil {
		return nil, err
	}
	s.Looked, s.Pairs, s.Cut = len(c.out), c.pairs, c.pairs-len(c.out)
	options.Progress.Start("judging requests", int64(len(c.out)))
	s.pool, err = s.judge(ctx, evaluator, c.out, options.Progress)
	options.Progress.Done()
	if err != nil {
		return nil, err
	}
	if !options.OnRecord && subject.Policy.Options.View != ruleset.Sync { // nodes exist on the site
		if err := s.describe(ctx, evaluator, options.Progress); err != nil {
			return nil, err
		}
	}
	options.Progress.Start("deciding requests", int64(len(s.pool)))
	err = agree(ctx, engine, s.pool, options.Progress)
	options.Progress.Done()
	if err != nil {
		return nil, err
	}
	s.choose()
	return s, confirm(ctx, engine, s.Cases)
}

func referenceOptions(o compiler.Options) evaluate.Options {
	options := evaluate.Options{Schema: o.Schema, View: o.View}
	options.Read(o.ListInequality.String(), o.EntityText.String(), o.SessionAttributes.String())
	return options
}

// reach is how well a branch can be shown.
type reach uint8

const (
	nowhere reach = iota
	seen
	pinned
)

// note records how well a cell shows each branch, and reports whether that is better than
// before.
func (c cell) note(known []reach) bool {
	further := false
	for _, n := range c.seen {
		further = further || known[n] < seen
		known[n] = max(known[n], seen)
	}
	for _, n := range c.pinned {
		further = further || known[n] < pinned
		known[n] = pinned
	}
	return further
}

// reached returns how well the pool shows each branch.
func (s *Suite) reached() []reach {
	known := make([]reach, len(s.all))
	for _, c := range s.pool {
		c.note(known)
	}
	return known
}

// describe adds described requests to the pool, for branches that the requests about the site
// do not pin: those that show a branch better than before. It records which branches cannot be
// shown.
func (s *Suite) describe(ctx context.Context, evaluator *evaluate.Evaluator, progress snapshot.Progress) error {
	known := s.reached()
	var open []int
	for n, r := range known {
		if r < pinned && !s.impossible(n) {
			open = append(open, n)
		}
	}
	g, err := s.newGoals(open)
	if err != nil {
		return err
	}
	progress.Start("describing requests", int64(len(open)))
	defer progress.Done()
	answers, err := g.ask(ctx, open)
	if err != nil {
		return err
	}
	var requests []Request
	for _, a := range answers {
		s.proofs[a.branch] = s.proofs[a.branch].and(a)
		if a.witness != nil {
			requests = append(requests, s.described(a.witness))
		}
	}
	cells, err := s.judge(ctx, evaluator, requests, progress)
	s.Looked += len(requests)
	for _, c := range cells {
		if c.note(known) {
			s.pool = append(s.pool, c)
		}
	}
	return err
}

// choose chooses the cases.
func (s *Suite) choose() {
	known := s.reached()
	targets := map[int32]bool{}
	for n, r := range known {
		switch {
		case s.impossible(n):
			continue
		case r == pinned:
			s.Pinned = append(s.Pinned, n)
		case r == seen:
			s.Seen = append(s.Seen, n)
		default:
			s.Unreachable = append(s.Unreachable, n)
			continue
		}
		targets[int32(n)] = true
	}
	shows := func(c cell) []int32 {
		list := c.pinned
		for _, n := range c.seen {
			if known[n] == seen {
				list = append(list[:len(list):len(list)], n)
			}
		}
		return list
	}
	chosen, own := cover(s.pool, shows, targets)
	for _, i := range chosen {
		c := Case{Request: s.pool[i].Request, Grants: s.pool[i].grants, cell: i}
		for _, n := range own[i] {
			c.Shows = append(c.Shows, int(n))
		}
		s.Cases = append(s.Cases, c)
	}
}

// compareRules orders rules by name, and rules of one name by id.
func compareRules(a, b ruleset.Rule) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}
