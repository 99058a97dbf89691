package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// GitHub renders diagnostics as workflow commands, one per line, which GitHub shows next to the
// affected lines.
type GitHub struct {
	// Root is the directory that paths of files are relative to, or "" for unchanged paths.
	Root string
}

// longestPath is the maximum length of a file's path in columns: more than any system allows.
const longestPath = 1 << 15

// Render implements render.Renderer.
func (g GitHub) Render(w io.Writer, list List) error {
	out := bufio.NewWriter(w)
	for _, d := range list {
		command := map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}[d.Severity]
		var properties []string
		if d.Text != nil && d.Text.File != "" {
			path, _ := relativePath(g.Root, d.Text.File)
			properties = append(properties, "file="+githubProperty.Replace(printable(path, longestPath)))
		}
		if at, ok := d.Position(); ok {
			properties = append(properties, fmt.Sprintf("line=%d,col=%d", at.Line, at.Column))
		}
		properties = append(properties, "title="+githubProperty.Replace(string(d.Code)))
		_, _ = fmt.Fprintf(out, "::%s %s::%s\n", command, strings.Join(properties, ","), githubMessage.Replace(d.message()))
	}
	return out.Flush()
}

// message is the diagnostic as a paragraph, for readers without an excerpt.
func (d Diagnostic) message() string {
	m := printable(d.Summary, longestMessage)
	if where := place(d.Rule, nil, Range{}); where != "" {
		m = where + ": " + m
	}
	if d.Detail != "" {
		m += "\n" + printable(d.Detail, longestMessage)
	}
	if d.Fix != nil {
		m += "\nFix: " + printable(d.Fix.Message, longestMessage)
		if d.Fix.Replacement != "" {
			m += ": " + printable(d.Fix.Replacement, longestMessage)
		}
	}
	return m
}

var (
	githubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
