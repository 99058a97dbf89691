package main

import (
	"github.com/urfave/cli/v2"

	commands "github.com/qlik2rego/qlik2rego/internal/cli"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func checkCommand(streams *commands.Streams) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "parse and resolve rules and report what is wrong",
		ArgsUsage: "RULES… [--snapshot FOLDER] [flags]",
		Description: `RULES are rule exports, files or folders; without any, the systemrule.json of the
snapshot. Diagnostics go to standard error and a summary to standard output;
in the formats json, sarif and github all goes to standard output.

EXAMPLES:
   qlik2rego check systemrule.json
   qlik2rego check rules/ --snapshot site/ --strict
   qlik2rego check systemrule.json --format sarif > rules.sarif
   qlik2rego check systemrule.json --format github --fail-on warning`,
		Flags: append(commands.CompileFlags(),
			commands.FormatFlag(commands.SARIF, commands.GitHub),
			commands.Choice("fail-on", "what makes the exit code 1 where there is no error, which makes it 3", "error", "warning")),
		Action: func(ctx *cli.Context) error {
			streams.Format = ctx.String("format")
			c, err := streams.Compile(ctx, ctx.Args().Slice())
			if err != nil {
				return err
			}
			if err := c.CheckSite(ctx.Context); err != nil {
				return err
			}
			if err := streams.CheckReport(version().Version, len(c.Rules), c.Diagnostics); err != nil {
				return err
			}
			switch {
			case c.Diagnostics.HasErrors():
				return &commands.Exit{Code: commands.ExitInput}
			case ctx.String("fail-on") == "warning" && c.Diagnostics.Count(diag.Warning) > 0:
				return commands.No()
			}
			return nil
		},
	}
}
