package cli

import (
	"github.com/urfave/cli/v2"
)

func evalCommand(streams *Streams) *cli.Command {
	flags := append(append(CompileFlags(), CategoryFlag()), BundleFlag())
	flags = append(flags, RequestFlags()...)
	return &cli.Command{
		Name:      "eval",
		Usage:     "decide one or many requests",
		ArgsUsage: "(-b BUNDLE | RULES… [--snapshot FOLDER]) --subject S --action A --resource TYPE:ID [flags]",
		Description: `The request is given by flags or, as an OpenID AuthZEN access evaluation
request, by --input. With --requests, each line is a request, and each answer is one
line of JSON, in order. A line that is not valid JSON is an invalid_request. Name users
by login, id or name, and resources by id or name. Describe a user that is not in the
snapshot with --subject-property. A file named - is standard input. The exit code is 0
for allowed and 1 for denied. With --requests, it is 0 if all lines are answered.

EXAMPLES:
   qlik2rego eval -b bundle.tar.gz --subject 'ACME\anna' --action read --resource App:2b1c…
   qlik2rego eval systemrule.json --snapshot site/ --subject 'ACME\anna' \
      --action read --resource App:2b1c… --context hub --env os=Windows --env group=Sales --env group=EMEA
   qlik2rego eval systemrule.json --snapshot site/ --subject 'Anna Berg' --action read --resource 'App:Sales overview'
   qlik2rego eval systemrule.json --snapshot site/ --subject 'ACME\new' --subject-property group=Sales --action read --resource Stream:Sales
   qlik2rego eval -b bundle.tar.gz --input request.json --format json
   qlik2rego eval -b bundle.tar.gz --subject 'ACME\anna' --action read --resource App:2b1c… --profile
   qlik2rego eval -b bundle.tar.gz --requests requests.ndjson > decisions.ndjson`,
		Flags: append(flags,
			&cli.StringFlag{Name: "input", TakesFile: true, Usage: "read the request from `FILE`"},
			&cli.StringFlag{Name: "requests", TakesFile: true, Usage: "read one request per line from `FILE`"},
			&cli.BoolFlag{Name: "profile", Usage: "show the lines of the policy on which OPA spends the time of the decision"},
			Choice("engine", "the engine: opa, compiled code if possible (the default for --requests), or the independent evaluator", "auto", "opa", "reference"),
			formatFlag(streams.decisionFormats())),
		Action: func(ctx *cli.Context) error {
			if err := categoryRequest(ctx); err != nil {
				return err
			}
			question, err := streams.Question(ctx)
			if err != nil {
				return err
			}
			decider, err := streams.Decider(ctx)
			if err != nil {
				return err
			}
			return streams.Answer(ctx, decider, question)
		},
	}
}
