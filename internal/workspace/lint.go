package workspace

import (
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// Lint checks the rules, and the site if there is one, with all lints. The findings
// include the diagnostics of the workspace.
func (w *Workspace) Lint(config *lint.Config) lint.Result {
	return w.LintOn(config, w.LintData())
}

// LintData reads the site in the form that lints use, nil without a snapshot.
func (w *Workspace) LintData() *lint.Data {
	if w.Site == nil {
		return nil
	}
	return lint.LoadData(w.Site)
}

// LintOn is Lint with a site that this workspace, or another one with the same snapshot, has
// already read.
func (w *Workspace) LintOn(config *lint.Config, site *lint.Data) lint.Result {
	in := lint.Inputs{
		Rules: w.Rules, Found: w.Diagnostics,
		Options: w.Options.Resolution(),
	}
	if w.Policy != nil {
		in.Costs = w.Policy.Costs()
	}
	in.Site = site
	return lint.Run(in, config)
}
