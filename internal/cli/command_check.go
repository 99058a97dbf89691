package cli

import (
	"github.com/urfave/cli/v2"
)

func checkCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "report wrong, risky, slow and unclear rules",
		ArgsUsage: "RULES… [--snapshot FOLDER] [flags]",
		Description: `RULES are rule exports, files or folders, or - for standard input. The
default is systemrule.json of the snapshot. Diagnostics go to standard error and a
summary to standard output. In every format but text, everything goes to standard
output. The most severe findings come first. Many findings of one kind are one line
unless --all is given.

The exit code is 3 if compile would reject the rules, and 1 if a lint reports an error,
or a warning with --fail-on warning. With --skip-invalid, rules that cannot be compiled
are reported and left out.

Configure lints in .qlik2rego.yaml: "lint: {Q0454: {level: off}}". To accept a finding,
add "qlik2rego:ignore Q0454 REASON" to the comment of the rule. Findings about rules
that come with the product are notes. --list-rules lists all lints.

--fix applies the fixes that are proved not to change what a rule grants, and shows the
difference. It changes nothing else in a file. Then it checks the files.

--cost shows which rules dominate a decision, as the expected number of expressions that
OPA evaluates for each rule. A rule that is found by the value of an attribute costs
almost nothing. A rule without an equality is evaluated in every decision about its
types and actions.

EXAMPLES:
   qlik2rego check systemrule.json
   qlik2rego check rules/ --snapshot site/ --strict
   qlik2rego check --list-rules
   qlik2rego check rules/ --fix --dry-run
   qlik2rego check systemrule.json --format sarif > rules.sarif
   qlik2rego check systemrule.json --format github --fail-on warning
   qlik2rego check rules/ --format gitlab > gl-code-quality-report.json
   qlik2rego check systemrule.json --cost`,
		Flags: append(CompileFlags(),
			&cli.BoolFlag{Name: "cost", Usage: "estimate what each rule adds to a decision (formats text and json)"},
			&cli.BoolFlag{Name: "list-rules", Usage: "list the lints and their levels, and check nothing"},
			&cli.BoolFlag{Name: "all", Usage: "show every finding instead of the first of many of one kind (format text)"},
			&cli.BoolFlag{Name: "fix", Usage: "apply the automatic fixes to the files of rules, and show the difference"},
			&cli.BoolFlag{Name: "dry-run", Usage: "with --fix: show the difference and write nothing"},
			ConfigFlag(),
			formatFlag(streams.checkFormats()),
			Choice("fail-on", "exit with code 1 for this level; errors of the compiler are exit code 3", "error", "warning")),
		Action: streams.check,
	}
}
