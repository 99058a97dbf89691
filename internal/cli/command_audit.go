package cli

import (
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

func auditCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "audit",
		Usage:     "show who may do what on which resources, and by which rules",
		ArgsUsage: "(-b BUNDLE | RULES… --snapshot FOLDER) [--type T] [--action A] [--user WHO] [--resource WHAT] [--by VIEW] [flags]",
		Description: `Every pair of a user on record, or an anonymous one, and a resource on record is
decided by the policy, for all actions. Users and resources that the rules cannot
tell apart are decided once, so that a matrix of a billion pairs takes seconds.

--by says what has a row: class (subjects and resources with the same rights,
folded), member (who and what is in the classes), cell (each pair), user, resource,
nobody (resources that nobody has anything on), rule (its reach, and what a disabled
one would grant), create (who may create what), or summary. A right to create is no
right on what is on record, and in no other row. Rights that depend on session attributes are there only
if --env sends these attributes; --env-from-rules adds a case for each combination of
values that a rule names. docs/access.md describes the columns.
--html writes all of it as one page that an auditor opens in a browser, with tabs for
License and load balancing rules if the export has any.

EXAMPLES:
   qlik2rego audit systemrule.json --snapshot site/ --by summary
   qlik2rego audit -b bundle.tar.gz --type App --action read --context hub --by user
   qlik2rego audit systemrule.json --snapshot site/ --type App --user group=Sales --by cell --format csv -o sales.csv
   qlik2rego audit -b bundle.tar.gz --user 'NONE\anonymous' --by cell
   qlik2rego audit -b bundle.tar.gz --type App --format parquet -o matrix.parquet
   qlik2rego audit systemrule.json --snapshot site/ --html report.html`,
		Flags: slices.Concat(append(CompileFlags(), CategoryFlag()), []cli.Flag{BundleFlag()}, AuditFlags(), []cli.Flag{
			ByFlag(),
			precedenceFlag(),
			formatFlag(tabular.Formats()),
			PageFlag(),
			EngineFlag(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, atomically; - is standard output"},
		}),
		Action: func(ctx *cli.Context) error {
			useEngine(ctx)
			return streams.Audit(ctx)
		},
	}
}
