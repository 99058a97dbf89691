package cli

import (
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/live/show"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

func planCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "plan the changes that a live site needs to match the rules of a folder",
		ArgsUsage: "FOLDER [--sites FILE] [--site NAME] [-o plan.json] [flags]",
		Description: `FOLDER was written by pull. The command compares the rule files, the
lock file and the rules on the site. A change in a file is planned. A change on the site
is reported and preserved, unless --revert is given. A change on both sides is a
conflict. The command writes nothing to the site. apply accepts the plan of -o, and
rejects it if the site has changed since.

A folder of one site can also be used for another one (--site prod). Rules are found
there by name, and apply stores their ids in site.lock.prod.json. Before that, a rule
that differs is a conflict, unless --adopt is given. Files can contain ${stream:Finance}
instead of an id, and ${NAME} for a value under variables in sites.yaml. Files in
rules/@prod are only for the site prod.

Each change of a condition is shown as text, in words and as a tree. Lints that the plan
adds or removes are listed. --assert decides assertions (see prove) before and after the
plan.

A plan is blocked by conflicts, by writes that would lock administrators out, by edits of
rules that Qlik ships (see defaults in sites.yaml), by assertions that it breaks, and by
gates. The default gates are gains of rights that let users gain more rights, gains of
anonymous users, loss:read:App=50%, empty-hub=50% (users that lose every stream) and
lint:error (new errors). --fail-on and gates in sites.yaml add gates, and replace
default gates of the same kind:

   KIND[:ACTION[:TYPE]][=N|N%]   as in diff: more than N rights, or more than N% of users
   empty-hub[=N|N%]              users that can no longer read any stream
   lint[:error|:warning|:info]   new findings, without a level of warnings and errors
   assertion                     an assertion that is not proved after the plan
   drift                         a rule that was changed on the site

The exit code is 1 if the plan is blocked. It is 0 if there is nothing to do.

EXAMPLES:
   qlik2rego plan repo/
   qlik2rego plan repo/ --site prod -o plan.json --fail-on gain:update=100 --fail-on loss:read=5%
   qlik2rego plan repo/ --site prod --assert docs/assertions/anonymous.assert.yaml
   qlik2rego plan repo/ --site prod --format markdown --fail-on drift
   qlik2rego plan repo/ --site prod --revert -o plan.json`,
		Flags: append(SiteFlags(), append(planFlags(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the plan for apply to `FILE`"},
			ProgressFlag(), formatFlag(show.Plans))...),
		Action: func(ctx *cli.Context) error {
			if ctx.NArg() != 1 {
				return UsageOf(ctx.Command, "plan takes one folder, which pull has written")
			}
			return streams.plan(ctx)
		},
	}
}

// planFlags are the flags that allow or restrict changes in a plan.
func planFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "prune", Usage: "delete rules on the site if their files were deleted"},
		&cli.BoolFlag{Name: "revert", Usage: "restore rules that were changed or deleted on the site from their files; with --prune, also delete rules that were created there"},
		&cli.BoolFlag{Name: "adopt", Usage: "replace rules of another site by files with the same name"},
		&cli.BoolFlag{Name: "create-tags", Usage: "create tags that the site does not have"},
		&cli.StringSliceFlag{Name: "fail-on", Usage: "a `GATE` that makes the exit code 1; repeatable"},
		&cli.BoolFlag{Name: "no-default-gates", Usage: "switch the default gates off"},
		&cli.StringSliceFlag{Name: "assert", TakesFile: true, Usage: "a `FILE` of assertions in YAML, as for prove; repeatable"},
		&cli.StringFlag{Name: "assume", TakesFile: true, Usage: "a `FILE` of assumptions for --assert, as for prove"},
		&cli.BoolFlag{Name: "no-lint", Usage: "do not compare lints"},
		ConfigFlag(),
		&cli.BoolFlag{Name: "i-know", Usage: "allow a plan that locks administrators out"},
		&cli.StringFlag{Name: "snapshot", TakesFile: true, Usage: "compute the effect with a pulled `FOLDER` instead of the current site"},
	}
}

// onDrift is the gate for changes on the site.
const onDrift = "drift"

// planOptions reads planFlags.
func (s *Streams) planOptions(ctx *cli.Context) (o plan.Options, drift bool, err error) {
	o = plan.Options{
		Prune: ctx.Bool("prune"), Revert: ctx.Bool("revert"), Adopt: ctx.Bool("adopt"), CreateTags: ctx.Bool("create-tags"), NoDefaultGates: ctx.Bool("no-default-gates"), NoGuard: ctx.Bool("i-know"),
		Snapshot: ctx.String("snapshot"), Progress: s.Progress(ctx),
	}
	for _, spec := range ctx.StringSlice("fail-on") {
		if spec == onDrift {
			drift = true
			continue
		}
		g, err := plan.ParseGate(spec)
		if err != nil {
			return o, drift, UsageOf(ctx.Command, "--fail-on: %v", err)
		}
		o.Gates = append(o.Gates, g)
	}
	if !ctx.Bool("no-lint") {
		if o.Lint, err = lintConfig(ctx); err != nil {
			return o, drift, err
		}
	}
	return o, drift, s.planAssertions(ctx, &o)
}

// planAssertions reads the files of --assert and --assume.
func (s *Streams) planAssertions(ctx *cli.Context, o *plan.Options) error {
	files := ctx.StringSlice("assert")
	if len(files) == 0 {
		if ctx.IsSet("assume") {
			return UsageOf(ctx.Command, "--assume is for --assert")
		}
		return nil
	}
	in := prove.Input{Options: compiler.Options{Schema: schema.Default()}}
	if err := s.assertions(ctx, &in, files); err != nil {
		return err
	}
	if name := ctx.String("assume"); name != "" {
		data, err := s.readFile(name)
		if err != nil {
			return err
		}
		if in.Assumptions, err = prove.ReadAssumptions(name, data, in.Options.Schema); err != nil {
			return Input(err)
		}
	}
	o.Assertions, o.Assumptions, o.OldRules = in.Assertions, in.Assumptions, in.Old
	return nil
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
		if err := show.Plans.Render(s.Format, s.Out, p); err != nil {
			return err
		}
	}
	if p.Blocked() || drift && len(p.Drift) > 0 {
		return No()
	}
	return nil
}

// planning reports errors in the rules or the assertions.
func (s *Streams) planning(err error) error {
	var broken *plan.BrokenError
	if errors.As(err, &broken) {
		return s.Broken(broken.Findings)
	}
	var unnamed *sitenames.Error
	if errors.As(err, &unnamed) {
		return Input(unnamed)
	}
	var assertions *plan.AssertionsError
	if errors.As(err, &assertions) {
		return Input(assertions.Err)
	}
	return err
}
