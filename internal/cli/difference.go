package cli

import (
	"errors"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// diffing is the input of diff.
type diffing struct {
	gates    []difference.Gate
	baseline *difference.Baseline
	in       difference.Input
	// file is the first file of the new rules.
	file string
}

// Diff compares two sets of rules and writes the effect of the change.
func (s *Streams) Diff(ctx *cli.Context) error {
	d := &diffing{}
	if err := d.flags(ctx); err != nil {
		return err
	}
	if err := s.diffSides(ctx, d); err != nil {
		return err
	}
	known := d.types()
	for _, g := range d.gates {
		if err := g.CheckTypes(known); err != nil {
			return UsageOf(ctx.Command, "--fail-on: %v", err)
		}
	}
	r, err := difference.Compare(ctx.Context, d.in)
	if err != nil {
		return err
	}
	out := s.outputs()
	defer out.Discard()
	if ctx.Bool("update-baseline") {
		d.baseline = r.Baseline()
		if err := out.File(ctx.String("baseline"), func(w io.Writer, _ string) error { return d.baseline.Write(w) }); err != nil {
			return err
		}
	}
	if d.baseline != nil {
		r.Accept(d.baseline)
	}
	r.Judge(d.gates)
	if err := s.diffReport(ctx, &out, r, d.file); err != nil {
		return err
	}
	if r.Hit() {
		return No()
	}
	return nil
}

// types returns the types that gates may name. Those of the schema come first.
func (d *diffing) types() []string {
	var known []string
	for _, t := range d.in.New.Policy.Options.Schema.Types() {
		known = append(known, t.Name)
	}
	for _, side := range []difference.Side{d.in.Old, d.in.New} {
		known = append(known, sitedata.Types(&side.Bundle.Data)...)
		for _, c := range side.Policy.Reads.Classes {
			if c.Named {
				known = append(known, c.Key)
			}
		}
	}
	return known
}

// diffSides compiles both sides and reads their common site, or their two sites.
func (s *Streams) diffSides(ctx *cli.Context, d *diffing) error {
	dirs := [2]string{ctx.String("snapshot"), ctx.String("snapshot")}
	if ctx.IsSet("old-snapshot") {
		dirs = [2]string{ctx.String("old-snapshot"), ctx.String("new-snapshot")}
	}
	var sides [2]*workspace.Workspace
	for i, dir := range dirs {
		var rules []string
		switch ctx.NArg() {
		case 1:
			rules = ctx.Args().Slice()
		case 2:
			rules = ctx.Args().Slice()[i : i+1]
		}
		var change changeOf
		if i == 1 && isWhatIf(ctx) {
			change = func(rules []ruleset.Rule) ([]ruleset.Rule, diag.List, error) { return whatIf(ctx, rules) }
		}
		c, err := s.compileOver(ctx, rules, dir, change)
		if err != nil {
			return err
		}
		sides[i] = c
	}
	old, new := sides[0], sides[1]
	var err error
	switch d.in, err = old.Sides(ctx.Context, new, d.in); {
	case errors.Is(err, workspace.ErrBroken):
		return s.Broken(ofBoth(old.Diagnostics, new.Diagnostics))
	case err != nil:
		return err
	}
	for _, r := range new.Rules[:min(1, len(new.Rules))] {
		d.file = r.Filter.File
	}
	return s.hint(new.Diagnostics) // findings only on the old side are not reported
}

// ofBoth returns the findings of both sides, without duplicates from a common file or snapshot.
func ofBoth(old, new diag.List) diag.List {
	list := slices.Clone(old)
	for _, d := range new {
		if !slices.ContainsFunc(old, func(o diag.Diagnostic) bool { return sameFinding(o, d) }) {
			list = append(list, d)
		}
	}
	return list
}

// sameFinding reports whether two findings are the same at the same position.
func sameFinding(a, b diag.Diagnostic) bool {
	file := func(d diag.Diagnostic) string {
		if d.Text == nil {
			return ""
		}
		return d.Text.File
	}
	at, _ := a.Position()
	other, _ := b.Position()
	return a.Code == b.Code && a.Summary == b.Summary && a.Rule == b.Rule && file(a) == file(b) && at == other
}
