package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// maxProfile is the maximum number of lines of the table; JSON has all.
const maxProfile = 20

// profile decides a request, and writes the decision and the time that OPA spent on each location.
func (s *Streams) profile(ctx context.Context, e *engine.Engine, d *deciding, request []byte) error {
	decision, lines, err := e.Profile(ctx, request)
	if err != nil {
		return err
	}
	if err := s.profileFormats().Render(s.Format, s.Out, profiled{decided{decision, request, d}, lines}); err != nil {
		return err
	}
	if !decision.Allow {
		return No()
	}
	return nil
}

// profiled is a decision with the time that OPA spent on each location.
type profiled struct {
	decided
	Profile []engine.ProfileLine `json:"profile"`
}

// profileFormats are the formats of eval --profile.
func (s *Streams) profileFormats() render.Formats[profiled] {
	return render.Results(render.Func[profiled](func(w io.Writer, p profiled) error {
		if err := s.decisionText(w, p.decided); err != nil {
			return err
		}
		return writeProfile(w, p.Profile)
	}))
}

func writeProfile(out io.Writer, lines []engine.ProfileLine) error {
	if len(lines) == 0 {
		return nil
	}
	total := int64(0)
	for _, l := range lines {
		total += l.Nanoseconds
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SHARE\tEVALUATED\tLINE\tEXPRESSION")
	for _, l := range lines[:min(maxProfile, len(lines))] {
		fmt.Fprintf(w, "%.1f %%\t%d\t%s:%d\t%s\n", 100*float64(l.Nanoseconds)/float64(max(total, 1)), l.Evaluated, tabular.Printable(l.File), l.Row, tabular.Printable(l.Text))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	rest := ""
	if more := len(lines) - maxProfile; more > 0 {
		rest = fmt.Sprintf(" %s with less time are in --format json.", render.Count(more, "more line"))
	}
	_, err := fmt.Fprintf(out, "\nOPA spent %d µs on %s, including the time to measure them.%s\n", total/1000, render.Count(len(lines), "line"), rest)
	return err
}
