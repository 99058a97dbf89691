package cli

import (
	"github.com/urfave/cli/v2"
)

func compileCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "compile",
		Usage:     "compile rules to Rego and an OPA bundle",
		ArgsUsage: "RULES… [--snapshot FOLDER] [-o bundle.tar.gz] [--rego-dir FOLDER] [flags]",
		Description: `RULES are rule exports, files or folders, or - for standard input. The
default is systemrule.json of the snapshot. If a rule has an error, the compilation
fails after all errors are reported, unless --skip-invalid leaves the rule out. The same
input and options give the same bytes. Without -o and --rego-dir, the bundle is
bundle.tar.gz.

EXAMPLES:
   qlik2rego compile systemrule.json --snapshot site/ -o bundle.tar.gz
   qlik2rego compile systemrule.json --rego-dir policy/
   qlik2rego compile --snapshot site/ --split -o bundle.tar.gz
   opa run --server -b bundle.tar.gz`,
		Flags: append(CompileFlags(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the bundle to `FILE`, or - for standard output (default: bundle.tar.gz if no other output is given)"},
			&cli.StringFlag{Name: "rego-dir", Usage: "write the library and the generated Rego to `FOLDER`, which is replaced"},
			&cli.BoolFlag{Name: "split", Usage: "write two bundles, x-policy.tar.gz and x-data.tar.gz for -o x.tar.gz"},
			formatFlag(streams.compileFormats())),
		Action: func(ctx *cli.Context) error {
			return streams.WriteBundles(ctx, Targets{
				Bundle:  ctx.String("output"),
				RegoDir: ctx.String("rego-dir"),
				Split:   ctx.Bool("split"),
			})
		},
	}
}
