package cli

import (
	"github.com/urfave/cli/v2"
)

func testgenCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "testgen",
		Usage:     "write Rego tests that record the decisions of rules on a site",
		ArgsUsage: "RULES… --snapshot FOLDER [-o tests_test.rego] [--score] [flags]",
		Description: `The tests make every clause of every condition true and false, for every
type of its rule, with few requests. Requests use the users and resources of the site,
and describe others if the site has none that fit. Clauses that no request covers are
listed. A file that was edited by hand is not replaced. Run the tests with qlik2rego
test or opa test.

With --score, the command changes one clause, operator, constant, filter, action or
context of the rules at a time, and runs the tests with every change.

EXAMPLES:
   qlik2rego testgen systemrule.json --snapshot site/
   qlik2rego testgen systemrule.json --snapshot site/ -o policy/tests_test.rego --score
   qlik2rego testgen --snapshot site/ --on-record --format json
   qlik2rego test systemrule.json tests_test.rego --snapshot site/`,
		Flags: append(append(CompileFlags(), CategoryFlag()),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "the tests, `FILE` or - for standard output", Value: "tests_test.rego"},
			&cli.BoolFlag{Name: "force", Usage: "replace the file even if it was edited since testgen wrote it"},
			&cli.BoolFlag{Name: "on-record", Usage: "use only entities of the snapshot in requests"},
			&cli.BoolFlag{Name: "score", Usage: "measure how many changes of the rules the tests notice"},
			&cli.IntFlag{Name: "max-requests", Usage: "use at most `N` requests about the snapshot, but at least one for each equivalence class of users and resources", Value: 100_000},
			EngineFlag(),
			formatFlag(streams.testgenFormats())),
		Action: func(ctx *cli.Context) error {
			useEngine(ctx)
			return streams.Testgen(ctx)
		},
	}
}
