package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/junit"
)

// testSuite has a case for each Rego test.
func testSuite(results []*tester.Result) *junit.Suite {
	s := &junit.Suite{Name: "qlik2rego test"}
	for _, r := range results {
		c := junit.Case{Class: r.Package, Name: r.Name}
		if r.Location != nil {
			c.File = r.Location.File
		}
		switch {
		case r.Error != nil:
			c.Error = &junit.Outcome{Message: r.Error.Error()}
		case r.Fail:
			c.Failure = &junit.Outcome{Message: "the test is false"}
		case r.Skip:
			c.Skipped = &struct{}{}
		}
		s.Add(c)
	}
	return s
}

// diffSuite has a case for each gate and, without one, a case that there is no
// difference.
func diffSuite(r *difference.Report) *junit.Suite {
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
			kinds := []string{fmt.Sprintf("gain: %s", Count(int(r.Gain.Cells), "right")), fmt.Sprintf("loss: %s", Count(int(r.Loss.Cells), "right"))}
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
	return fmt.Sprintf("%s differ, at most %d pass", Count(int(g.Cells), "right"), g.Limit)
}
