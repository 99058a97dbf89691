package plan

import (
	"context"
	"errors"
	"io"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// BrokenError says that rules or a snapshot have errors.
type BrokenError struct{ Findings diag.List }

// Error implements error.
func (e *BrokenError) Error() string { return "the rules or the snapshot have errors" }

// Effect compares who may do what under two sets of rules, each on its own snapshot; the
// same folder twice is read once. Rules in error grant nothing, as on the site.
func Effect(ctx context.Context, old, new []ruleset.Rule, oldDir, newDir string, progress snapshot.Progress) (*difference.Report, error) {
	if progress == nil {
		progress = snapshot.NoProgress{}
	}
	options := compiler.Options{Schema: schema.Default(), SkipInvalid: true}
	in := difference.Input{Mode: difference.ModeSite, SameSite: oldDir == newDir, Progress: progress}
	var view schema.View
	var needs []schema.Need
	for i, rules := range [][]ruleset.Rule{old, new} {
		policy, found := compiler.Compile(rules, options)
		if policy == nil {
			return nil, &BrokenError{found}
		}
		side := difference.Side{Rules: rules, Policy: policy}
		needs = append(needs, policy.Needs...)
		if i == 0 {
			view, in.Old = policy.View, side
		} else {
			view.Merge(policy.View)
			in.New = side
		}
	}
	named(view)
	in.Old.Policy.View, in.New.Policy.View = view, view
	var err error
	if in.Old.Bundle, err = bundle(ctx, in.Old.Policy, oldDir, needs, progress); err != nil {
		return nil, err
	}
	if !in.SameSite {
		in.New.Bundle, err = bundle(ctx, in.New.Policy, newDir, needs, progress)
	} else if in.New.Bundle, err = bundles.InMemory(ctx, in.New.Policy, nil); err == nil {
		err = in.New.Bundle.Data.Share(&in.Old.Bundle.Data, bundles.DataRoot)
	}
	if err != nil {
		return nil, err
	}
	return difference.Compare(ctx, in)
}

// named makes a view hold the names of entities and the logins of users.
func named(view schema.View) {
	for _, part := range []string{"userdirectory", "userid", "name"} {
		view.Of("user").Scalars[part] |= schema.Exact
	}
	view.Of(schema.GeneralKey).Scalars["name"] |= schema.Exact
	for _, t := range schema.Default().Types() {
		if !t.Transient {
			view.Of(t.Key()).Scalars["name"] |= schema.Exact
		}
	}
}

var errSite = errors.New("the snapshot has errors")

func bundle(ctx context.Context, policy *compiler.Policy, dir string, needs []schema.Need, progress snapshot.Progress) (*bundles.Bundle, error) {
	site, found := snapshot.Open(dir, schema.Default())
	site.Require(needs)
	b, err := bundles.InMemory(ctx, policy, func(ctx context.Context, w io.Writer) error {
		more, err := site.Project(ctx, policy.View, w, progress)
		found = append(found, more...)
		if err == nil && found.HasErrors() {
			err = errSite
		}
		return err
	})
	if errors.Is(err, errSite) {
		return nil, &BrokenError{found}
	}
	return b, err
}
