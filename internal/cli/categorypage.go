package cli

import (
	"errors"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/category"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// categoryTabs adds the tabs of License and Sync rules to the page of a complete audit, each if
// the export has such rules and the snapshot their subjects.
func (s *Streams) categoryTabs(ctx *cli.Context, a *audited, doc *page.Document) error {
	if slices.ContainsFunc(namesOf(partFlags()), ctx.IsSet) {
		return nil // the page shows a part of the rights
	}
	for _, c := range []ruleset.Category{ruleset.License, ruleset.Sync} {
		has := func(r ruleset.Rule) bool {
			_, ok := r.In(c)
			return ok && !r.Disabled
		}
		if !slices.ContainsFunc(a.compilation.Rules, has) {
			continue
		}
		if err := s.categoryTab(ctx, a, c, doc); err != nil {
			return err
		}
	}
	return nil
}

// categoryTab adds the tab of a category.
func (s *Streams) categoryTab(ctx *cli.Context, a *audited, c ruleset.Category, doc *page.Document) error {
	view := a.compilation.Of(c)
	if view.Policy == nil {
		return s.Broken(view.Diagnostics)
	}
	session := partition.Session{Context: "hub", Environment: a.environment}
	if c == ruleset.Sync {
		session = partition.Session{}
		if !slices.Contains(view.Site.TypeNames(), "App") {
			return nil
		}
	}
	q := partition.Question{Actions: uint32(ruleset.ViewAction), Session: session}
	if c == ruleset.Sync {
		q.Types = []string{"app"}
	}
	m, b, err := view.Audit(ctx.Context, q)
	switch {
	case errors.Is(err, workspace.ErrBroken):
		return s.Broken(view.Diagnostics)
	case errors.Is(err, partition.ErrBundle):
		return Input(err)
	case err != nil:
		return err
	}
	names := (&audited{bundle: b, category: c, by: "summary", inactive: a.inactive}).names()
	audit := &report.Audit{Context: session.Context, Names: names, Grouped: m.Group(matrix.Selection{
		Subject: func(int32) bool { return true },
		Resource: func(t *matrix.Type, _ int32) bool {
			_, access := ruleset.AccessKindOf(t.Type)
			return access || c == ruleset.Sync
		},
	})}
	facts, err := category.ReadFacts(c, view.FullSite.Path)
	if err != nil {
		return Input(err)
	}
	pairs, err := category.Pairs(audit)
	if err != nil {
		return err
	}
	answers := category.License(pairs, facts, nil)
	if c == ruleset.Sync {
		answers = category.Placement(pairs, facts, names.Granting())
	}
	doc.AddCategory(c, b, audit, answers)
	return nil
}
