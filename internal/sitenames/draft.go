package sitenames

import (
	"context"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Draft returns a rule that is being edited with its names replaced by ids, and the errors in
// its placeholders. Values, which are only in the settings of a site, and names for which there
// is no source are replaced by an id that no entity has. The error is that of the source.
func Draft(ctx context.Context, r ruleset.Rule, source Source) (ruleset.Rule, diag.List, error) {
	if !Used(&r) {
		return r, nil, nil
	}
	s := &resolver{ctx: ctx, source: source, draft: true}
	ref := diag.Rule{ID: r.ID, Name: r.Name}
	r.Filter, r.Condition = s.text(r.Filter, false), s.text(r.Condition, true)
	var found diag.List
	for _, p := range s.problems {
		found = append(found, diag.Diagnostic{
			Severity: diag.Error, Summary: p.message, Text: p.text, Subject: diag.Range{Start: p.start, End: p.end}, Rule: ref,
		})
	}
	return r, found, s.failed
}
