package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/live/verify"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// maxShown is the maximum number of differences in the text format.
const maxShown = 20

// Verified is a comparison with the audit of a site.
type Verified struct {
	*verify.Result
	// RuleName returns the name of a rule by its id, "" if it has none.
	RuleName func(id string) string `json:"-"`
}

// Verifications are the formats of a comparison with the audit of a site.
var Verifications = render.Results(render.Func[Verified](verifiedText))

func verifiedText(w io.Writer, r Verified) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	rules := func(ids []string) string {
		var names []string
		for _, id := range ids {
			name := id
			if n := r.RuleName(id); n != "" {
				name = n
			}
			names = append(names, tabular.Printable(name))
		}
		if names == nil {
			return "none"
		}
		return strings.Join(names, ", ")
	}
	line("compared %d rights of %d pairs of a user and a resource, which represent %d pairs", r.Cells, r.Pairs, r.Covered)
	if r.Differ == 0 {
		line("the audit of the site agrees with all of them")
	} else {
		line("%d rights differ", r.Differ)
	}
	for _, p := range r.Points {
		switch {
		case p.Settled:
			line("\n%d pairs agree with %s; the rules: %s", p.Pairs, p.Name, rules(p.Rules))
		case p.Name != "":
			line("\n%d pairs have no explanation; rules of one side use %s: %s", p.Pairs, p.Name, rules(p.Rules))
		default:
			line("\n%d pairs have no explanation; the rules of one side: %s", p.Pairs, rules(p.Rules))
		}
	}
	for i, d := range r.Differences {
		if i == maxShown {
			line("\n%d more pairs are in --format json", len(r.Differences)-i)
			break
		}
		line("\n%s on %s %s (%s)", tabular.Printable(d.Login), d.Type, tabular.Printable(d.Resource), d.Context)
		if len(d.Ours) > 0 {
			line("  only qlik2rego:      %s", strings.Join(d.Ours, ", "))
		}
		if len(d.Theirs) > 0 {
			line("  only the site:       %s", strings.Join(d.Theirs, ", "))
		}
		line("  our rules:  %s", rules(d.OurRules))
		if d.TheirRules != nil {
			line("  site rules: %s", rules(d.TheirRules))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
