package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live/apply"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/live/show"
)

func rollbackCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "rollback",
		Usage:     "restore the rules of a live site from a backup of apply",
		ArgsUsage: "backups/BACKUP.json [--sites FILE] [--site NAME] [flags]",
		Description: `Rules that were changed since the backup get their previous fields.
Deleted rules are created again with new ids from the site. Rules that were created
since are deleted. The command plans and writes like apply, with another backup.
--dry-run shows the plan and writes nothing.

EXAMPLES:
   qlik2rego rollback backups/2026-11-28T031000.000Z.json --site prod --dry-run
   qlik2rego rollback backups/2026-11-28T031000.000Z.json --site prod`,
		Flags: append(SiteFlags(),
			&cli.BoolFlag{Name: "dry-run", Usage: "show what would be written"},
			&cli.BoolFlag{Name: "i-know", Usage: "allow a backup that locks administrators out"},
			backupsFlag(), ProgressFlag(), formatFlag(show.Plans)),
		Action: func(ctx *cli.Context) error {
			if ctx.NArg() != 1 {
				return UsageOf(ctx.Command, "rollback takes one backup, which apply has written")
			}
			return streams.rollback(ctx)
		},
	}
}

func (s *Streams) rollback(ctx *cli.Context) error {
	backup, rules, err := apply.ReadBackup(ctx.Args().First())
	if err != nil {
		return s.planning(Input(err))
	}
	client, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	if site := client.Site(); backup.Site != site.Name && backup.URL != site.URL {
		return UsageOf(ctx.Command, "%s is a backup of the site %s at %s, not of %s at %s", ctx.Args().First(), backup.Site, backup.URL, site.Name, site.URL)
	}
	p, err := plan.ToBackup(ctx.Context, client, rules, plan.Options{NoGuard: ctx.Bool("i-know"), Progress: s.Progress(ctx)})
	if err != nil {
		return s.planning(calling(client, err))
	}
	if _, err := p.Encode(); err != nil {
		return err
	}
	if ctx.Bool("dry-run") {
		if err := show.Plans.Render(s.Format, s.Out, p); err != nil || !p.Blocked() {
			return err
		}
		return No()
	}
	return s.applyPlan(ctx, client, p, false)
}
