package cli

import (
	"slices"

	"github.com/urfave/cli/v2"
)

func proveCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "prove",
		Usage:     "prove assertions about rules for all users and resources, or show a counterexample",
		ArgsUsage: "RULES… --assert FILE [--assume FILE] [--snapshot DIRECTORY] [flags]",
		Description: `An assertion states what must never or always be granted, or that a
change of rules gives nobody new rights. It is decided for all possible users, resources
and requests, not only for those of a site. FILE is a YAML list; conditions are written
as in rules:

   - never: {who: 'user.IsAnonymous()', action: [update, delete], on: App}
   - only: {who: 'user.roles = "RootAdmin"', action: update, on: SystemRule}
   - always: {who: 'user.roles = "RootAdmin"', action: read, on: '*'}
   - implies: {old: main/rules.json}
   - disjoint: {rules: [Rule A, Rule B]}
   - never-reaches: {who: '!(user.roles = "RootAdmin")', action: update, on: SystemRule}

Other keys are where (a condition on the resource), but (exceptions) and context (hub,
qmc, none). A counterexample is a minimal user, resource and request. The independent
evaluator and OPA have confirmed its decision. A proof names the rules and axioms that
it uses. --assume switches axioms off and adds assumptions. With --snapshot, custom
properties have only the values of their definitions. --smt2 writes every question for
other solvers, which answer sat if there is a counterexample.

Exit codes: 0 all assertions are proved, 1 there is a counterexample, 3 an assertion is
undecided or the input has errors. docs/prove.md has details, and docs/assertions/ has
assertions to start with.

EXAMPLES:
   qlik2rego prove systemrule.json --assert docs/assertions/anonymous.assert.yaml
   qlik2rego prove new.json --assert no-new-access.assert.yaml --format markdown -o comment.md
   qlik2rego prove rules/ --assert policy.assert.yaml --format junit > results.xml
   qlik2rego prove rules/ --assert policy.assert.yaml --smt2 questions && z3 questions/00001-*.smt2`,
		Flags: slices.Concat(append(CompileFlags(), CategoryFlag()), []cli.Flag{
			&cli.StringSliceFlag{Name: "assert", TakesFile: true, Usage: "a `FILE` of assertions in YAML; repeatable"},
			&cli.StringFlag{Name: "assume", TakesFile: true, Usage: "a `FILE` of assumptions in YAML: axioms to switch off, closed sets of values, conditions that are true"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, atomically; - is standard output"},
			&cli.StringFlag{Name: "smt2", Usage: "also write every question as SMT-LIB to a `DIRECTORY`, for cvc5, z3 and other solvers"},
			formatFlag(proveFormats),
		}),
		Action: func(ctx *cli.Context) error {
			return streams.Prove(ctx)
		},
	}
}
