package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// Markdown renders a report as the comment of a pull request: the result first, the details
// collapsed, within the size limit of a comment.
type Markdown struct {
	// MaxBytes is the maximum size in bytes; 0 means 60,000, which fits into a comment at
	// GitHub and GitLab.
	MaxBytes int
}

const maxComment = 60_000

// Render writes the report. What does not fit is counted instead.
func (m Markdown) Render(w io.Writer, r *difference.Report) error {
	limit := m.MaxBytes
	if limit == 0 {
		limit = maxComment
	}
	head, foot := m.head(r), m.foot(r, limit/3)
	var b strings.Builder
	b.WriteString(head)
	room := limit - len(head) - len(foot) - 200
	for i, g := range r.Groups {
		text := m.group(r, g)
		if len(text) > room {
			fmt.Fprintf(&b, "\n*%s more are not shown.* The JSON report lists all.\n", plural(len(r.Groups)-i, "group"))
			break
		}
		room -= len(text)
		b.WriteString(text)
	}
	b.WriteString(foot)
	_, err := io.WriteString(w, b.String())
	return err
}

func (m Markdown) head(r *difference.Report) string {
	var b strings.Builder
	u := unitsOf(r)
	switch {
	case r.Hit():
		b.WriteString("### :no_entry: Access: a gate failed\n\n")
	case r.Gain.Cells+r.Loss.Cells > 0:
		b.WriteString("### :warning: Access changes\n\n")
	case len(r.LeftOut) > 0:
		b.WriteString("### :grey_question: No change of access found, but not all was compared\n\n")
	case r.Accepted > 0:
		b.WriteString("### :white_check_mark: No change of access except those that the baseline accepts\n\n")
	case r.Proved:
		b.WriteString("### :white_check_mark: No change of access on any site\n\n")
	default:
		b.WriteString("### :white_check_mark: No change of access\n\n")
	}
	nouns := u.nouns()
	fmt.Fprintf(&b, "| | rights | %s | %s |\n|---|--:|--:|--:|\n", nouns[0], nouns[1])
	for _, row := range []struct {
		name string
		difference.Counts
	}{{"gain", r.Gain}, {"loss", r.Loss}} {
		fmt.Fprintf(&b, "| **%s** | %s | %s | %s |\n", row.name, number(row.Cells), number(row.Users), number(row.Resources))
	}
	b.WriteString("\n" + rightIs(r) + "; " + basis(r) + ".\n")
	if r.Accepted > 0 {
		fmt.Fprintf(&b, "The baseline accepts %s.\n", plural(r.Accepted, u.right))
	}
	for _, g := range r.Gates {
		mark := ":white_check_mark:"
		if g.Hit {
			mark = ":no_entry:"
		}
		fmt.Fprintf(&b, "\n- %s gate %s: %s", mark, code(g.Spec), measured(g))
	}
	if len(r.Gates) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

func (m Markdown) group(r *difference.Report, g difference.Group) string {
	var b strings.Builder
	u := unitsOf(r)
	fmt.Fprintf(&b, "\n<details><summary><b>%s</b> %s: %s", g.Kind, escape(u.what(g)), u.counts(g.Counts))
	if g.Accepted > 0 {
		fmt.Fprintf(&b, ", and %s accepted", number(g.Accepted))
	}
	fmt.Fprintf(&b, " — %s", escape(cause(g.Causes[0])))
	if n := len(g.Causes) - 1; n > 0 {
		fmt.Fprintf(&b, " and %s", plural(n, "cause"))
	}
	b.WriteString("</summary>\n\n")
	for _, c := range g.Causes {
		fmt.Fprintf(&b, "- %s", escape(cause(c)))
		if at := place(c.Place); at != "" {
			b.WriteString(", " + code(at))
		}
		b.WriteByte('\n')
		if c.Edit != nil {
			b.WriteString(m.edit(*c.Edit))
		}
	}
	each := units{user: "user", resource: "resource"}
	if r.Category != "" {
		each = u
	}
	nouns := each.nouns()
	fmt.Fprintf(&b, "\n| action | type | rights | %s | %s | |\n|---|---|--:|--:|--:|---|\n", nouns[0], nouns[1])
	for _, p := range g.Parts {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", u.action(p.Action), escape(p.Type), number(p.Cells), number(p.Users), number(p.Resources), escape(notes(p)))
	}
	b.WriteByte('\n')
	for _, e := range g.Examples {
		user, happens, resource := example(r, g.Kind, e)
		fmt.Fprintf(&b, "- %s %s %s\n", code(user), happens, code(resource))
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

func (m Markdown) edit(e difference.Edit) string {
	var b strings.Builder
	b.WriteString("  ```diff\n")
	if e.Before != "" {
		b.WriteString("  - " + fenced(e.Before) + "\n")
	}
	if e.After != "" {
		b.WriteString("  + " + fenced(e.After) + "\n")
	}
	return b.String() + "  ```\n"
}

// foot has the rules and what was not compared, within a number of bytes.
func (m Markdown) foot(r *difference.Report, limit int) string {
	var b strings.Builder
	if len(r.LeftOut) > 0 {
		b.WriteString("\n**Not compared**\n\n")
		for _, l := range r.LeftOut {
			b.WriteString("- " + escape(left(l)) + "\n")
		}
	}
	if len(r.Rules) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%s changed, %s as before</summary>\n\n| rule | change | effect |\n|---|---|---|\n",
			plural(len(r.Rules), "rule"), number(r.Unchanged))
		for i, c := range r.Rules {
			row := fmt.Sprintf("| %s | %s | %s |\n", escape(oneLine(c.Rule.Name)), escape(change(c)), escape(effect(c)))
			if b.Len()+len(row) > limit {
				fmt.Fprintf(&b, "| … | %s more | |\n", number(len(r.Rules)-i))
				break
			}
			b.WriteString(row)
		}
		b.WriteString("\n</details>\n")
	}
	if len(r.Stale) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%s of the baseline match no difference</summary>\n\n", number(len(r.Stale)))
		for i, e := range r.Stale {
			row := "- " + escape(stale(e)) + "\n"
			if b.Len()+len(row) > limit {
				fmt.Fprintf(&b, "- … and %s more\n", number(len(r.Stale)-i))
				break
			}
			b.WriteString(row)
		}
		b.WriteString("\n</details>\n")
	}
	return b.String()
}

// escape escapes text so that it contains no Markdown, HTML or mentions.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '@':
			b.WriteString("&#64;")
		case '\\', '`', '*', '_', '[', ']', '|', '#', '~', '!':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code shows text literally, inside a line.
func code(text string) string {
	text = oneLine(text)
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// fenced shows text inside a block of code; it must not contain the block's end.
func fenced(text string) string { return strings.ReplaceAll(oneLine(text), "```", "` ` `") }
