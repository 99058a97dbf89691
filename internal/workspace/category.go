package workspace

import (
	"context"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// HasCategory reports whether the workspace has enabled rules of a category.
func (w *Workspace) HasCategory(c ruleset.Category) bool {
	return slices.ContainsFunc(w.Rules, func(r ruleset.Rule) bool {
		_, ok := r.In(c)
		return ok && !r.Disabled
	})
}

// CategoryAudit is an audit of the License or Sync rules of a workspace.
type CategoryAudit struct {
	// View has the rules of the category, and the diagnostics of an ErrBroken.
	View   *Workspace
	Bundle *bundles.Bundle
	// Audit is nil if there is nothing to audit: Sync rules, and a snapshot without apps.
	Audit *report.Audit
}

// AuditCategory audits the License or Sync rules: which users may use which access, in the hub, or
// which nodes open which apps. inactive is that of report.NamesOf. The error is ErrBroken,
// partition.ErrBundle or the context's; View is set with each.
func (w *Workspace) AuditCategory(ctx context.Context, c ruleset.Category, environment map[string][]string, inactive map[string]string) (*CategoryAudit, error) {
	a := &CategoryAudit{View: w.Of(c)}
	if a.View.Policy == nil {
		return a, ErrBroken
	}
	q := partition.Question{Actions: uint32(ruleset.ViewAction), Session: partition.Session{Context: "hub", Environment: environment}}
	if c == ruleset.Sync {
		q.Types, q.Session = []string{"app"}, partition.Session{}
		if !slices.Contains(a.View.Site.TypeNames(), "App") {
			return a, nil
		}
	}
	m, b, err := a.View.Audit(ctx, q)
	if err != nil {
		return a, err
	}
	names := report.NamesOf(b, c, inactive)
	if c == ruleset.Sync {
		names.Login = nil // the answers have the ids of nodes
	}
	a.Bundle, a.Audit = b, &report.Audit{Context: q.Session.Context, Names: names, Grouped: m.Group(matrix.Selection{
		Subject: func(int32) bool { return true },
		Resource: func(t *matrix.Type, _ int32) bool {
			_, access := ruleset.AccessKindOf(t.Type)
			return access || c == ruleset.Sync
		},
	})}
	return a, nil
}
