package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/task"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Can decides whether a subject can perform a task, and reports the missing rights.
func (s *Streams) Can(ctx *cli.Context) error {
	q := task.Question{About: map[task.Parameter]authzen.Entity{}}
	var err error
	if q.Task, err = readTask(ctx); err != nil {
		return err
	}
	if err := readSubject(ctx, &q.Subject); err != nil {
		return err
	}
	if q.Context, err = readSurround(ctx); err != nil {
		return err
	}
	d, err := s.Decider(ctx)
	if err != nil {
		return err
	}
	if !d.names.Records.Present() && len(q.Task.Shown) > 0 {
		return UsageOf(ctx.Command, "the command needs a snapshot of the site: %s", d.names.noSite)
	}
	if err := s.nameTask(ctx, d.names, &q); err != nil {
		return err
	}
	report, err := task.Checker{Decider: d.decider, Records: d.names.Records}.Check(ctx.Context, q)
	if err != nil {
		return err
	}
	err = s.canFormats().Render(s.Format, s.Out, canReport{*report, q, d})
	if err == nil && !report.Allow {
		return No()
	}
	return err
}

// readTask parses the flags of the task.
func readTask(ctx *cli.Context) (task.Task, error) {
	name, names := ctx.String("task"), strings.Join(task.Names(), ", ")
	t, known := task.Find(name)
	switch {
	case !ctx.IsSet("task"):
		return t, UsageOf(ctx.Command, "--task is missing: it is one of %s", names)
	case !known:
		return t, UsageOf(ctx.Command, "--task is one of %s, not %q%s", names, name, diag.DidYouMean(name, task.Names(), nil))
	case !ctx.IsSet("subject"):
		return t, UsageOf(ctx.Command, "--subject is missing: name the user")
	}
	for _, p := range t.Parameters() {
		if !ctx.IsSet(string(p)) && t.Required(p) {
			return t, UsageOf(ctx.Command, "--%s is missing: the task %s is about one", p, t.Name)
		}
	}
	for _, p := range task.Parameters {
		if ctx.IsSet(string(p)) && !slices.Contains(t.Parameters(), p) {
			return t, UsageOf(ctx.Command, "--%s: the task %s is about none", p, t.Name)
		}
	}
	return t, nil
}

// nameTask resolves the names of the subject and of the resources of a task.
func (s *Streams) nameTask(ctx *cli.Context, n siteNames, q *task.Question) error {
	r := authzen.Request{Subject: q.Subject}
	for _, p := range q.Task.Parameters() {
		if !ctx.IsSet(string(p)) {
			continue
		}
		r.Resource = authzen.Entity{Type: p.Type(), ID: ctx.String(string(p))}
		if err := n.apply(&r, s.Err); err != nil {
			return err
		}
		q.About[p] = r.Resource
	}
	if len(q.About) == 0 {
		if err := n.apply(&r, s.Err); err != nil {
			return err
		}
	}
	q.Subject = r.Subject
	return nil
}
