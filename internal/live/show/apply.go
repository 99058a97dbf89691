package show

import (
	"fmt"
	"io"

	"github.com/qlik2rego/qlik2rego/internal/live/apply"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Applied is the result of applying a plan.
type Applied struct {
	*apply.Result
	// Planned is the number of changes of the plan, Failure why not all of them were written.
	Planned int   `json:"-"`
	Failure error `json:"-"`
}

// Applications are the formats of the result of applying a plan.
var Applications = render.Results(render.Func[Applied](appliedText)).With(render.Markdown, render.Func[Applied](appliedMarkdown))

// appliedMarkdown writes the text as a block, since Markdown would join its lines.
func appliedMarkdown(w io.Writer, r Applied) error {
	if _, err := io.WriteString(w, "```text\n"); err != nil {
		return err
	}
	if err := appliedText(w, r); err != nil {
		return err
	}
	_, err := io.WriteString(w, "```\n")
	return err
}

func appliedText(w io.Writer, r Applied) error {
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) } // the terminal may be closed
	if r.Nothing {
		out("Nothing to do: the site %s matches the plan.", r.Site)
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
	if r.Failure != nil {
		out("%d of %d changes are written.\nContinue with apply --resume, or restore the backup with: qlik2rego rollback %s", len(r.Written), r.Planned, r.Backup)
	} else {
		out("The site %s has %s of the plan. Open browser tabs keep their rights until people log in again.", r.Site, render.Count(r.Planned, "change"))
	}
	for _, m := range r.Mismatches {
		out("MISMATCH %s", tabular.Printable(m))
	}
	switch {
	case r.RolledBack:
		out("The site has its previous rules.")
	case r.Failure == nil && r.Verified > 0 && len(r.Mismatches) == 0:
		out("The audit of the site confirms %s of the prediction.", render.Count(r.Verified, "right"))
	}
	out("backup:  %s\njournal: %s", r.Backup, r.Journal)
	return nil
}
