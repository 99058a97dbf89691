package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/task"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// canReport is the decision about a task. JSON has the report; text adds the names of the rules, the
// user and the resources.
type canReport struct {
	task.Report
	question task.Question
	by       *deciding
}

// canFormats are the formats of can.
func (s *Streams) canFormats() render.Formats[canReport] {
	return render.Results(render.Func[canReport](s.canText))
}

// canText says what is missing, and by which rules the rest is granted.
func (s *Streams) canText(w io.Writer, r canReport) error {
	t, d := r.question.Task, r.by
	var b strings.Builder
	shown := []any{d.names.showSubject(r.Subject)}
	for _, p := range t.Shown {
		e := r.question.About[p]
		shown = append(shown, d.names.showResource(e.Type, e.ID))
	}
	verdict := s.paint(green, "yes") + ": %s can "
	if !r.Allow {
		verdict = s.paint(red, "no") + ": %s cannot "
	}
	fmt.Fprintf(&b, verdict+t.Says+"\n", shown...)
	for _, right := range r.Rights {
		mark := s.paint(green, "✓")
		if !right.Complete() {
			mark = s.paint(red, "✗")
		}
		fmt.Fprintf(&b, "  %s %s on %s", mark, right.Action, showRight(d.names, right))
		var names []string
		for _, id := range right.GrantedBy {
			names = append(names, tabular.Printable(d.ruleName(id)))
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, ", by %s", strings.Join(names, ", "))
		}
		if !right.Complete() && right.Unless != "" {
			fmt.Fprintf(&b, "; %s", right.Unless)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showRight formats the resources of a right.
func showRight(n siteNames, r task.Right) string {
	switch {
	case r.New:
		return "a new " + r.Type + " of the user's own"
	case r.Unknown && r.Type == task.ObjectType:
		return "the objects of the app, which the data of the site does not have"
	case r.Unknown:
		return "the " + r.Type + ", which the data of the site does not have"
	case r.ID != "":
		return n.showResource(r.Type, r.ID)
	case r.Type == task.ObjectType:
		return fmt.Sprintf("%d of %s of the app", r.Held, render.Count(r.Of, "object"))
	}
	return fmt.Sprintf("%d of %s", r.Held, render.Count(r.Of, r.Type))
}
