package plan

import (
	"context"
	"errors"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// BrokenError is the error for rules or a snapshot with errors.
type BrokenError struct{ Findings diag.List }

// Error implements error.
func (e *BrokenError) Error() string { return "the rules or the snapshot have errors" }

// Effect compares access under two sets of rules, each on its own snapshot; the same directory
// is read once. Rules with errors grant nothing, as on the site.
func Effect(ctx context.Context, old, new []ruleset.Rule, oldDir, newDir string, progress snapshot.Progress) (*difference.Report, error) {
	before, after := opened(old, oldDir, progress), opened(new, newDir, progress)
	report, err := before.Compare(ctx, after, difference.Input{})
	return report, broken(err, before, after)
}

// opened returns a workspace of rules and the snapshot on which they are decided.
func opened(rules []ruleset.Rule, dir string, progress snapshot.Progress) *workspace.Workspace {
	return workspace.OfRules(rules, workspace.Source{Snapshot: dir, Options: options(), Progress: progress})
}

// options are the options of a site: a rule with errors grants nothing.
func options() compiler.Options {
	return compiler.Options{Schema: schema.Default(), SkipInvalid: true}
}

// broken returns the error for workspaces that cannot be compared.
func broken(err error, sides ...*workspace.Workspace) error {
	if !errors.Is(err, workspace.ErrBroken) {
		return err
	}
	var found diag.List
	for _, w := range sides {
		found = append(found, onlyErrors(w.Diagnostics)...)
	}
	return &BrokenError{found}
}
