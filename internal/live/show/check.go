package show

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// skewed is the difference between clocks, in seconds, from which it is mentioned.
const skewed = 5

// Checks are the formats of a check of a site.
var Checks = render.Results(render.Func[*live.Check](checkText))

func checkText(w io.Writer, c *live.Check) error {
	var b strings.Builder
	line := func(what, value string) { fmt.Fprintf(&b, "%-9s %s\n", what, tabular.Printable(value)) }
	line("site", c.Site+" at "+c.URL)
	line("user", c.User)
	line("build", c.Build)
	switch {
	case c.ClockAhead >= skewed:
		line("clock", fmt.Sprintf("%.0f seconds ahead of this machine", c.ClockAhead))
	case c.ClockAhead <= -skewed:
		line("clock", fmt.Sprintf("%.0f seconds behind this machine", -c.ClockAhead))
	default:
		line("clock", "same time as this machine")
	}
	var counts []string
	for _, t := range []string{"SystemRule", "User", "Stream", "App", "App.Object"} {
		counts = append(counts, fmt.Sprintf("%s %d", t, c.Counts[t]))
	}
	line("can read", strings.Join(counts, ", "))
	if len(c.Absent) > 0 {
		slices.Sort(c.Absent)
		line("absent", strings.Join(c.Absent, ", "))
	}
	for _, a := range c.Commands {
		switch {
		case a.OK && len(a.Unknown) > 0:
			line(a.Command, "may work: the site does not report whether "+c.User+" has "+strings.Join(a.Unknown, ", "))
		case a.OK:
			line(a.Command, "can work")
		default:
			line(a.Command, "cannot work: "+c.User+" lacks "+strings.Join(a.Missing, ", "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
