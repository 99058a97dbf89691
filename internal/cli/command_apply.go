package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live/apply"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
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
			Choice("rollback-on", "go back to the backup if the site's audit is not as predicted", "never", "mismatch"),
			backupsFlag(), ProgressFlag(), formatFlag(applyFormats))...),
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
	if err != nil {
		return Input(err)
	}
	if info.IsDir() && !ctx.Bool("auto-approve") {
		return UsageOf(ctx.Command, "%s is a folder: write a plan with plan %s -o plan.json, look at it, and apply that; --auto-approve does without", name, name)
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
		if shown := applyFormats.Render(s.Format, s.Out, applied{result, len(p.Changes), err}); shown != nil {
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

// applied is what was done of a plan with so many changes, and why not all of it was.
type applied struct {
	*apply.Result
	planned int
	failure error
}

// applyFormats are the formats of apply and rollback.
var applyFormats = render.Results(render.Func[applied](appliedText))

func appliedText(w io.Writer, r applied) error {
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) } // the terminal has gone
	if r.Nothing {
		out("Nothing to do: the site %s is as planned.", r.Site)
		return nil
	}
	for _, w := range r.Written {
		out("%sd %s (%s)", w.Op, tabular.Printable(w.Name), w.ID)
		if w.Alias != "" && w.Alias != w.ID {
			out("  it had the id %s before", w.Alias)
		}
	}
	if r.Backup == "" {
		return nil
	}
	if r.failure != nil {
		out("%d of %d changes are written.\nApply the plan with --resume to go on, or go back with: qlik2rego rollback %s", len(r.Written), r.planned, r.Backup)
	} else {
		out("The site %s has the plan's %s. Open browser tabs keep their rights until people log in again.", r.Site, Count(r.planned, "change"))
	}
	for _, m := range r.Mismatches {
		out("MISMATCH %s", tabular.Printable(m))
	}
	switch {
	case r.RolledBack:
		out("The site is as it was before.")
	case r.failure == nil && r.Verified > 0 && len(r.Mismatches) == 0:
		out("The site's audit confirms %s of the prediction.", Count(r.Verified, "right"))
	}
	out("backup:  %s\njournal: %s", r.Backup, r.Journal)
	return nil
}
