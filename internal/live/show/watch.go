package show

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/live/watch"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Drift is the list of rules on a site that differ from their files.
type Drift struct {
	Rules []string `json:"drift"`
	Site  string   `json:"site"`
}

// Drifts are the formats of drift.
var Drifts = render.Results(render.Func[Drift](func(w io.Writer, r Drift) error {
	if len(r.Rules) == 0 {
		_, err := fmt.Fprintf(w, "the rules of the site %s match their files\n", r.Site)
		return err
	}
	_, err := fmt.Fprintf(w, "drift: %s of the site %s %s not match the files: %s\n", render.Count(len(r.Rules), "rule"), r.Site,
		map[bool]string{true: "does", false: "do"}[len(r.Rules) == 1], tabular.Printable(strings.Join(r.Rules, ", ")))
	return err
}))

// Events are the formats of changes on a site. In JSON, an event is one line.
var Events = render.Results(render.Func[*watch.Event](eventText)).
	With(render.JSON, render.Func[*watch.Event](func(w io.Writer, e *watch.Event) error { return json.NewEncoder(w).Encode(e) }))

func eventText(w io.Writer, e *watch.Event) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	effect := "nobody gains or loses access"
	switch e.Effect {
	case watch.Unknown:
		effect = "the effect is unknown: " + tabular.Printable(e.Reason)
	case watch.Access:
		effect = fmt.Sprintf("%s gained by %s, %s lost by %s", render.Count(int(e.Gain.Cells), "right"), render.Count(e.Gain.Users, "user"),
			render.Count(int(e.Loss.Cells), "right"), render.Count(e.Loss.Users, "user"))
	}
	line("%s %s: %s; %s", e.Time.Format(time.RFC3339), e.Site, render.Count(e.Count, "change"), effect)
	for i, c := range e.Changes {
		if i == maxShown {
			line("  and %d more", e.Count-i)
			break
		}
		by := ""
		if c.By != "" {
			by = fmt.Sprintf(" by %s at %s", tabular.Printable(c.By), c.At)
		}
		line("  %s %s %s%s", c.What, c.Type, tabular.Printable(c.Name), by)
	}
	for _, g := range e.Groups {
		symbol := map[string]string{difference.Gain: "+", difference.Loss: "-"}[g.Kind]
		for _, p := range g.Parts {
			line("  %s %s on %s: %s, %s", symbol, p.Action, p.Type, render.Count(p.Users, "user"), render.Count(p.Resources, "resource"))
		}
	}
	for _, name := range e.Drift {
		line("  drift: %s does not match the files", tabular.Printable(name))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
