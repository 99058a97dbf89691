package cli

import (
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/audit/escalate/show"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// escalateFormats are the formats of escalate.
var escalateFormats = render.Results(show.Text{}).
	With(render.DOT, show.DOT{}).
	With(render.SVG, show.SVG{})

func escalateCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "escalate",
		Usage:     "show what users can reach by changing what their rights let them change",
		ArgsUsage: "RULES… [--persona NAME=VALUE,…] [--snapshot DIRECTORY] [flags]",
		Description: `Who may edit rules can have every right, who may change roles can take any role, and who
may edit users can set the custom properties that rules read. For every role, group and
other value that rules name, or for the users of a snapshot, escalate follows such steps
to the end, with the rule that grants each of them. Rights are counted by type and
action, on some resource that could be. Changes of a resource are steps, too: another owner
or stream, custom properties, a copy; they gain rights on that resource.

With --snapshot, steps are those of the site: users change their own record, rules,
directories, proxies, apps and other resources that are on record, and custom properties to
values that are defined. Users that no rule tells apart are listed together.

Where the granting rule restricts which rules may be edited, it is not known whether the
product judges the rule before or after the edit: both readings are given.

The exit code is 0 if nobody can escalate, and 1 if somebody can.

EXAMPLES:
   qlik2rego escalate systemrule.json
   qlik2rego escalate systemrule.json --persona roles=ContentAdmin --persona roles=Designer,group=Sales
   qlik2rego escalate systemrule.json --snapshot site/ --format json
   qlik2rego escalate systemrule.json --format svg -o escalation.svg`,
		Flags: slices.Concat(CompileFlags(), []cli.Flag{
			&cli.StringSliceFlag{Name: "persona", Usage: "a user with these properties and no others, `NAME=VALUE,…`; repeatable; overrides those of rules and of a snapshot"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, atomically; - is standard output"},
			formatFlag(escalateFormats),
		}),
		Action: func(ctx *cli.Context) error {
			return streams.Escalate(ctx)
		},
	}
}

// Escalate follows what users can reach.
func (s *Streams) Escalate(ctx *cli.Context) error {
	var personas []escalate.Persona
	for _, spec := range ctx.StringSlice("persona") {
		p, err := escalate.ParsePersona(spec)
		if err != nil {
			return UsageOf(ctx.Command, "--persona: %v", err)
		}
		personas = append(personas, p)
	}
	rules, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	if rules.Policy == nil {
		return s.Broken(rules.Diagnostics)
	}
	in := escalate.Input{Rules: rules.Valid(), Personas: personas, Options: rules.Options}
	if ctx.String("snapshot") != "" {
		if in.Site, err = rules.LoadSite(); err != nil {
			return s.Broken(rules.Diagnostics)
		}
	}
	if err := s.hint(rules.Diagnostics); err != nil {
		return err
	}
	report, err := escalate.Run(ctx.Context, in)
	if err != nil {
		return err
	}
	if err := s.writeTo(ctx.String("output"), func(w io.Writer, _ string) error { return escalateFormats.Render(s.Format, w, report) }); err != nil {
		return err
	}
	if slices.ContainsFunc(report.Personas, func(p escalate.Result) bool { return len(p.Steps) > 0 }) {
		return No()
	}
	return nil
}
