package cli

import (
	"github.com/urfave/cli/v2"
)

func deltaCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "delta",
		Usage:     "write what has changed in a site, from one bundle to another, as an OPA delta bundle",
		ArgsUsage: "OLD.tar.gz NEW.tar.gz [-o delta.tar.gz] [flags]",
		Description: `Both bundles were compiled of the same rules: those of the old snapshot and those
of the new one, whole or the data of --split. Who has the old one needs the delta
alone; changed rules take a whole bundle. A delta stands behind its bundle
wherever bundles are named, and stock opa takes it from a bundle service.

EXAMPLES:
   qlik2rego compile rules.json --snapshot site/ -o new.tar.gz
   qlik2rego delta old.tar.gz new.tar.gz -o delta.tar.gz
   qlik2rego eval -b old.tar.gz -b delta.tar.gz --input request.json`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "the delta, `FILE` or - for standard output", Value: "delta.tar.gz"},
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
