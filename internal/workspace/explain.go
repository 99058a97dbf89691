package workspace

import (
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Explainer explains decisions about the site or, without a snapshot, about requests that
// describe everything themselves. The workspace sets the schema, the interpretations and the
// diagnostics; options only needs the rest.
func (w *Workspace) Explainer(options explain.Options) (*explain.Explainer, error) {
	site, err := w.LoadSite()
	if err != nil {
		return nil, err
	}
	return w.ExplainerOn(site, options), nil
}

// ExplainerOn is Explainer for a site of LoadSite.
func (w *Workspace) ExplainerOn(site *snapshot.Site, options explain.Options) *explain.Explainer {
	options.Schema, options.Readings = w.Options.Schema, w.Readings()
	options.Skipped, options.Diagnostics = w.Policy.Skipped, w.Diagnostics
	return explain.New(w.Rules, site, options)
}
