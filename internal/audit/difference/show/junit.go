package show

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/junit"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// JUnit renders a report as test results: a gate is a test case and, without gates, there is
// one case, that no access has changed.
type JUnit struct{}

// Render implements render.Renderer.
func (JUnit) Render(w io.Writer, r *difference.Report) error { return suite(r).Write(w) }

func suite(r *difference.Report) *junit.Suite {
	s := &junit.Suite{Name: "qlik2rego diff"}
	for _, g := range r.Gates {
		c := junit.Case{Class: "gate", Name: g.Spec}
		if g.Hit {
			c.Failure = &junit.Outcome{Message: gateMessage(g)}
		}
		s.Add(c)
	}
	if len(r.Gates) == 0 {
		c := junit.Case{Class: "access", Name: "no change of access"}
		if r.Gain.Cells+r.Loss.Cells > 0 {
			kinds := []string{fmt.Sprintf("gain: %s", render.Count(int(r.Gain.Cells), "right")), fmt.Sprintf("loss: %s", render.Count(int(r.Loss.Cells), "right"))}
			c.Failure = &junit.Outcome{Message: strings.Join(slices.Compact(kinds), ", ")}
		}
		s.Add(c)
	}
	return s
}

// gateMessage says why a gate was hit.
func gateMessage(g difference.Gate) string {
	if g.Percent {
		return fmt.Sprintf("%d of %d users differ, at most %d%% pass", g.Users, g.Of, g.Limit)
	}
	return fmt.Sprintf("%s differ, at most %d pass", render.Count(int(g.Cells), "right"), g.Limit)
}
