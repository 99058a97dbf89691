package show

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	proveshow "github.com/qlik2rego/qlik2rego/internal/audit/prove/show"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// condition writes the clauses of a condition that differ, in words and as a tree.
func (v *planView) condition(d *difference.ConditionDiff) {
	switch {
	case d == nil:
		return
	case len(d.Clauses) == 0:
		v.line("%sthe condition has the same meaning in another form", v.indent())
		return
	}
	for _, c := range d.Clauses {
		text := c.Says
		if v.markdown {
			text = escapeMarkdown(text)
		}
		v.line("%s%s", v.indent(), tabular.Printable(text))
	}
	if len(d.Tree) < 3 {
		return // the lines above already show the difference
	}
	if v.markdown {
		v.line("\n  ```diff")
	} else {
		v.line("      as a tree:")
	}
	for _, line := range shortTree(d.Tree) {
		v.line("    %s %s%s", line.Mark, strings.Repeat("  ", line.Depth), tabular.Printable(line.Text))
	}
	if v.markdown {
		v.line("  ```")
	}
}

// indent returns the indentation of a line below a change.
func (v *planView) indent() string {
	if v.markdown {
		return "  - "
	}
	return "      * "
}

// maxSame is the maximum number of unchanged neighbours that are shown.
const maxSame = 4

// shortTree replaces long runs of unchanged lines by their number.
func shortTree(tree []difference.TreeLine) []difference.TreeLine {
	var short []difference.TreeLine
	for i := 0; i < len(tree); {
		n := i
		for n < len(tree) && tree[n].Mark == " " && tree[n].Depth == tree[i].Depth && (n+1 == len(tree) || tree[n+1].Depth <= tree[n].Depth) {
			n++
		}
		if n-i > maxSame {
			short = append(short, tree[i], difference.TreeLine{Depth: tree[i].Depth, Mark: " ", Text: fmt.Sprintf("… %d more that did not change", n-i-2)}, tree[n-1])
			i = n
			continue
		}
		n = max(n, i+1)
		short = append(short, tree[i:n]...)
		i = n
	}
	return short
}

// lints writes the findings that a plan adds and resolves.
func (v *planView) lints(l *plan.Lints) {
	if l == nil || len(l.Added)+len(l.Removed) == 0 && l.LeftOut == "" {
		return
	}
	v.section("Lints")
	if l.LeftOut != "" {
		v.item("%s", l.LeftOut)
	}
	if v.markdown && len(l.Added)+len(l.Removed) > 0 {
		v.line("")
		v.line("| | level | lint | rule | finding |\n| --- | --- | --- | --- | --- |")
	}
	for _, side := range []struct {
		mark, word string
		list       []plan.Finding
	}{{"+", "new", l.Added}, {"-", "settled", l.Removed}} {
		for _, f := range side.list {
			if v.markdown {
				v.line("| %s | %s | %s | %s | %s |", side.word, f.Severity, f.Code, escapeMarkdown(f.Rule), escapeMarkdown(f.Summary))
				continue
			}
			where := ""
			if f.Rule != "" {
				where = fmt.Sprintf(" (%s)", f.Rule)
			}
			v.line("  %s %s %s: %s%s", side.mark, f.Severity, f.Code, tabular.Printable(f.Summary), tabular.Printable(where))
		}
	}
}

// assertions writes the verdicts before and after.
func (v *planView) assertions(list []plan.Assertion) {
	if len(list) == 0 {
		return
	}
	v.section("Assertions, on the rules of the site and after the plan")
	if v.markdown {
		v.line("| assertion | before | after |\n| --- | --- | --- |")
		for _, a := range list {
			after := a.After.Verdict
			if a.Broken {
				after = ":no_entry: **" + after + "**"
			}
			v.line("| %s | %s | %s |", escapeMarkdown(a.After.Name), a.Before, after)
		}
		v.line("")
	}
	for _, a := range list {
		if v.markdown && a.After.Verdict == prove.Proved {
			continue
		}
		mark := " "
		if a.Broken {
			mark = "!"
		}
		if v.markdown {
			v.line("<details><summary>%s</summary>\n\n```", escapeMarkdown(a.After.Name))
		} else {
			v.line("  %s %s: %s, then %s", mark, tabular.Printable(a.After.Name), a.Before, a.After.Verdict)
		}
		if a.After.Verdict != prove.Proved {
			for _, line := range proveshow.Lines(a.After) {
				v.line("      %s", line)
			}
		}
		if v.markdown {
			v.line("```\n</details>\n")
		}
	}
}

// escapeMarkdown escapes text to one line of plain text: nothing in it is parsed as Markdown, HTML,
// a table cell or a mention.
func escapeMarkdown(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "@", "&#64;", "\n", " ", "\r", " ").Replace(tabular.Printable(text))
}
