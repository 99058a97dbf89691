package workspace

import (
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
)

// Explainer explains decisions about the site or, without a snapshot, about requests that
// describe everything themselves. The workspace sets the schema, the interpretations and the
// diagnostics; options only needs the rest.
func (w *Workspace) Explainer(options explain.Options) (*explain.Explainer, error) {
	site, err := w.LoadSite()
	if err != nil {
		return nil, err
	}
	options.Schema, options.Readings = w.Options.Schema, w.Readings()
	options.Skipped, options.Diagnostics = w.Policy.Skipped, w.Diagnostics
	return explain.New(w.Rules, site, options), nil
}
