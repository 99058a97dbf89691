package cli

import (
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live/show"
)

func watchCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "follow a live site and report changes, their authors and their effect",
		ArgsUsage: "[FOLDER] [--sites FILE] [--site NAME] [flags]",
		Description: `The command polls the site for changes every --interval, and reads
everything once in an hour. It reports each change of rules or data with its effect.
With a FOLDER that pull has written, it reports rules that differ from their files as
drift. --revert writes a plan that removes the drift, for review and apply. The command
writes nothing to the site.

With --listen, the command subscribes to notifications of the repository service and
polls the site when one arrives, so a longer --interval is sufficient. The server must
be able to reach ADDRESS. --callback sets the URL if it is not http://THIS-MACHINE:PORT.
A notification only triggers a poll; its content is not trusted.

--format json writes one JSON object per line. --webhook posts the same object.
--metrics serves metrics for Prometheus.

--bundle writes a bundle of the site after every change, for serve -b FILE. --publish
serves the bundle with OPA's bundle service API, for many decision points and for stock
OPA. Decision points with an earlier revision get a delta, and long polling is
supported. An address that other machines can reach needs a token and TLS.

EXAMPLES:
   qlik2rego watch repo/ --site prod
   qlik2rego watch --site prod --format json --webhook https://hooks.acme.com/qlik
   qlik2rego watch repo/ --site prod --metrics 127.0.0.1:9102 --bundle bundle.tar.gz
   qlik2rego watch --site prod --publish 127.0.0.1:8888
   qlik2rego watch repo/ --site prod --listen :9103 --interval 5m
   qlik2rego watch repo/ --site prod --once`,
		Flags: slices.Concat(SiteFlags(), publicationFlags(), []cli.Flag{
			&cli.DurationFlag{Name: "interval", Usage: "interval between two polls", Value: 2 * time.Second},
			&cli.BoolFlag{Name: "once", Usage: "compare the site with FOLDER once; the exit code is 1 if a rule differs"},
			&cli.StringFlag{Name: "revert", Usage: "write a plan that removes drift to `FILE`, for apply; rules that were created on the site stay (see plan --revert)"},
			&cli.StringFlag{Name: "listen", Usage: "receive notifications of the site at `ADDRESS`"},
			&cli.StringFlag{Name: "callback", Usage: "the `URL` at which the site reaches --listen"},
			&cli.StringFlag{Name: "webhook", Usage: "post each change to `URL` as JSON"},
			&cli.StringFlag{Name: "metrics", Usage: "serve metrics for Prometheus at `ADDRESS`, path /metrics"},
			ProgressFlag(), formatFlag(show.Events),
		}),
		Action: func(ctx *cli.Context) error {
			switch {
			case ctx.NArg() > 1:
				return UsageOf(ctx.Command, "watch takes at most one folder, which pull has written")
			case ctx.Bool("once") && ctx.NArg() == 0:
				return UsageOf(ctx.Command, "--once compares with a FOLDER, which pull has written")
			case ctx.Bool("once") && notOnce(ctx) != "":
				return UsageOf(ctx.Command, "--once ends after the comparison, so --%s has no effect", notOnce(ctx))
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
