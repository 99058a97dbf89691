package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/testdata/scenarios"
)

func siteDemoCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "site demo",
		Usage:     "serve a demo site for trying the commands for live sites",
		ArgsUsage: "[--scenario NAME] [--listen ADDRESS] [--dir FOLDER]",
		Description: `The demo site is a small simulated repository with the users, apps and
rules of a scenario. The command writes certificates and a sites.yaml with the site demo
to FOLDER. It runs until it is interrupted, and does not store changes.

EXAMPLES:
   qlik2rego site demo --dir demo/
   qlik2rego site check --sites demo/sites.yaml
   qlik2rego pull --sites demo/sites.yaml -o repo/`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "scenario", Usage: "the `NAME` of the scenario; a wrong name lists all scenarios", Value: "customer-case"},
			&cli.StringFlag{Name: "listen", Usage: "listen at `ADDRESS`; port 0 selects a free port", Value: "127.0.0.1:4242"},
			&cli.StringFlag{Name: "dir", Usage: "the `FOLDER` for sites.yaml and certificates", Value: "demo"},
			formatFlag(demoFormats),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return UsageOf(ctx.Command, "site demo has flags only: what is %q?", ctx.Args().First())
			}
			return streams.siteDemo(ctx)
		},
	}
}

// DemoReport is the output of site demo, once it listens.
type DemoReport struct {
	URL      string `json:"url"`
	Sites    string `json:"sites"`
	Site     string `json:"site"`
	Scenario string `json:"scenario"`
}

func (s *Streams) siteDemo(ctx *cli.Context) error {
	dir, name := ctx.String("dir"), strings.Trim(filepath.ToSlash(ctx.String("scenario")), "/")
	demo := fake.Demo{Scenarios: scenarios.FS, Scenario: name, Listen: ctx.String("listen"), Dir: dir}
	return Input(demo.Run(ctx.Context, func(url string) error {
		return demoFormats.Render(s.Format, s.Out, DemoReport{URL: url, Sites: filepath.Join(dir, "sites.yaml"), Site: "demo", Scenario: name})
	}))
}

// demoFormats are the formats of site demo.
var demoFormats = render.Results(render.Func[DemoReport](func(w io.Writer, r DemoReport) error {
	_, err := fmt.Fprintf(w, "the site demo (scenario %s) listens at %s\nTry: qlik2rego site check --sites %s\nCtrl-C ends it.\n", r.Scenario, r.URL, r.Sites)
	return err
}))
