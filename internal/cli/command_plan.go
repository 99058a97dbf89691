package cli

import (
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
)

func planCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "show what brings a live site to the rules of a folder, and who gains and loses what",
		ArgsUsage: "FOLDER [--sites FILE] [--site NAME] [-o plan.json] [flags]",
		Description: `FOLDER is one that pull has written. The rule files, the lock file and the rules on the
site are compared: what was changed in a file is planned; what was changed on the site
is reported and not touched; what was changed on both is a conflict. Nothing is written
to the site. apply takes the plan of -o, and refuses it once the site has changed.

A plan is blocked by conflicts, by writes that would lock administrators out, by edits of
rules that Qlik ships (see defaults in sites.yaml), and by gates: gains of the rights by
which users give themselves more rights, and gains by anonymous users, unless
--no-default-gates; --fail-on adds gates as in diff, and --fail-on drift. The exit code
is then 1. It is 0 where there is nothing to do.

EXAMPLES:
   qlik2rego plan repo/
   qlik2rego plan repo/ --site prod -o plan.json --fail-on gain:update=100
   qlik2rego plan repo/ --site prod --format markdown --fail-on drift`,
		Flags: append(SiteFlags(), append(planFlags(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the plan for apply to `FILE`"},
			ProgressFlag(), FormatFlag(Markdown))...),
		Action: func(ctx *cli.Context) error {
			streams.Format = ctx.String("format")
			if ctx.NArg() != 1 {
				return UsageOf(ctx.Command, "plan takes one folder, which pull has written")
			}
			return streams.plan(ctx)
		},
	}
}

// planFlags are the flags that say what a plan may do.
func planFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "prune", Usage: "delete rules on the site whose files were deleted"},
		&cli.BoolFlag{Name: "create-tags", Usage: "make tags that the site does not have"},
		&cli.StringSliceFlag{Name: "fail-on", Usage: "a `GATE` as in diff, or drift, that makes the exit code 1; again for more"},
		&cli.BoolFlag{Name: "no-default-gates", Usage: "let users gain the rights by which they give themselves more rights"},
		&cli.BoolFlag{Name: "i-know", Usage: "let a plan lock administrators out"},
		&cli.StringFlag{Name: "snapshot", Usage: "decide the effect on a pulled `FOLDER`, in place of the site as it is now"},
	}
}

// onDrift is the gate that is hit by changes on the site.
const onDrift = "drift"

// planOptions reads planFlags.
func (s *Streams) planOptions(ctx *cli.Context) (o plan.Options, drift bool, err error) {
	o = plan.Options{
		Prune: ctx.Bool("prune"), CreateTags: ctx.Bool("create-tags"), NoDefaultGates: ctx.Bool("no-default-gates"), NoGuard: ctx.Bool("i-know"),
		Snapshot: ctx.String("snapshot"), Progress: s.Progress(ctx),
	}
	for _, spec := range ctx.StringSlice("fail-on") {
		if spec == onDrift {
			drift = true
			continue
		}
		g, err := difference.ParseGate(spec)
		if err != nil {
			return o, drift, UsageOf(ctx.Command, "--fail-on: %v", err)
		}
		o.Gates = append(o.Gates, g)
	}
	return o, drift, nil
}

func (s *Streams) plan(ctx *cli.Context) error {
	options, drift, err := s.planOptions(ctx)
	if err != nil {
		return err
	}
	client, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	p, err := plan.Build(ctx.Context, client, ctx.Args().First(), options)
	if err != nil {
		return s.planning(calling(client, err))
	}
	data, err := p.Encode()
	if err != nil {
		return err
	}
	out := s.outputs()
	defer out.Discard()
	if name := ctx.String("output"); name != "" {
		err := out.File(name, func(w io.Writer, _ string) error {
			_, err := w.Write(data)
			return err
		})
		if err != nil {
			return err
		}
		if err := out.Commit(); err != nil {
			return err
		}
	}
	if ctx.String("output") != stdio {
		if err := s.showPlan(s.Out, p, data); err != nil {
			return err
		}
	}
	if p.Blocked() || drift && len(p.Drift) > 0 {
		return No()
	}
	return nil
}

// planning reports the rules that are in error.
func (s *Streams) planning(err error) error {
	var broken *plan.BrokenError
	if errors.As(err, &broken) {
		return s.Broken(broken.Findings)
	}
	return err
}
