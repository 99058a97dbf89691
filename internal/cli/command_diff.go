package cli

import (
	"slices"

	"github.com/urfave/cli/v2"
)

func diffCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "show who gains and who loses access through a change of rules",
		ArgsUsage: "(OLD-RULES NEW-RULES | RULES [--disable RULE] [--enable RULE] [--add FILE] [--set RULE.FIELD=VALUE]) [--snapshot FOLDER | --old-snapshot FOLDER --new-snapshot FOLDER] [--fail-on GATE] [flags]",
		Description: `The policies of both sides decide every user and resource of the
snapshot. Differences are grouped by cause: the rule, and the clause of its condition
with line and column. A right is one action of one user on one resource. It is counted
once, even if it differs in several contexts; create is counted by user and type. With
two snapshots, the sites can differ as well. Without a snapshot, the comparison covers
all possible sites. The result is then a proof that both sides grant the same, or
examples of users and resources for each difference.

A gate is KIND[:ACTION[:TYPE]][=LIMIT], where KIND is gain, loss or any: --fail-on
gain:delete:App ends with exit code 1 if anybody gains the action delete on an app,
--fail-on loss=100 if more than 100 rights are lost. --fail-on left-out does so if
anything was not compared. A baseline contains accepted differences. A difference counts
again if it is not exactly the accepted one.

--html also writes a page for auditors: one file with filters, a search, and the users
and resources of each difference.

EXAMPLES:
   qlik2rego diff old.json new.json --snapshot site/
   qlik2rego diff old.json new.json --snapshot site/ --fail-on gain:delete --fail-on gain:*:App=500
   qlik2rego diff old.json new.json --snapshot site/ --baseline accepted.json --format markdown -o comment.md
   qlik2rego diff old.json new.json --snapshot site/ --html change.html --fail-on gain
   qlik2rego diff old.json new.json --snapshot site/ --baseline accepted.json --update-baseline
   qlik2rego diff rules.json --snapshot site/ --disable Stream
   qlik2rego diff rules.json --snapshot site/ --set 'Stream.condition=user.group = "Sales"' --add new-rule.json
   qlik2rego diff old.json new.json
   qlik2rego diff --old-snapshot monday/ --new-snapshot tuesday/ --format sarif`,
		Flags: slices.Concat(append(CompileFlags(), CategoryFlag()), DiffFlags(), whatIfFlags(), []cli.Flag{EngineFlag(), formatFlag(diffFormats(""))}),
		Action: func(ctx *cli.Context) error {
			useEngine(ctx)
			return streams.Diff(ctx)
		},
	}
}
