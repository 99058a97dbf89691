package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// DiffFlags are the flags of diff beside those of compilation.
func DiffFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "old-snapshot", TakesFile: true, Usage: "the old snapshot, a `FOLDER`, if the sites differ"},
		&cli.StringFlag{Name: "new-snapshot", TakesFile: true, Usage: "the new snapshot, a `FOLDER`"},
	}, diffQuestionFlags(), []cli.Flag{
		&cli.StringFlag{Name: "baseline", TakesFile: true, Usage: "ignore the accepted differences in `FILE`"},
		&cli.BoolFlag{Name: "update-baseline", Usage: "accept all differences: write a new baseline"},
		&cli.StringFlag{Name: "html", Usage: "also write a page for browsers to `FILE`"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, atomically; - is standard output"},
	})
}

// diffQuestionFlags are the flags that say which requests are compared, and what fails.
func diffQuestionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "context", Usage: "the context of requests: `hub`, qmc, or none for requests without a context; repeatable; the default is all"},
		&cli.StringSliceFlag{Name: "env", Usage: "set a session attribute, `NAME=VALUE`; repeatable, the same name adds a value"},
		&cli.StringSliceFlag{Name: "fail-on", Usage: "a `GATE`, KIND[:ACTION[:TYPE]][=LIMIT]: exit code 1 if more rights differ; repeatable"},
	}
}

// diffing is what diff is asked for.
type diffing struct {
	gates    []difference.Gate
	baseline *difference.Baseline
	in       difference.Input
	// file is the first file of the new rules.
	file string
}

// Diff compares two sets of rules and writes what the step from one to the other does.
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

// types returns the types that gates may name, those of the schema first.
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

// diffFacts says what a comparison was made from.
func diffFacts(ctx *cli.Context) []shell.Fact {
	var p provenance
	for i, name := range ctx.Args().Slice() {
		side := "Rules"
		if ctx.NArg() == 2 {
			side = [...]string{"Old rules", "New rules"}[i]
		}
		p.file(side, name)
	}
	p.file("Snapshot", ctx.String("snapshot"))
	p.file("Old snapshot", ctx.String("old-snapshot"))
	p.file("New snapshot", ctx.String("new-snapshot"))
	p.file("Baseline", ctx.String("baseline"))
	p.flags(ctx, whatIfFlags(), diffQuestionFlags(), readingFlags())
	p.version()
	return p
}

// baseNames shortens paths to their last elements, unless they would be equal.
func baseNames(paths []string) []string {
	short := make([]string, len(paths))
	for i, path := range paths {
		if short[i] = filepath.Base(path); slices.Contains(short[:i], short[i]) {
			return paths
		}
	}
	return short
}

// compared says what was compared, as the command line names it.
func compared(ctx *cli.Context) string {
	title := strings.TrimSpace(strings.Join(baseNames(ctx.Args().Slice()), " → ") + " " + strings.Join(commandLine(ctx, whatIfFlags()), " "))
	add := func(lead, text string) {
		if title != "" {
			text = lead + text
		}
		title += text
	}
	if site := ctx.String("snapshot"); site != "" {
		add(" on ", filepath.Base(site))
	} else if old := ctx.String("old-snapshot"); old != "" {
		add(" on ", old+" → "+ctx.String("new-snapshot"))
	}
	return title
}

// diffReport writes the report, and with it the page and the baseline if there are new
// ones.
func (s *Streams) diffReport(ctx *cli.Context, out *Outputs, r *difference.Report, file string) error {
	if name := ctx.String("html"); name != "" {
		page := show.HTML{Title: compared(ctx), Facts: diffFacts(ctx)}
		if err := out.File(name, func(w io.Writer, _ string) error { return page.Render(w, r) }); err != nil {
			return err
		}
	}
	return out.commitWith(ctx.String("output"), func(w io.Writer, _ string) error { return diffFormats(file).Render(s.Format, w, r) })
}

// diffFormats are the formats of diff. Code scanners show in the file what the new rules no
// longer hold.
func diffFormats(file string) render.Formats[*difference.Report] {
	return render.Results(show.Text{}).
		With(render.Markdown, show.Markdown{}).
		With(render.SARIF, render.Func[*difference.Report](func(w io.Writer, r *difference.Report) error {
			return show.SARIF{Log: sarif("diff"), File: file}.Render(w, r)
		})).
		With(render.JUnit, show.JUnit{})
}

// flags reads the flags that need no input but the baseline.
func (d *diffing) flags(ctx *cli.Context) error {
	for _, spec := range ctx.StringSlice("fail-on") {
		g, err := difference.ParseGate(spec)
		if err != nil {
			return UsageOf(ctx.Command, "--fail-on: %v", err)
		}
		d.gates = append(d.gates, g)
	}
	contexts := []string{"hub", "qmc", difference.NoContext}
	for _, c := range ctx.StringSlice("context") {
		if !slices.Contains(contexts, c) {
			return UsageOf(ctx.Command, "--context is hub, qmc or none, not %q%s", c, didYouMean(c, contexts, as))
		}
		if !slices.Contains(d.in.Contexts, c) {
			d.in.Contexts = append(d.in.Contexts, c)
		}
	}
	var err error
	if d.in.Environment, err = environment(ctx); err != nil {
		return err
	}
	old, new := ctx.IsSet("old-snapshot"), ctx.IsSet("new-snapshot")
	switch {
	case old != new:
		return UsageOf(ctx.Command, "--old-snapshot and --new-snapshot belong together; --snapshot is for both sides")
	case old && ctx.IsSet("snapshot"):
		return UsageOf(ctx.Command, "--snapshot is for both sides, --old-snapshot and --new-snapshot are for one each")
	case ctx.Bool("update-baseline") && !ctx.IsSet("baseline"):
		return UsageOf(ctx.Command, "--update-baseline writes the file that --baseline names")
	case isWhatIf(ctx) && (ctx.NArg() > 1 || ctx.NArg() == 0 && !ctx.IsSet("snapshot")):
		return UsageOf(ctx.Command, "--disable, --enable, --add and --set change one set of rules: name it alone")
	case isWhatIf(ctx) && old:
		return UsageOf(ctx.Command, "--disable, --enable, --add and --set compare on one site: name it with --snapshot")
	case !isWhatIf(ctx) && ctx.NArg() != 2 && (ctx.NArg() != 0 || !old):
		return UsageOf(ctx.Command, "diff compares two sets of rules, OLD-RULES and NEW-RULES; there are %d", ctx.NArg())
	}
	outputs := []string{cmp.Or(ctx.String("output"), stdio), ctx.String("html")}
	if ctx.Bool("update-baseline") {
		outputs = append(outputs, ctx.String("baseline"))
	}
	if err := distinctOutputs(ctx, outputs...); err != nil || !ctx.IsSet("baseline") || ctx.Bool("update-baseline") {
		return err
	}
	name := ctx.String("baseline")
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Input(fmt.Errorf("there is no baseline %s: write one with --update-baseline", name))
	}
	if err != nil {
		return Input(err)
	}
	defer func() { _ = f.Close() }() // read only
	if d.baseline, err = difference.ReadBaseline(f); err != nil {
		return Input(fmt.Errorf("%s: %w", name, err))
	}
	return nil
}

// diffSides compiles both sides and reads their site, or sites.
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
	return s.hint(new.Diagnostics) // those of the old side are history
}

// ofBoth returns what was found on either side; what both found in one file or snapshot
// is there once.
func ofBoth(old, new diag.List) diag.List {
	list := slices.Clone(old)
	for _, d := range new {
		if !slices.ContainsFunc(old, func(o diag.Diagnostic) bool { return sameFinding(o, d) }) {
			list = append(list, d)
		}
	}
	return list
}

// sameFinding says whether two findings say the same of the same place.
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
