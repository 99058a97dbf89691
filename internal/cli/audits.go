package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

var errNoSite = errors.New("the bundle contains no site: compile it with --snapshot, or add the data bundle with a second -b")

// audits decides the matrix for each context.
func (s *Streams) audits(ctx *cli.Context, a *audited, disabled []workspace.Variant) ([]*report.Audit, error) {
	data := &a.bundle.Data
	if !sitedata.Present(data) {
		return nil, Input(errNoSite)
	}
	if err := workspace.AddNamedSections(data); err != nil {
		return nil, err
	}
	known := bundleNames(ctx, a.bundle, a.compilation)
	if err := a.checkTypes(ctx, known); err != nil {
		return nil, err
	}
	names := report.NamesOf(a.bundle, a.category, a.inactive)
	if a.category == ruleset.Sync && a.by == "summary" {
		names.Login = nil
	}
	if s.Format == render.Table {
		names.Rule = names.ByName()
	}
	progress := s.Progress(ctx)
	audits, err := workspace.AuditQuestion{
		Types: a.types, Actions: a.actions, Environment: a.environment, Cases: ctx.Bool("env-from-rules"),
		Contexts: map[string][]string{"both": {"hub", "qmc"}, "hub": {"hub"}, "qmc": {"qmc"}, "none": {""}}[ctx.String("context")],
		Users:    a.users, Resources: a.elements, Inactive: a.inactive, WithInactive: ctx.Bool("inactive"),
		Names: names, Disabled: disabled, Progress: progress, Parts: progress.parts,
	}.Audit(ctx.Context, a.bundle)
	var selected *workspace.SelectionError
	switch {
	case errors.As(err, &selected):
		return nil, a.nothingSelected(ctx, known, selected)
	case errors.Is(err, partition.ErrBundle):
		return nil, Input(err)
	case err != nil:
		return nil, err
	}
	a.left = audits.LeftOut
	s.auditNotes(ctx, audits)
	return audits.List, nil
}

// checkTypes completes the types of an audit, and returns an error for one that the site does not
// have.
func (a *audited) checkTypes(ctx *cli.Context, known siteNames) error {
	if len(a.types) == 0 {
		a.types = sitedata.Types(&a.bundle.Data)
	}
	for _, typ := range a.types {
		if err := known.mustHave(typ); err != nil {
			return err
		}
	}
	if (a.by == "create" || ctx.IsSet("html") && a.actions&uint32(ruleset.CreateAction) != 0) && !ctx.IsSet("type") {
		var err error
		if a.types, err = workspace.CreatedTypes(&a.bundle.Data, a.types); err != nil {
			return Input(err)
		}
	}
	return nil
}

// nothingSelected returns the usage error for a selection that is wrong or selects nothing.
func (a *audited) nothingSelected(ctx *cli.Context, known siteNames, e *workspace.SelectionError) error {
	flag := map[authzen.Part]string{authzen.SubjectPart: "user", authzen.ResourcePart: "resource"}[e.Part]
	given := ctx.StringSlice(flag)
	switch {
	case e.Err != nil:
		return UsageOf(ctx.Command, "--%s %v", flag, e.Err)
	case e.LeftOut > 0:
		return UsageOf(ctx.Command, "--%s: %s", flag, leftOut(e.LeftOut))
	case e.Part == authzen.SubjectPart:
		return UsageOf(ctx.Command, "--user: no user of the snapshot is %s%s", strings.Join(quoted(given), " or "), meant(given, known.MeantUser))
	}
	return UsageOf(ctx.Command, "--resource: nothing on record is %s%s", strings.Join(quoted(given), " or "),
		meant(given, func(text string) string { return known.MeantResource(text, a.types...) }))
}

// auditNotes writes what audits do not show to standard error.
func (s *Streams) auditNotes(ctx *cli.Context, audits *workspace.Audits) {
	if audits.MoreCases > 0 {
		fmt.Fprintf(s.Err, "--env-from-rules: %d of %d cases are audited; send the others with --env\n", audits.Cases, audits.Cases+audits.MoreCases)
	}
	if note := leftOut(audits.LeftOut); note != "" {
		fmt.Fprintln(s.Err, note)
	}
	if note := report.Note(audits.List[0].Unsent()); note != "" {
		advice := "send them with --env NAME=VALUE, or --env-from-rules for the values that rules name"
		if ctx.Bool("env-from-rules") {
			advice = "the cases have the values that rules name"
		}
		fmt.Fprintf(s.Err, "%s: %s\n", note, advice)
	}
}

// meant returns a suggestion for the first of some arguments, or "".
func meant(given []string, by func(string) string) string {
	for _, text := range given {
		if hint := by(text); hint != "" {
			return hint
		}
	}
	return ""
}

func quoted(texts []string) []string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = strconv.Quote(text)
	}
	return list
}
