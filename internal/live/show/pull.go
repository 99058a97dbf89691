package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Pulled is the result of pull.
type Pulled struct {
	Path        string         `json:"path"`
	Site        string         `json:"site"`
	Build       string         `json:"build"`
	Rules       int            `json:"rules"`
	Entities    int            `json:"entities"`
	Counts      map[string]int `json:"counts"`
	Absent      []string       `json:"absent"`
	Unchanged   bool           `json:"unchanged"`
	Incremental bool           `json:"incremental"`
	Calls       int64          `json:"calls"`
	Bytes       int64          `json:"bytes"`
}

// PulledInto returns the result of pull into a folder.
func PulledInto(dir string, r *pull.Result) Pulled {
	m := r.Manifest
	p := Pulled{
		Path: dir, Site: m.Site, Build: m.Build, Rules: m.Rules, Entities: m.Count(), Counts: map[string]int{}, Absent: m.Absent,
		Unchanged: r.Unchanged, Incremental: r.Incremental, Calls: r.Calls, Bytes: r.Bytes,
	}
	for _, part := range m.Collections {
		p.Counts[part.Type] = part.Count
	}
	return p
}

// Pulls are the formats of the result of pull.
var Pulls = render.Results(render.Func[Pulled](pulledText))

func pulledText(w io.Writer, r Pulled) error {
	var shown []string
	for _, c := range live.Collections() {
		if n := r.Counts[c.Type]; n > 0 && c.Type != "SystemRule" {
			shown = append(shown, fmt.Sprintf("%s %d", c.Type, n))
		}
	}
	what := "pulled the site " + r.Site
	if r.Unchanged {
		what = "nothing has changed on the site " + r.Site
	}
	_, err := fmt.Fprintf(w, "%s (build %s): %s, %s\n%s\nin %s\n", what, r.Build,
		render.Count(r.Rules, "rule"), fmt.Sprintf("%d entities", r.Entities-r.Counts["SystemRule"]), strings.Join(shown, ", "), tabular.Printable(r.Path))
	return err
}
