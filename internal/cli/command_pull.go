package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

func pullCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "pull",
		Usage:     "read the rules and the entities of a live site into a folder",
		ArgsUsage: "-o FOLDER [--sites FILE] [--site NAME] [flags]",
		Description: `The command writes to FOLDER: one .qrule file per rule in rules/, the
users, apps and other entities as site/*.json, site.lock.json with fields of rules that
only the site uses, and manifest.json. Keep rules/ and site.lock.json in Git. Other
commands accept the folder as RULES and as --snapshot.

The folder is written atomically, and the same site gives the same bytes. Passwords and
connection strings are dropped. Edited rule files are overwritten only with --overwrite.
Other files in FOLDER are not changed. With names: true in sites.yaml, rule files
contain ${stream:Finance} instead of an id.

EXAMPLES:
   qlik2rego pull -o repo/
   qlik2rego pull --sites sites.yaml --site prod -o repo/ --incremental
   qlik2rego audit repo/ --html access.html`,
		Flags: append(SiteFlags(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FOLDER`"},
			&cli.BoolFlag{Name: "incremental", Usage: "read only changes since the last pull, and everything every 24 hours"},
			&cli.BoolFlag{Name: "overwrite", Usage: "overwrite edited rule files"},
			ProgressFlag(), formatFlag(pullFormats)),
		Action: func(ctx *cli.Context) error {
			switch {
			case ctx.Args().Present():
				return UsageOf(ctx.Command, "the folder is named with -o; did you mean -o %s?", ctx.Args().First())
			case ctx.String("output") == "":
				return UsageOf(ctx.Command, "no folder to write to: name one with -o")
			}
			return streams.pull(ctx)
		},
	}
}

// PullReport is the result of pull in JSON.
type PullReport struct {
	Path        string         `json:"path"`
	Site        string         `json:"site"`
	Build       string         `json:"build"`
	Rules       int            `json:"rules"`
	Entities    int            `json:"entities"`
	Counts      map[string]int `json:"counts"`
	Absent      []string       `json:"absent"`
	Unchanged   bool           `json:"unchanged"`
	Incremental bool           `json:"incremental"`
	Calls       int64          `json:"calls"`
	Bytes       int64          `json:"bytes"`
}

func (s *Streams) pull(ctx *cli.Context) error {
	client, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	dir := ctx.String("output")
	result, err := pull.Into(ctx.Context, client, dir, pull.Options{
		Incremental: ctx.Bool("incremental"), Overwrite: ctx.Bool("overwrite"), Names: client.Site().Names, Progress: s.Progress(ctx),
	})
	var broken *pull.RulesError
	if errors.As(err, &broken) {
		return s.Broken(broken.Findings)
	}
	if err != nil {
		return calling(client, err)
	}
	m := result.Manifest
	report := PullReport{
		Path: dir, Site: m.Site, Build: m.Build, Rules: m.Rules, Entities: m.Count(), Counts: map[string]int{}, Absent: m.Absent,
		Unchanged: result.Unchanged, Incremental: result.Incremental, Calls: result.Calls, Bytes: result.Bytes,
	}
	for _, part := range m.Collections {
		report.Counts[part.Type] = part.Count
	}
	return pullFormats.Render(s.Format, s.Out, report)
}

// pullFormats are the formats of pull.
var pullFormats = render.Results(render.Func[PullReport](pullText))

func pullText(w io.Writer, r PullReport) error {
	var shown []string
	for _, c := range live.Collections() {
		if n := r.Counts[c.Type]; n > 0 && c.Type != "SystemRule" {
			shown = append(shown, fmt.Sprintf("%s %d", c.Type, n))
		}
	}
	what := "pulled the site " + r.Site
	if r.Unchanged {
		what = "nothing has changed on the site " + r.Site
	}
	_, err := fmt.Fprintf(w, "%s (build %s): %s, %s\n%s\nin %s\n", what, r.Build,
		Count(r.Rules, "rule"), fmt.Sprintf("%d entities", r.Entities-r.Counts["SystemRule"]), strings.Join(shown, ", "), tabular.Printable(r.Path))
	return err
}
