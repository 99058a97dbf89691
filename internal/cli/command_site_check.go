package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

func siteCheckCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "site check",
		Usage:     "test the connection to a site, and show the rights of the user",
		ArgsUsage: "[--sites FILE] [--site NAME]",
		Description: `The command reads counts and the rights of the user, and writes nothing.
The exit code is 1 if a right is missing that pull, plan, verify, watch or apply need.
An error shows the answer of the site, its meaning and what to do.

EXAMPLES:
   qlik2rego site check
   qlik2rego site check --sites sites.yaml --site prod --format json`,
		Flags: append(SiteFlags(), formatFlag(siteCheckFormats)),
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return UsageOf(ctx.Command, "site check has flags only; did you mean --site %s?", ctx.Args().First())
			}
			return streams.siteCheck(ctx)
		},
	}
}

func (s *Streams) siteCheck(ctx *cli.Context) error {
	client, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	check, err := live.CheckSite(ctx.Context, client)
	if err != nil {
		return calling(client, err)
	}
	err = siteCheckFormats.Render(s.Format, s.Out, check)
	if err == nil && !check.Able() {
		return No()
	}
	return err
}

// skewed is how many seconds of difference between clocks are worth a word.
const skewed = 5

// siteCheckFormats are the formats of site check.
var siteCheckFormats = render.Results(render.Func[*live.Check](siteCheckText))

func siteCheckText(w io.Writer, c *live.Check) error {
	var b strings.Builder
	line := func(what, value string) { fmt.Fprintf(&b, "%-9s %s\n", what, tabular.Printable(value)) }
	line("site", c.Site+" at "+c.URL)
	line("user", c.User)
	line("build", c.Build)
	switch {
	case c.ClockAhead >= skewed:
		line("clock", fmt.Sprintf("%.0f seconds ahead of this machine", c.ClockAhead))
	case c.ClockAhead <= -skewed:
		line("clock", fmt.Sprintf("%.0f seconds behind this machine", -c.ClockAhead))
	default:
		line("clock", "as here")
	}
	var counts []string
	for _, t := range []string{"SystemRule", "User", "Stream", "App", "App.Object"} {
		counts = append(counts, fmt.Sprintf("%s %d", t, c.Counts[t]))
	}
	line("can read", strings.Join(counts, ", "))
	if len(c.Absent) > 0 {
		slices.Sort(c.Absent)
		line("absent", strings.Join(c.Absent, ", "))
	}
	for _, a := range c.Commands {
		switch {
		case a.OK && len(a.Unknown) > 0:
			line(a.Command, "may work: the site does not tell whether "+c.User+" has "+strings.Join(a.Unknown, ", "))
		case a.OK:
			line(a.Command, "can work")
		default:
			line(a.Command, "cannot work: "+c.User+" lacks "+strings.Join(a.Missing, ", "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
