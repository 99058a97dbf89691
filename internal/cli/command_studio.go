package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/studio"
)

func studioCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "studio",
		Usage:     "open a console in the browser to edit, preview, explain and check rules",
		ArgsUsage: "[FOLDER] [--listen ADDRESS] [--no-open] [flags]",
		Description: `FOLDER contains rules (.qrule files or an export), and usually a
snapshot in its subfolder site, as pull writes it. The default is the current folder.
The console runs offline in the browser of this machine. It listens on a loopback
address, and opens only with the printed address, which contains a token. It writes
nothing before you save, and nothing outside FOLDER. Ctrl-C ends it. docs/studio.md has
details.

With --sites, or a file sites.yaml in the current directory, the page Changes can plan
the changes that the live site needs (see plan). It can apply a plan only with --apply,
after you have typed the name of the site.

EXAMPLES:
   qlik2rego studio testdata/scenarios/customer-case
   qlik2rego pull --sites sites.yaml -o repo/
   qlik2rego studio repo/
   qlik2rego studio repo/rules --snapshot repo/site --listen 127.0.0.1:8383 --no-open
   qlik2rego studio repo/ --sites sites.yaml --site test --apply`,
		Flags: slices.Concat(CompileFlags(), SiteFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "apply", Usage: "allow the page to apply plans to the site"},
			&cli.StringFlag{Name: "listen", Usage: "the loopback `ADDRESS` to listen at; port 0 selects a free port", Value: studio.DefaultListen},
			&cli.BoolFlag{Name: "no-open", Usage: "print the address and do not open the browser"},
			formatFlag(studioFormats),
		}),
		Action: func(ctx *cli.Context) error {
			return streams.Studio(ctx)
		},
	}
}

// StudioReport is the output of studio, once it listens.
type StudioReport struct {
	URL       string `json:"url"`
	Directory string `json:"folder"`
}

// studioFormats are the formats of studio.
var studioFormats = render.Results(render.Func[StudioReport](func(w io.Writer, r StudioReport) error {
	_, err := fmt.Fprintln(w, r.URL)
	return err
}))

// Studio serves the console until it is interrupted.
func (s *Streams) Studio(ctx *cli.Context) error {
	if ctx.NArg() > 1 {
		return UsageOf(ctx.Command, "studio shows one folder: what is %q?", ctx.Args().Get(1))
	}
	options, err := compileOptions(ctx)
	if err != nil {
		return err
	}
	directory := "."
	if ctx.Args().Present() {
		directory = ctx.Args().First()
	}
	site, err := s.studioSite(ctx)
	if err != nil {
		return err
	}
	variables, err := variablesGiven(ctx)
	if err != nil {
		return err
	}
	if site != nil {
		variables = withVariables(site.Variables, variables)
	}
	console, err := studio.Open(studio.Options{
		Directory: directory, Snapshot: ctx.String("snapshot"), Listen: ctx.String("listen"), Compiler: options, Variables: variables, Site: site, Apply: ctx.Bool("apply"),
	})
	if errors.Is(err, studio.ErrAddress) {
		return UsageOf(ctx.Command, "--listen: %v", err)
	}
	if err != nil {
		return Input(err)
	}
	if err := studioFormats.Render(s.Format, s.Out, StudioReport{console.Address(), directory}); err != nil {
		return err
	}
	if !ctx.Bool("no-open") {
		if err := openBrowser(console.Address()); err != nil {
			fmt.Fprintf(s.Err, "the browser cannot be opened (%v): open the address yourself\n", err)
		}
	}
	return console.Serve(ctx.Context)
}

// studioSite returns the site that the studio plans for, nil without the flags.
func (s *Streams) studioSite(ctx *cli.Context) (*qrs.Site, error) {
	named := ctx.IsSet("sites") || ctx.IsSet("site") || ctx.Bool("apply")
	if _, err := os.Stat(ctx.String("sites")); err != nil && !named {
		return nil, nil
	}
	sites, err := qrs.ReadSites(ctx.String("sites"))
	if err != nil {
		return nil, Input(err)
	}
	if !named && len(sites) != 1 {
		return nil, nil // no site was given
	}
	site, err := qrs.Pick(sites, ctx.String("site"))
	if err != nil {
		return nil, Usagef("%s: %v", ctx.String("sites"), err)
	}
	return site, nil
}

// openBrowser opens an address in the desktop's browser.
func openBrowser(address string) error {
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("open", address)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	default:
		cmd = exec.Command("xdg-open", address)
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // the browser's exit code does not matter
	return nil
}
