package cli

import (
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/assume"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Assumptions shows which decisions depend on open points of the language and on assumptions
// about the snapshot.
func (s *Streams) Assumptions(ctx *cli.Context) error {
	env, err := environment(ctx)
	if err != nil {
		return err
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	if c.Policy == nil {
		return s.Broken(c.Diagnostics)
	}
	if c.Site == nil {
		return UsageOf(ctx.Command, "the command needs a snapshot of the site: name it with --snapshot")
	}
	report, err := s.assumptions(ctx, c, env)
	if err != nil {
		return err
	}
	err = assumptionFormats.Render(s.Format, s.Out, report)
	if err == nil && report.Uncertain > 0 && ctx.String("fail-on") == "uncertain" {
		return No()
	}
	return err
}

// assumptionFormats are the formats of assumptions.
var assumptionFormats = render.Results(render.Func[*assume.Report](func(w io.Writer, r *assume.Report) error {
	_, err := io.WriteString(w, r.Text())
	return err
}))

// assumptions returns what depends on assumptions at the site of a workspace.
func (s *Streams) assumptions(ctx *cli.Context, c *workspace.Workspace, env map[string][]string) (*assume.Report, error) {
	report, err := c.Assumptions(ctx.Context, env)
	if errors.Is(err, workspace.ErrBroken) {
		return nil, s.Broken(c.Diagnostics)
	}
	return report, err
}
