package cli

import (
	"slices"

	"github.com/urfave/cli/v2"
)

func diffCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "show who gains and who loses what by a change of rules",
		ArgsUsage: "(OLD-RULES NEW-RULES | RULES [--disable RULE] [--enable RULE] [--add FILE] [--set RULE.FIELD=VALUE]) [--snapshot FOLDER | --old-snapshot FOLDER --new-snapshot FOLDER] [--fail-on GATE] [flags]",
		Description: `Both sides are decided by the policy, for every user and resource of the snapshot, and
what differs is grouped by its cause: the rule, and the clause of its condition with
line and column. A right is one action of one user on one resource, counted once in however
many contexts it differs; create is counted by user and type. With two snapshots
the sites may differ as well. Without a snapshot, the question is about every site
that could be: the answer is a proof that both sides grant the same, or users and
resources that show each difference.

A gate is KIND[:ACTION[:TYPE]][=LIMIT], where KIND is gain, loss or any: --fail-on
gain:delete:App ends with exit code 1 if anybody gains the action delete on an app,
--fail-on loss=100 if more than 100 rights are lost. --fail-on left-out does if anything
was not compared. A baseline holds accepted differences: each counts again as soon as it
is not exactly the one that was accepted.

--html also writes a page for auditors, one file that needs nothing else, with filters,
search, and whom and what each difference concerns.

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
