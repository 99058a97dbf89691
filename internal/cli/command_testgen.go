package cli

import (
	"github.com/urfave/cli/v2"
)

func testgenCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "testgen",
		Usage:     "write Rego tests that pin what rules decide on a site",
		ArgsUsage: "RULES… --snapshot FOLDER [-o tests_test.rego] [--score] [flags]",
		Description: `Every clause of every condition comes out true and false, for every type that
its rule reaches, by as few requests as possible. Requests are about the site's
own users and resources and, where it has nobody, describe some. What no request
shows is listed. A file that was edited by hand is not replaced. Tests run under qlik2rego test and opa test.

With --score the rules are changed, one clause, operator, constant, filter,
action or context at a time, and the tests are run against every change.

EXAMPLES:
   qlik2rego testgen systemrule.json --snapshot site/
   qlik2rego testgen systemrule.json --snapshot site/ -o policy/tests_test.rego --score
   qlik2rego testgen --snapshot site/ --on-record --format json
   qlik2rego test systemrule.json tests_test.rego --snapshot site/`,
		Flags: append(append(CompileFlags(), CategoryFlag()),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "the tests, `FILE` or - for standard output", Value: "tests_test.rego"},
			&cli.BoolFlag{Name: "force", Usage: "replace the file even if it was edited since testgen wrote it"},
			&cli.BoolFlag{Name: "on-record", Usage: "describe nobody: requests are about the entities of the snapshot alone"},
			&cli.BoolFlag{Name: "score", Usage: "count the changes to the rules that the tests notice"},
			&cli.IntFlag{Name: "max-requests", Usage: "consider at most `N` requests about the snapshot, but at least one for each equivalence class of users and of resources", Value: 100_000},
			EngineFlag(),
			formatFlag(streams.testgenFormats())),
		Action: func(ctx *cli.Context) error {
			useEngine(ctx)
			return streams.Testgen(ctx)
		},
	}
}
