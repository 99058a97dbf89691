package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// canFormats are the formats of can.
func (s *Streams) canFormats() render.Formats[CanReport] {
	return render.Results(render.Func[CanReport](s.canText))
}

// canText says what is missing, and by which rules the rest is granted.
func (s *Streams) canText(w io.Writer, r CanReport) error {
	t, d, about := r.task, r.names, r.about
	var b strings.Builder
	shown := make([]any, len(t.flags))
	for i, flag := range t.flags {
		shown[i] = d.names.showResource(about[flag].Type, about[flag].ID)
	}
	verdict := s.paint(green, "yes") + ": %s can "
	if !r.Allow {
		verdict = s.paint(red, "no") + ": %s cannot "
	}
	fmt.Fprintf(&b, verdict+t.says+"\n", append([]any{d.names.showSubject(r.Subject)}, shown...)...)
	for _, right := range r.Rights {
		mark := s.paint(green, "✓")
		if right.Held < right.Of {
			mark = s.paint(red, "✗")
		}
		fmt.Fprintf(&b, "  %s %s on %s", mark, right.Action, right.shown(d))
		var names []string
		for _, id := range right.GrantedBy {
			names = append(names, tabular.Printable(d.ruleName(id)))
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, ", by %s", strings.Join(names, ", "))
		}
		if right.Held < right.Of && right.Unless != "" {
			fmt.Fprintf(&b, "; %s", right.Unless)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r TaskRight) shown(d *deciding) string {
	switch {
	case r.New:
		return "a new " + r.Type + " of the user's own"
	case r.ID != "":
		return d.names.showResource(r.Type, r.ID)
	case r.Type == "App.Object":
		return fmt.Sprintf("%d of %s of the app", r.Held, render.Count(r.Of, "object"))
	}
	return fmt.Sprintf("%d of %s", r.Held, render.Count(r.Of, r.Type))
}
