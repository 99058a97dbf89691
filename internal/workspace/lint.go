package workspace

import (
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// Lint checks the rules, and the site if there is one, with all lints. The findings
// include the diagnostics of the workspace.
func (w *Workspace) Lint(config *lint.Config) lint.Result {
	in := lint.Inputs{
		Rules: w.Rules, Found: w.Diagnostics,
		Options: w.Options.Resolution(),
	}
	if w.Policy != nil {
		in.Costs = w.Policy.Costs()
	}
	if w.Site != nil {
		in.Site = lint.LoadData(w.Site)
	}
	return lint.Run(in, config)
}
