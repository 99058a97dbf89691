package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
)

// Markdown renders a report as a comment to a pull request.
type Markdown struct{}

// Render writes the report.
func (Markdown) Render(w io.Writer, r *prove.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Assertions: %s\n\n| assertion | verdict | why |\n| --- | --- | --- |\n", summary(r))
	for _, result := range r.Results {
		why := result.Reason
		if text := restsOn(result); text != "" {
			why = text
		}
		reasons := []string{cell(why)}
		for i, e := range result.Examples {
			text := fmt.Sprintf("%s on %s, %s", e.Action, e.Type, from(e.Context))
			if len(e.GrantedBy) > 0 {
				text += ", granted by " + e.GrantedBy[0].Name + at(e.GrantedBy[0])
			}
			reasons = append(reasons[:i:i], cell(text))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(result.Name), result.Verdict, strings.Join(reasons, "<br>"))
	}
	for _, result := range r.Results {
		for _, e := range result.Examples {
			fmt.Fprintf(&b, "\n<details><summary>%s: %s on %s</summary>\n\n```json\n%s\n```\n</details>\n", html(result.Name), e.Action, html(e.Type), fenced(string(e.Request)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell escapes text so that it does not end a table cell or begin markup.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`", "@", "&#64;").Replace(text)
}

func html(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ", "@", "&#64;").Replace(text)
}

func fenced(text string) string { return strings.ReplaceAll(text, "```", "` ` `") }
