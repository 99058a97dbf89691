package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// shownInFull is the number of findings of one kind that are shown in full: all errors, the first
// warnings, and no notes.
var shownInFull = map[diag.Severity]int{diag.Error: 1 << 30, diag.Warning: 3, diag.Info: 0}

// namedRules is the maximum number of rules in a line that summarizes findings.
const namedRules = 4

// showFindings writes findings as text to standard error, the most severe first. Unless all is set,
// it summarizes many findings of one kind in one line with a count.
func (s *Streams) showFindings(list diag.List, all bool) error {
	if all {
		return s.Diagnose(list)
	}
	var folded []string
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Code == list[0].Code && list[n].Severity == list[0].Severity {
			n++
		}
		kind := list[:n]
		list = list[n:]
		full := min(shownInFull[kind[0].Severity], n)
		if full > 0 && full == n-1 {
			full = n // one more finding takes no more space than the summary
		}
		if full == 0 {
			folded = append(folded, foldedLine(kind, "", s))
			continue
		}
		if err := s.Diagnose(kind[:full]); err != nil {
			return err
		}
		if full < n {
			if _, err := io.WriteString(s.Err, foldedLine(kind[full:], "more ", s)+"\n"); err != nil {
				return err
			}
		}
	}
	if len(folded) == 0 {
		return nil
	}
	_, err := io.WriteString(s.Err, strings.Join(folded, "")+"\n")
	return err
}

// foldedLine returns the line that summarizes findings of one kind.
func foldedLine(kind diag.List, more string, s *Streams) string {
	d := kind[0]
	title := d.Summary
	if l := lint.Find(d.Code); l != nil && l.Title != "" {
		title = l.Title
	}
	line := fmt.Sprintf("%s[%s]: %s%s: %s", d.Severity, d.Code, more, title, rulesNamed(kind))
	return s.paintError(line) + "\n"
}

// rulesNamed lists the names of the rules with findings, up to namedRules.
func rulesNamed(kind diag.List) string {
	var names []string
	for _, d := range kind {
		if name := d.Rule.Name; d.Rule != (diag.Rule{}) {
			if name == "" {
				name = d.Rule.ID
			}
			if name = `"` + tabular.Printable(name) + `"`; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return render.Count(len(kind), "time")
	}
	if left := len(names) - namedRules; left > 1 {
		names = append(names[:namedRules:namedRules], render.Count(left, "more rule"))
	}
	return strings.Join(names, ", ")
}

// paintError colours a line about findings for standard error.
func (s *Streams) paintError(line string) string {
	if !s.Color || !s.ErrTerminal {
		return line
	}
	return "\x1b[" + faint + "m" + line + "\x1b[0m"
}

// lintErrors counts the errors that lints found, without errors that prevent rules from compiling.
func lintErrors(list diag.List) int {
	n := 0
	for _, d := range list {
		if d.Severity == diag.Error && lint.Find(d.Code) != nil {
			n++
		}
	}
	return n
}

// writeNotices writes which lints did not run, grouped by reason.
func writeNotices(w io.Writer, notices []lint.Notice) error {
	var reasons []string
	count := map[string]int{}
	for _, n := range notices {
		if count[n.Reason]++; count[n.Reason] == 1 {
			reasons = append(reasons, n.Reason)
		}
	}
	for _, reason := range reasons {
		if _, err := fmt.Fprintf(w, "not run: %s: %s\n", render.Count(count[reason], "check"), reason); err != nil {
			return err
		}
	}
	return nil
}
