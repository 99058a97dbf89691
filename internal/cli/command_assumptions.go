package cli

import (
	"slices"

	"github.com/urfave/cli/v2"
)

func assumptionsCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "assumptions",
		Usage:     "show which decisions of a site depend on undocumented behavior and on the snapshot",
		ArgsUsage: "RULES… --snapshot FOLDER [--fail-on uncertain] [flags]",
		Description: `The vendor does not document all that a rule means, and a snapshot does not have all of
a site: fields that --assume-empty names, entities that are only referred to, users who
do not log in. For each such point the rules are compiled in the other reading as well,
both are decided for every user and resource of the snapshot, and what differs is
counted by rule. A right is one action of one user on
one resource; create is counted by user and type. What cannot be decided is listed with
the rules. Session attributes are those of --env.

With --fail-on uncertain the exit code is 1 if a decision depends on one of these points.

EXAMPLES:
   qlik2rego assumptions systemrule.json --snapshot site/
   qlik2rego assumptions systemrule.json --snapshot site/ --format json --fail-on uncertain`,
		Flags: slices.Concat(CompileFlags(), []cli.Flag{
			&cli.StringSliceFlag{Name: "env", Usage: "a session attribute, `NAME=VALUE`; the same name again adds a value"},
			Choice("fail-on", "what makes the exit code 1", "nothing", "uncertain"),
			formatFlag(assumptionFormats),
		}),
		Action: func(ctx *cli.Context) error {
			return streams.Assumptions(ctx)
		},
	}
}
