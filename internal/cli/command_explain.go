package cli

import (
	"github.com/urfave/cli/v2"

	explaintext "github.com/qlik2rego/qlik2rego/internal/audit/explain/text"
)

func explainCommand(streams *Streams) *cli.Command {
	flags := append(append(CompileFlags(), CategoryFlag()), BundleFlag())
	flags = append(flags, RequestFlags()...)
	return &cli.Command{
		Name:      "explain",
		Usage:     "explain why a request is granted or denied, and what would grant it",
		ArgsUsage: "(RULES… [--snapshot FOLDER] | -b BUNDLE) --subject S --action A --resource TYPE:ID [flags]",
		Description: `The output shows every rule that could apply, clause by clause, with the
compared values and the location in the condition and in the export. For HasPrivilege,
it includes the rules on the parents. For a denial, it first shows the smallest changes
of data that would grant the request. Each has been tried on a copy of the site. A
bundle contains less information than RULES and --snapshot. The exit code is 0 for
granted and 1 for denied.

EXAMPLES:
   qlik2rego explain systemrule.json --snapshot site/ --subject 'Anna Berg' --action read --resource 'App:Sales overview'
   qlik2rego explain systemrule.json --snapshot site/ --subject 'ACME\anna' --action read --resource App:2b1c…
   qlik2rego explain systemrule.json --snapshot site/ --subject 'ACME\anna' \
      --action read --resource App:2b1c… --context hub --env os=Windows --all
   qlik2rego explain -b bundle.tar.gz --input request.json --format json`,
		Flags: append(flags,
			&cli.StringFlag{Name: "input", TakesFile: true, Usage: "read the request from `FILE`"},
			&cli.IntFlag{Name: "proposals", Usage: "maximum number of proposals; 0 for none", Value: 5},
			&cli.BoolFlag{Name: "all", Usage: "show every clause of every rule"},
			formatFlag(explainFormats(explaintext.Text{}))),
		Action: func(ctx *cli.Context) error {
			if err := categoryRequest(ctx); err != nil {
				return err
			}
			question, err := streams.Question(ctx)
			if err != nil {
				return err
			}
			return streams.Explain(ctx, question)
		},
	}
}
