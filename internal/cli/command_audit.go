package cli

import (
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

func auditCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "audit",
		Usage:     "show who can do what on which resources, and which rules allow it",
		ArgsUsage: "(-b BUNDLE | RULES… --snapshot FOLDER) [--type T] [--action A] [--user WHO] [--resource WHAT] [--by VIEW] [flags]",
		Description: `The policy decides all actions for every user of the snapshot, an
anonymous user, and every resource. Users and resources that the rules cannot tell apart
form an equivalence class, which is decided once. Therefore a billion pairs take
seconds.

--by selects the rows: class (equivalence classes with equal rights), member (the
members of the classes), cell (each pair of a user and a resource), user, resource,
nobody (resources that nobody has access to), rule (the effect of each rule, also of
disabled rules), create (who can create what), or summary. Rights to create are only in
the rows of create. Rights that depend on session attributes need --env;
--env-from-rules adds a case for each combination of values that a rule names.
docs/access.md describes the columns.

--html writes one page for a browser, with tabs for License and load balancing rules if
the export has any.

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
