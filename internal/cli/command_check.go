package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func checkCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "parse and resolve rules and report what is wrong",
		ArgsUsage: "RULES… [--snapshot FOLDER] [flags]",
		Description: `RULES are rule exports, files or folders, or - for standard input; without any, the
systemrule.json of the snapshot. Diagnostics go to standard error and a summary to
standard output; in the formats json, sarif and github all goes to standard output.
The exit code is 3 where compile would refuse the rules: with --skip-invalid, which
leaves rules with errors out, they are reported and the exit code is 0.

With --cost, check says which rules dominate a decision, and why: the expected
number of expressions that OPA evaluates for each. A rule that is found by the value
of an attribute costs next to nothing, however many there are like it; one without
an equality is evaluated by every decision about its types and actions.

EXAMPLES:
   qlik2rego check systemrule.json
   qlik2rego check rules/ --snapshot site/ --strict
   qlik2rego check systemrule.json --format sarif > rules.sarif
   qlik2rego check systemrule.json --format github --fail-on warning
   qlik2rego check systemrule.json --cost`,
		Flags: append(CompileFlags(),
			&cli.BoolFlag{Name: "cost", Usage: "estimate what each rule adds to a decision (formats text and json)"},
			FormatFlag(SARIF, GitHub),
			Choice("fail-on", "what makes the exit code 1 where there is no error, which makes it 3", "error", "warning")),
		Action: func(ctx *cli.Context) error {
			streams.Format = ctx.String("format")
			if ctx.Bool("cost") && (streams.Format == SARIF || streams.Format == GitHub) {
				return Usagef("--cost has no place in the format %s: use text or json", streams.Format)
			}
			c, err := streams.Compile(ctx, ctx.Args().Slice())
			if err != nil {
				return err
			}
			if err := c.CheckSite(ctx.Context); err != nil {
				return err
			}
			report := CheckReport{Rules: c.Found(), Skipped: c.Skipped()}
			if ctx.Bool("cost") && c.Policy != nil {
				report.Costs = c.Policy.Costs()
			}
			if err := streams.CheckReport(version().Version, report, c.Diagnostics); err != nil {
				return err
			}
			switch {
			case c.Refused():
				return &Exit{Code: ExitInput}
			case ctx.String("fail-on") == "warning" && c.Diagnostics.Count(diag.Warning)+c.Diagnostics.Count(diag.Error) > 0:
				return No()
			}
			return nil
		},
	}
}
