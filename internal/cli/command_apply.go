package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live/apply"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/live/show"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

func applyCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Usage:     "apply a plan to a live site",
		ArgsUsage: "plan.json | FOLDER --auto-approve  [--sites FILE] [--site NAME] [flags]",
		Description: `If the site has changed since the plan was made, the command writes
nothing. It first saves the current rules in a backup. It writes rules that grant more
before those that grant less. After every write, administrators must still be able to
manage rules in the QMC. At the end, it compares the predicted effect with the audit of
the site.

If a write fails or is interrupted with Ctrl-C, the journal next to the backup records
which writes are done. apply --resume continues, and rollback restores the backup.

EXAMPLES:
   qlik2rego plan repo/ --site prod -o plan.json
   qlik2rego apply plan.json --site prod
   qlik2rego apply repo/ --site test --auto-approve`,
		Flags: append(SiteFlags(), append(planFlags(),
			&cli.BoolFlag{Name: "auto-approve", Usage: "plan and apply without review"},
			&cli.BoolFlag{Name: "resume", Usage: "continue a plan that was interrupted"},
			Choice("rollback-on", "restore the backup if the audit of the site differs from the prediction", "never", "mismatch"),
			backupsFlag(), ProgressFlag(), formatFlag(show.Applications))...),
		Action: func(ctx *cli.Context) error {
			if ctx.NArg() != 1 {
				return UsageOf(ctx.Command, "apply takes one plan, which plan -o has written, or a folder with --auto-approve")
			}
			return streams.apply(ctx)
		},
	}
}

func backupsFlag() cli.Flag {
	return &cli.StringFlag{Name: "backups", Usage: "the `FOLDER` for backups and journals", Value: "backups"}
}

func (s *Streams) apply(ctx *cli.Context) error {
	options, _, err := s.planOptions(ctx)
	if err != nil {
		return err
	}
	name := ctx.Args().First()
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("there is no file %s: write a plan with qlik2rego plan FOLDER -o %s", name, name)
	}
	if err != nil {
		return Input(err)
	}
	if info.IsDir() && !ctx.Bool("auto-approve") {
		return UsageOf(ctx.Command, "%s is a folder: write a plan with plan %s -o plan.json, review it, and apply it; --auto-approve applies without a review", name, name)
	}
	client, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	var p *plan.Plan
	if info.IsDir() {
		p, err = plan.Build(ctx.Context, client, name, options)
		if err == nil {
			_, err = p.Encode()
		}
	} else if p, err = plan.Read(name); err != nil {
		return Input(err)
	}
	if err != nil {
		return s.planning(calling(client, err))
	}
	return s.applyPlan(ctx, client, p, ctx.Bool("resume"))
}

func (s *Streams) applyPlan(ctx *cli.Context, client *qrs.Client, p *plan.Plan, resume bool) error {
	result, err := apply.Apply(ctx.Context, client, p, apply.Options{
		Backups: filepath.Clean(ctx.String("backups")), Resume: resume, NoGuard: ctx.Bool("i-know"),
		RollbackOnMismatch: ctx.String("rollback-on") == "mismatch",
	})
	if err == nil || result.Backup != "" { // without a backup nothing was done, and the error is the result
		if shown := show.Applications.Render(s.Format, s.Out, show.Applied{Result: result, Planned: len(p.Changes), Failure: err}); shown != nil {
			return shown
		}
	}
	var stale *apply.StaleError
	var blocked *apply.BlockedError
	var changed *apply.ChangedError
	switch {
	case errors.As(err, &stale), errors.As(err, &blocked), errors.As(err, &changed):
		return &Exit{Code: ExitNo, Err: err}
	case err != nil:
		return s.planning(calling(client, err))
	case len(result.Mismatches) > 0:
		return No()
	}
	return nil
}
