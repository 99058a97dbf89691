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
		Usage:     "show which rights users can gain by using the rights that they have",
		ArgsUsage: "RULES… [--persona NAME=VALUE,…] [--snapshot DIRECTORY] [flags]",
		Description: `A user that can edit rules can gain every right. A user that can change
roles can take any role, and a user that can edit users can set the custom properties
that rules read. escalate follows such steps for every role, group and other value that
rules name, or for the users of a snapshot. It shows the rule that grants each step.
Changes of a resource are also steps: another owner or stream, custom properties, a
copy. They gain rights on that resource. Rights are counted by type and action, on any
possible resource.

With --snapshot, users change their own record and the rules, directories, proxies, apps
and other resources of the snapshot. Custom properties get defined values. Users that no
rule can tell apart are listed together.

If a rule restricts which rules can be edited, it is unknown whether the product
evaluates the edited rule before or after the edit. The output shows both cases.

The exit code is 0 if no user can escalate, otherwise 1.

EXAMPLES:
   qlik2rego escalate systemrule.json
   qlik2rego escalate systemrule.json --persona roles=ContentAdmin --persona roles=Designer,group=Sales
   qlik2rego escalate systemrule.json --snapshot site/ --format json
   qlik2rego escalate systemrule.json --format svg -o escalation.svg`,
		Flags: slices.Concat(CompileFlags(), []cli.Flag{
			&cli.StringSliceFlag{Name: "persona", Usage: "check a user with only these properties, `NAME=VALUE,…`, instead of those of rules or snapshot; repeatable"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, atomically; - is standard output"},
			formatFlag(escalateFormats),
		}),
		Action: func(ctx *cli.Context) error {
			return streams.Escalate(ctx)
		},
	}
}

// Escalate computes what users can reach.
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
