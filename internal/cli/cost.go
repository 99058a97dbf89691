package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// maxCosts is the maximum number of rules in the table for people; JSON has all.
const maxCosts = 20

// writeCosts writes the rules that dominate a decision, with the reason.
func writeCosts(out io.Writer, costs []compiler.RuleCost) error {
	if len(costs) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STEPS\tSHARE\tTYPE\tRULE\tWHY")
	for _, c := range costs[:min(maxCosts, len(costs))] {
		fmt.Fprintf(w, "%.1f\t%.0f %%\t%s\t%s\t%s\n", c.Steps, 100*c.Share, tabular.Printable(c.Type), tabular.Printable(c.Name), tabular.Printable(why(c)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	rest := ""
	if more := len(costs) - maxCosts; more > 0 {
		rest = fmt.Sprintf("%s less expensive, which --format json has. ", render.Count(more, "more place"))
	}
	_, err := fmt.Fprintf(out, "\n%sSteps are the expressions that OPA is expected to evaluate for the rule in a\ndenial; the share is relative to all rules for the same type and action.\n\n", rest)
	return err
}

// why explains the cost of a rule.
func why(c compiler.RuleCost) string {
	text := "evaluated by every decision to " + strings.Join(c.Actions, ", ")
	switch {
	case len(c.Actions) > 4:
		text = fmt.Sprintf("evaluated by every decision on %d actions", len(c.Actions))
	}
	if c.Equivalent > 1 {
		text = fmt.Sprintf("one of %d that test the same", c.Equivalent)
		if len(c.FoundBy) > 0 {
			text = fmt.Sprintf("found by %s among %d", strings.Join(c.FoundBy, " and "), c.Equivalent)
		}
	}
	if len(c.Asks) > 0 {
		text += "; asks " + strings.Join(c.Asks, ", ")
	}
	return text
}
