package testgen

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// cell is a request with the results of both evaluations.
type cell struct {
	Request
	class  string
	grants Grants
	// pinned and seen are the branches that it shows.
	pinned, seen []int32
}

// Grants are the ids of the rules that grant each action, sorted, by the action's name. Actions
// that no rule grants have no key.
type Grants map[string][]string

// equal reports whether two requests have the same decisions.
func (g Grants) equal(o Grants) bool {
	if len(g) != len(o) {
		return false
	}
	for action, by := range g {
		if !slices.Equal(by, o[action]) {
			return false
		}
	}
	return true
}

// batch is the number of requests that are evaluated together.
const batch = 64

// judge evaluates requests with the independent evaluator. It returns the valid ones, in order.
func (b *branches) judge(ctx context.Context, r *evaluate.Evaluator, requests []Request, progress snapshot.Progress) ([]cell, error) {
	found := make([][]cell, (len(requests)+batch-1)/batch)
	err := inParallel(ctx, len(found), func(i int) error {
		part := requests[i*batch : min(len(requests), (i+1)*batch)]
		for _, request := range part {
			tally := r.Tally(request.JSON(anyAction))
			if tally.Reason != "" || tally.Err != nil {
				continue // an invalid description; everything else would not compile
			}
			c := cell{Request: request, class: b.class(request.Resource.Type), grants: grantsOf(tally)}
			c.pinned, c.seen = b.shown(c.class, request.Context.From, tally)
			found[i] = append(found[i], c)
		}
		progress.Add(int64(len(part)))
		return nil
	})
	return slices.Concat(found...), err
}

// inParallel calls do for every number below n, on all cores.
func inParallel(ctx context.Context, n int, do func(int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return do(i)
		})
	}
	return g.Wait()
}

func grantsOf(tally evaluate.Tally) Grants {
	grants := Grants{}
	for _, rule := range tally.Rules {
		if !rule.Grants() {
			continue
		}
		for _, a := range rule.Actions.List() {
			grants[a.Name()] = append(grants[a.Name()], rule.ID)
		}
	}
	for _, by := range grants {
		slices.Sort(by)
	}
	return grants
}

// agree returns an error if the engine allows an action of a cell that the evaluator denies, or
// the reverse.
func agree(ctx context.Context, e *engine.Engine, cells []cell, progress snapshot.Progress) error {
	return inParallel(ctx, len(cells), func(i int) error {
		defer progress.Add(1)
		c := cells[i]
		allowed, err := e.Actions(ctx, c.JSON(anyAction))
		if want := sortedKeys(c.grants); err == nil && !slices.Equal(allowed, want) {
			err = fmt.Errorf("the policy and the reference disagree on %s: the policy allows %v, the reference %v", c.JSON(anyAction), allowed, want)
		}
		return err
	})
}

// decide returns what the engine grants, in the form of the tests: what is allowed, and by
// which rules. For an invalid request it has the reason instead of rules.
func decide(ctx context.Context, e *engine.Engine, r Request) (Grants, error) {
	allowed, err := e.Actions(ctx, r.JSON(anyAction))
	if err != nil {
		return nil, err
	}
	grants := Grants{}
	for _, a := range ruleset.AllActions {
		if a != anyAction && !slices.Contains(allowed, a.Name()) {
			continue
		}
		d, err := e.Decide(ctx, r.JSON(a))
		switch {
		case err != nil:
			return nil, err
		case d.Allow:
			grants[a.Name()] = d.GrantedBy
		case d.Reason != engine.NoRule:
			grants[a.Name()] = []string{d.Reason}
		}
	}
	return grants, nil
}

// confirm returns an error if the engine and the evaluator decide a case differently.
func confirm(ctx context.Context, e *engine.Engine, cases []Case) error {
	return inParallel(ctx, len(cases), func(i int) error {
		decided, err := decide(ctx, e, cases[i].Request)
		if err == nil && !decided.equal(cases[i].Grants) {
			err = fmt.Errorf("the policy and the reference disagree on %s: the policy grants %v, the reference %v", cases[i].JSON(anyAction), decided, cases[i].Grants)
		}
		return err
	})
}
