package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	opa "github.com/open-policy-agent/opa/v1/version"
	"github.com/urfave/cli/v2"
)

// versions says what the program is made of.
type versions struct {
	Version string `json:"version"`
	OPA     string `json:"opa"`
	Go      string `json:"go"`
}

func version() versions {
	v := versions{Version: "(devel)", OPA: opa.Version, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	return v
}

func versionCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "say which version this is, and of which OPA",
		Description: `EXAMPLES:
   qlik2rego version
   qlik2rego version --format json`,
		Flags: []cli.Flag{FormatFlag()},
		Action: func(ctx *cli.Context) error {
			streams.Format = ctx.String("format")
			if ctx.Args().Present() {
				return UsageOf(ctx.Command, "version takes no arguments: what is %q?", ctx.Args().First())
			}
			v := version()
			if streams.Format == JSON {
				return streams.WriteJSON(v)
			}
			_, err := fmt.Fprintf(streams.Out, "qlik2rego %s\nOPA %s\n%s\n", v.Version, v.OPA, v.Go)
			return err
		},
	}
}
