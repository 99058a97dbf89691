package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/live/show"
)

func siteCheckCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "site check",
		Usage:     "test the connection to a site, and show the rights of the user",
		ArgsUsage: "[--sites FILE] [--site NAME]",
		Description: `The command reads counts and the rights of the user, and writes nothing.
The exit code is 1 if a right is missing that pull, plan, verify, watch or apply need.
An error shows the answer of the site, its meaning and what to do.

EXAMPLES:
   qlik2rego site check
   qlik2rego site check --sites sites.yaml --site prod --format json`,
		Flags: append(SiteFlags(), formatFlag(show.Checks)),
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return UsageOf(ctx.Command, "site check has flags only; did you mean --site %s?", ctx.Args().First())
			}
			return streams.siteCheck(ctx)
		},
	}
}

func (s *Streams) siteCheck(ctx *cli.Context) error {
	client, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	check, err := live.CheckSite(ctx.Context, client)
	if err != nil {
		return calling(client, err)
	}
	err = show.Checks.Render(s.Format, s.Out, check)
	if err == nil && !check.Able() {
		return No()
	}
	return err
}
