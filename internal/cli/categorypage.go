package cli

import (
	"errors"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/category"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
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
		if !a.compilation.HasCategory(c) {
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
	found, err := a.compilation.AuditCategory(ctx.Context, c, a.environment, a.inactive)
	switch {
	case errors.Is(err, workspace.ErrBroken):
		return s.Broken(found.View.Diagnostics)
	case errors.Is(err, partition.ErrBundle):
		return Input(err)
	case err != nil || found.Audit == nil:
		return err
	}
	facts, err := category.ReadFacts(c, found.View.FullSite.Path)
	if err != nil {
		return Input(err)
	}
	answers, err := category.Answers(c, found.Audit, facts, nil)
	if err != nil {
		return err
	}
	doc.AddCategory(c, found.Bundle, found.Audit, answers)
	return nil
}
