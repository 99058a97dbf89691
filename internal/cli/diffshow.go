package cli

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// diffReport writes the report, and the page and the baseline if they were requested.
func (s *Streams) diffReport(ctx *cli.Context, out *Outputs, r *difference.Report, file string) error {
	if name := ctx.String("html"); name != "" {
		page := show.HTML{Title: compared(ctx), Facts: diffFacts(ctx)}
		if err := out.File(name, func(w io.Writer, _ string) error { return page.Render(w, r) }); err != nil {
			return err
		}
	}
	return out.commitWith(ctx.String("output"), func(w io.Writer, _ string) error { return diffFormats(file).Render(s.Format, w, r) })
}

// diffFormats are the formats of diff. In SARIF, the findings are in the new rules file.
func diffFormats(file string) render.Formats[*difference.Report] {
	return render.Results(show.Text{}).
		With(render.Markdown, show.Markdown{}).
		With(render.SARIF, render.Func[*difference.Report](func(w io.Writer, r *difference.Report) error {
			return show.SARIF{Log: sarif("diff"), File: file}.Render(w, r)
		})).
		With(render.JUnit, show.JUnit{})
}

// diffFacts describes the input of a comparison.
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

// compared describes what was compared, as written on the command line.
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
