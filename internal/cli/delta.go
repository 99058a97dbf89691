package cli

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// DeltaReport is the result of delta in JSON.
type DeltaReport struct {
	Path string `json:"path"`
	// Changes is the number of entities and accounts that differ.
	Changes int `json:"changes"`
	// Base and Revision are the revisions before and after.
	Base     string `json:"base"`
	Revision string `json:"revision"`
}

// WriteDelta writes the changes from the site data of the first bundle to that of the second,
// atomically.
func (s *Streams) WriteDelta(ctx *cli.Context) error {
	path := ctx.String("output")
	if err := distinctOutputs(ctx, path, reportTo(ctx)); err != nil {
		return err
	}
	out := s.outputs()
	defer out.Discard()
	report := DeltaReport{Path: path}
	err := out.File(path, func(w io.Writer, _ string) error {
		c, err := bundles.WriteDelta(ctx.Context, w, ctx.Args().Get(0), ctx.Args().Get(1))
		report.Changes, report.Base, report.Revision = c.Operations, c.Base, c.Revision
		return Input(err)
	})
	if err == nil {
		err = out.Commit()
	}
	if err != nil {
		return err
	}
	return s.deltaFormats().Render(s.Format, s.Out, report)
}

// deltaFormats are the formats of delta.
func (s *Streams) deltaFormats() render.Formats[DeltaReport] {
	return render.Results(render.Func[DeltaReport](func(_ io.Writer, r DeltaReport) error {
		return s.wrote(r.Path, fmt.Sprintf("%s, from revision %.12s to %.12s", render.Count(r.Changes, "change"), r.Base, r.Revision))
	}))
}
