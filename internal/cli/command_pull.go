package cli

import (
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/live/show"
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
			ProgressFlag(), formatFlag(show.Pulls)),
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
	return show.Pulls.Render(s.Format, s.Out, show.PulledInto(dir, result))
}
