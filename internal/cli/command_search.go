package cli

import (
	"github.com/urfave/cli/v2"
)

func searchCommand(streams *Streams) *cli.Command {
	flags := append(append(CompileFlags(), CategoryFlag()), BundleFlag())
	flags = append(flags, SearchFlags()...)
	return &cli.Command{
		Name:      "search",
		Usage:     "list the resources of a user, the users of a resource, or the actions of both",
		ArgsUsage: "(-b BUNDLE | RULES… --snapshot FOLDER) two of --subject S, --action A, --resource TYPE:ID [--type T] [flags]",
		Description: `Give two of subject, action and resource. The command searches for the
third: resources of a --type, users, or actions. The result has all users or resources
of the snapshot for which the decision is true, with names, in order of ids. Name users
by login, id or name, and resources by id or name. The exit code is 0, even if nothing
is found. Standard error reports users and resources that are not in the snapshot.

EXAMPLES:
   qlik2rego search -b bundle.tar.gz --subject 'ACME\anna' --action read --type App --context hub
   qlik2rego search systemrule.json --snapshot site/ --action read --resource 'Stream:Finance'
   qlik2rego search -b bundle.tar.gz --action update --resource App:2b1c… --context qmc
   qlik2rego search systemrule.json --snapshot site/ --subject 'ACME\anna' --resource App:2b1c… --format json`,
		Flags: append(flags, EngineFlag(), formatFlag(searchFormats)),
		Action: func(ctx *cli.Context) error {
			useEngine(ctx)
			if err := categoryRequest(ctx); err != nil {
				return err
			}
			return streams.Search(ctx)
		},
	}
}
