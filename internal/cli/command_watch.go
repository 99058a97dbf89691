package cli

import (
	"slices"
	"time"

	"github.com/urfave/cli/v2"
)

func watchCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "follow a live site: what changes, by whom, and who gains and loses what by it",
		ArgsUsage: "[FOLDER] [--sites FILE] [--site NAME] [flags]",
		Description: `Every --interval the site is asked for its changes; where it has no list of them, what
has changed is read by date. Once in an hour everything is read. Each change of rules or
data is told with its effect. With FOLDER, which pull has written, rules that are not as
their files say are told as drift; --revert writes the plan that takes it back, for you to
read and apply. Nothing is written to the site.

With --listen the site is asked to say when something changes (a notification of the
repository service), and is looked at at once; a longer --interval is then enough. The
server must be able to reach ADDRESS; --callback is the URL by which it does, if that is
not http://THIS-MACHINE:PORT. What the site posts is not believed, only looked after.

--format json writes one JSON object a line. --webhook posts the same object. --metrics
serves numbers for Prometheus.

--bundle writes a bundle of the site after every change: serve -b FILE decides by it
without a request noticing. --publish serves it by OPA's bundle service API, for many
decision points and stock OPA: those that have an earlier revision are sent a delta, and
long polls are answered at the change. An address that other machines reach needs a token
and TLS.

EXAMPLES:
   qlik2rego watch repo/ --site prod
   qlik2rego watch --site prod --format json --webhook https://hooks.acme.com/qlik
   qlik2rego watch repo/ --site prod --metrics 127.0.0.1:9102 --bundle bundle.tar.gz
   qlik2rego watch --site prod --publish 127.0.0.1:8888
   qlik2rego watch repo/ --site prod --listen :9103 --interval 5m
   qlik2rego watch repo/ --site prod --once`,
		Flags: slices.Concat(SiteFlags(), publicationFlags(), []cli.Flag{
			&cli.DurationFlag{Name: "interval", Usage: "how long to wait between two rounds", Value: 2 * time.Second},
			&cli.BoolFlag{Name: "once", Usage: "compare the site with FOLDER once; the exit code is 1 if a rule differs"},
			&cli.StringFlag{Name: "revert", Usage: "write the plan that takes drift back to `FILE`, for apply; rules that were created on the site stay (see plan --revert)"},
			&cli.StringFlag{Name: "listen", Usage: "take notifications of the site about changes, at `ADDRESS`"},
			&cli.StringFlag{Name: "callback", Usage: "the `URL` by which the site reaches --listen"},
			&cli.StringFlag{Name: "webhook", Usage: "post each change to `URL` as JSON"},
			&cli.StringFlag{Name: "metrics", Usage: "serve metrics for Prometheus at `ADDRESS`, path /metrics"},
			ProgressFlag(), formatFlag(eventFormats),
		}),
		Action: func(ctx *cli.Context) error {
			switch {
			case ctx.NArg() > 1:
				return UsageOf(ctx.Command, "watch takes at most one folder, which pull has written")
			case ctx.Bool("once") && ctx.NArg() == 0:
				return UsageOf(ctx.Command, "--once compares with a FOLDER, which pull has written")
			case ctx.IsSet("revert") && ctx.NArg() == 0:
				return UsageOf(ctx.Command, "--revert compares with a FOLDER, which pull has written")
			case ctx.IsSet("callback") && !ctx.IsSet("listen"):
				return UsageOf(ctx.Command, "--callback is for --listen")
			case ctx.Duration("interval") <= 0:
				return UsageOf(ctx.Command, "--interval is longer than nothing, such as 2s")
			}
			if err := checkPublication(ctx); err != nil {
				return err
			}
			return streams.watch(ctx)
		},
	}
}
