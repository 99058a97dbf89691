package cli

import (
	"slices"

	"github.com/urfave/cli/v2"
)

func assumptionsCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "assumptions",
		Usage:     "list the decisions that depend on undocumented behavior or on missing data",
		ArgsUsage: "RULES… --snapshot FOLDER [--fail-on uncertain] [flags]",
		Description: `The vendor does not document the meaning of rules completely, and a
snapshot does not contain all data of a site. For each open point, the command compiles
the rules with the alternative interpretation, decides every user and resource of the
snapshot both ways, and counts the differences by rule. Open points of a snapshot are
the fields of --assume-empty, missing entities, and users that cannot log in. A right is
one action of one user on one resource; create is counted by user and type. Points that
cannot be decided are listed with their rules. Session attributes have the values of
--env.

With --fail-on uncertain, the exit code is 1 if a decision depends on an open point.

EXAMPLES:
   qlik2rego assumptions systemrule.json --snapshot site/
   qlik2rego assumptions systemrule.json --snapshot site/ --format json --fail-on uncertain`,
		Flags: slices.Concat(CompileFlags(), []cli.Flag{
			&cli.StringSliceFlag{Name: "env", Usage: "set a session attribute, `NAME=VALUE`; repeatable, the same name adds a value"},
			Choice("fail-on", "exit with code 1 if a decision depends on an assumption", "nothing", "uncertain"),
			formatFlag(assumptionFormats),
		}),
		Action: func(ctx *cli.Context) error {
			return streams.Assumptions(ctx)
		},
	}
}
