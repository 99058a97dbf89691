package studio

import (
	"context"
	"net/http"

	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// checked is the findings of all lints.
type checked struct {
	Findings   []finding     `json:"findings"`
	Notices    []lint.Notice `json:"notices"`
	Suppressed int           `json:"suppressed"`
}

// checks answers with the findings of all lints about the rules and the site.
func (c *console) checks(w http.ResponseWriter, r *http.Request) {
	stream(w, r, func(_ context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		p.Start("checking", 0)
		result := now.findings()
		all := checked{Findings: []finding{}, Notices: append([]lint.Notice{}, result.Notices...), Suppressed: result.Suppressed}
		for _, d := range result.Findings {
			one := findingOf(d, nil)
			if rule, ok := now.rule(d.Rule.ID); ok {
				one = findingOf(d, &rule)
			}
			all.Findings = append(all.Findings, one)
		}
		return all, nil
	})
}
