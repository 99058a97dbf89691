package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

func testCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "test",
		Usage:     "run Rego tests with the compiled policy",
		ArgsUsage: "BUNDLE-OR-RULES TESTS… [--snapshot FOLDER] [flags]",
		Description: `The first argument is a bundle or a rule export. The others are files
and folders with Rego tests (test_…) and their data. With -b, all arguments are tests.
The exit code is 1 if a test fails or if there are no tests.

EXAMPLES:
   qlik2rego test bundle.tar.gz tests/
   qlik2rego test systemrule.json tests/ --snapshot site/ -v
   qlik2rego test bundle.tar.gz tests/ -r 'test_anna' --format json`,
		Flags: append(CompileFlags(),
			BundleFlag(),
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "list the tests that pass as well"},
			&cli.StringFlag{Name: "run", Aliases: []string{"r"}, Usage: "run only tests whose path matches the `REGEXP`"},
			formatFlag(testFormats(false))),
		Action: func(ctx *cli.Context) error {
			filter, err := TestFilter(ctx)
			if err != nil {
				return err
			}
			bundle, tests, err := streams.TestSubject(ctx)
			if err != nil {
				return err
			}
			results, err := engine.Test(ctx.Context, bundle, tests, filter)
			if err != nil {
				return Input(err)
			}
			return streams.TestReport(results, ctx.Bool("verbose"))
		},
	}
}
