package cli

import (
	"github.com/urfave/cli/v2"
)

func deltaCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "delta",
		Usage:     "write the changes between two bundles of a site as an OPA delta bundle",
		ArgsUsage: "OLD.tar.gz NEW.tar.gz [-o delta.tar.gz] [flags]",
		Description: `Both bundles must be compiled from the same rules, with the old and the
new snapshot. They are whole bundles or the data bundles of --split. A program with the
old bundle needs only the delta. If the rules have changed, it needs the whole bundle.
Commands accept a delta after its bundle, and stock opa accepts it from a bundle
service.

EXAMPLES:
   qlik2rego compile rules.json --snapshot site/ -o new.tar.gz
   qlik2rego delta old.tar.gz new.tar.gz -o delta.tar.gz
   qlik2rego eval -b old.tar.gz -b delta.tar.gz --input request.json`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the delta to `FILE`, or - for standard output", Value: "delta.tar.gz"},
			formatFlag(streams.deltaFormats()),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.NArg() != 2 {
				return UsageOf(ctx.Command, "a delta is between two bundles, the old one and the new one")
			}
			return streams.WriteDelta(ctx)
		},
	}
}
