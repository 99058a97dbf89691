package cli

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
)

// PageFlag is the flag --html.
func PageFlag() cli.Flag {
	return &cli.StringFlag{Name: "html", Usage: "write a page for browsers to `FILE` instead of rows"}
}

// pageAlone returns an error for flags about the format of rows in combination with --html.
func pageAlone(ctx *cli.Context) error {
	if ctx.IsSet("html") {
		for _, flag := range []string{"by", "format", "output"} {
			if ctx.IsSet(flag) {
				return UsageOf(ctx.Command, "--html and --%s: a page has all views in one; leave one of the two out", flag)
			}
		}
	}
	return nil
}

// page writes audits as a page to a file, atomically.
func (s *Streams) page(ctx *cli.Context, a *audited, audits []*report.Audit) error {
	sources := slices.Concat(ctx.StringSlice("bundle"), ctx.Args().Slice())
	if len(sources) == 0 {
		sources = []string{"the rules"}
	}
	for i, name := range sources {
		sources[i] = filepath.Base(name)
	}
	title := strings.Join(sources, ", ")
	if dir := ctx.String("snapshot"); dir != "" {
		title += " on " + filepath.Base(dir)
	}
	doc, err := page.Build(title, explainLine(ctx), a.bundle, audits)
	if err != nil {
		return err
	}
	doc.Facts, doc.LeftOut = auditFacts(ctx, a), a.left
	if a.compilation != nil {
		doc.Describe(a.compilation.Rules)
		if doc.Assumptions, err = s.assumptions(ctx, a.compilation, a.environment); err != nil {
			return err
		}
		if err := s.categoryTabs(ctx, a, doc); err != nil {
			return err
		}
	}
	out := s.outputs()
	defer out.Discard()
	if err := out.File(ctx.String("html"), func(w io.Writer, _ string) error { return page.Write(w, doc) }); err != nil {
		return err
	}
	return out.Commit()
}

// auditFacts describes the input of an audit.
func auditFacts(ctx *cli.Context, a *audited) []shell.Fact {
	var p provenance
	for _, name := range ctx.StringSlice("bundle") {
		p.file("Bundle", name)
	}
	for _, name := range ctx.Args().Slice() {
		p.file("Rules", name)
	}
	if a.compilation != nil {
		p.rules("Rules read", a.compilation.Rules)
	}
	p.file("Snapshot", ctx.String("snapshot"))
	for _, m := range a.bundle.Manifests {
		p.add("Bundle revision", m.Revision)
	}
	p.flags(ctx, AuditFlags(), readingFlags())
	p.version()
	return p
}

// explainLine returns the beginning of the command line that explains one request of an audit.
func explainLine(ctx *cli.Context) []string {
	line := []string{"qlik2rego", "explain"}
	for _, name := range ctx.StringSlice("bundle") {
		line = append(line, "-b", name)
	}
	line = append(line, ctx.Args().Slice()...)
	line = append(line, commandLine(ctx, meaningFlags())...)
	for _, value := range ctx.StringSlice("env") {
		line = append(line, "--env", value)
	}
	return line
}
