package show

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	diffshow "github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Plans are the formats of plans; in JSON a plan is the file that apply reads.
var Plans = render.Results(planText(false)).
	With(render.JSON, render.Func[*plan.Plan](func(w io.Writer, p *plan.Plan) error {
		data, err := p.Encode()
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})).
	With(render.Markdown, planText(true))

// planText renders a plan as text or as Markdown.
func planText(markdown bool) render.Renderer[*plan.Plan] {
	return render.Func[*plan.Plan](func(w io.Writer, p *plan.Plan) error { return writePlan(w, p, markdown) })
}

func writePlan(w io.Writer, p *plan.Plan, markdown bool) error {
	v := planView{markdown: markdown}
	v.head(p)
	v.changes(p.Changes)
	v.drift(p.Drift)
	v.conflicts(p.Conflicts)
	v.list("Problems", p.Problems)
	v.list("Locked out", p.Guard)
	if !p.Empty() && len(p.Guard) == 0 {
		if v.markdown {
			v.line("")
		}
		v.line("Guard: after every write, administrators can still manage rules.")
	}
	v.gates(p.Gates)
	v.lints(p.Lints)
	v.assertions(p.Assertions)
	if _, err := io.WriteString(w, v.String()); err != nil || p.Report() == nil {
		return err
	}
	if v.markdown {
		if _, err := io.WriteString(w, "\n### Effect\n\n"); err != nil {
			return err
		}
		return diffshow.Markdown{}.Render(w, p.Report())
	}
	if _, err := io.WriteString(w, "\nEffect:\n"); err != nil {
		return err
	}
	return diffshow.Text{}.Render(w, p.Report())
}

// planView writes a plan as text or as Markdown.
type planView struct {
	strings.Builder
	markdown bool
}

func (v *planView) line(format string, args ...any) {
	v.WriteString(fmt.Sprintf(format, args...) + "\n")
}

// item writes a line of a list.
func (v *planView) item(format string, args ...any) {
	lead, text := "  ", fmt.Sprintf(format, args...)
	if v.markdown {
		lead, text = "- ", escapeMarkdown(text)
	}
	v.line("%s%s", lead, tabular.Printable(text))
}

func (v *planView) section(title string) {
	if v.markdown {
		title = "### " + title + "\n"
	} else {
		title += ":"
	}
	v.line("\n%s", title)
}

func (v *planView) head(p *plan.Plan) {
	where := fmt.Sprintf("the site %s (build %s)", p.Site, p.Build)
	switch {
	case p.Empty() && len(p.Drift)+len(p.Conflicts) == 0:
		v.line("Nothing to do: %s has the rules of the folder.", where)
	case p.Empty() && len(p.Conflicts) == 0:
		v.line("Nothing to do: no file has a change for %s.", where)
	case p.Blocked():
		v.line("BLOCKED: the plan for %s with %s cannot be applied.", where, render.Count(len(p.Changes), "change"))
	default:
		v.line("The plan for %s has %s.", where, render.Count(len(p.Changes), "change"))
	}
}

func (v *planView) changes(changes []plan.Change) {
	if len(changes) == 0 {
		return
	}
	v.section("Changes, in the order of the writes")
	marks := map[string]string{plan.Create: "+", plan.Update: "~", plan.Delete: "-"}
	for _, c := range changes {
		file := ""
		if c.File != "" {
			file = "  " + tabular.Printable(c.File)
		}
		if v.markdown {
			v.line("- **%s** %s%s", c.Op, tabular.Printable(c.Name), file)
			v.line("  ```diff")
		} else {
			v.line("  %s %s %s%s", marks[c.Op], c.Op, tabular.Printable(c.Name), file)
		}
		v.fields(c.Before, c.After)
		if v.markdown {
			v.line("  ```")
		}
		v.condition(c.Condition)
	}
}

// fields writes the difference of two versions of a rule, as lines of a diff.
func (v *planView) fields(before, after *plan.Fields) {
	old, new := describe(before), describe(after)
	for i, name := range fieldNames {
		if old[i] == new[i] {
			continue
		}
		if before == nil || after == nil || !strings.Contains(old[i]+new[i], "\n") && name != "condition" {
			for _, side := range []struct{ mark, text string }{{"-", old[i]}, {"+", new[i]}} {
				for _, line := range nonEmptyLines(side.text) {
					v.line("    %s %s: %s", side.mark, name, tabular.Printable(line))
				}
			}
			continue
		}
		v.line("      %s:", name)
		for _, d := range diffLines(strings.Split(old[i], "\n"), strings.Split(new[i], "\n")) {
			v.line("    %s   %s", d[:1], tabular.Printable(d[1:]))
		}
	}
}

func nonEmptyLines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return line == "" })
}

var fieldNames = []string{"name", "condition", "filter", "actions", "context", "disabled", "type", "category", "tags", "comment"}

// describe returns the fields of a rule in readable form, in the order of fieldNames.
func describe(f *plan.Fields) []string {
	if f == nil {
		return make([]string, len(fieldNames))
	}
	actions := strings.Join(ruleset.Actions(f.Actions).Names(), ", ")
	if f.Actions == uint32(ruleset.All) {
		actions = "all"
	}
	return []string{
		f.Name, strings.ReplaceAll(f.Rule, "\r\n", "\n"), f.ResourceFilter, actions, ruleset.Context(f.RuleContext).String(), fmt.Sprint(f.Disabled),
		f.Type, f.Category, strings.Join(f.Tags, ", "), strings.ReplaceAll(f.Comment, "\r\n", "\n"),
	}
}

// diffLines returns lines with a prefix: a space, - or +.
func diffLines(a, b []string) []string {
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var lines []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			lines = append(lines, " "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			lines = append(lines, "-"+a[i])
			i++
		default:
			lines = append(lines, "+"+b[j])
			j++
		}
	}
	return lines
}

func (v *planView) drift(list []plan.Drift) {
	if len(list) == 0 {
		return
	}
	v.section("Drift, which the plan preserves")
	for _, d := range list {
		text := map[string]string{
			"changed": "changed on the site", "created": "created on the site", "deleted": "deleted on the site",
			"kept": "its file was deleted; --prune deletes the rule",
		}[d.What]
		if d.By != "" && d.What != "kept" {
			text += " by " + d.By + " at " + d.At
		}
		v.item("%s: %s", d.Name, text)
	}
	v.item("pull copies the rules of the site to the folder; plan --revert restores them from their files (with --prune, rules created on the site are deleted).")
}

func (v *planView) conflicts(list []plan.Conflict) {
	if len(list) == 0 {
		return
	}
	v.section("Conflicts")
	for _, c := range list {
		v.item("%s (%s): %s", c.Name, c.File, c.Why)
		if c.By != "" {
			v.line("    changed on the site by %s at %s (- site, + file):", tabular.Printable(c.By), c.At)
		}
		if v.markdown {
			v.line("  ```diff")
		}
		v.fields(c.Theirs, c.Ours)
		if v.markdown {
			v.line("  ```")
		}
	}
}

func (v *planView) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	v.section(title)
	for _, line := range lines {
		v.item("%s", line)
	}
}

func (v *planView) gates(gates []plan.Gate) {
	var hit []string
	for _, g := range gates {
		if g.Hit {
			hit = append(hit, g.Gate+": "+g.Says)
		}
	}
	v.list("Failed gates", hit)
}
