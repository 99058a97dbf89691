package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// Diagnose writes diagnostics to standard error, for people.
func (s *Streams) Diagnose(list diag.List) error {
	if len(list) == 0 {
		return nil
	}
	if s.Quiet {
		list = slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	}
	if len(list) == 0 {
		return nil
	}
	err := diag.Terminal{Color: s.Color && s.ErrTerminal, Help: "qlik2rego help "}.Render(s.Err, list)
	_, _ = io.WriteString(s.Err, "\n")
	return err
}

// Broken writes the errors among diagnostics to standard error, so that nothing else
// hides them, and returns the error that ends the command and names them.
func (s *Streams) Broken(list diag.List) error {
	errs := slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	if err := s.Diagnose(errs); err != nil {
		return err
	}
	closing := fmt.Sprintf("%s: nothing was done", Count(len(errs), "error"))
	if len(errs) > 0 {
		closing += ": " + brief(errs[0])
	}
	if len(errs) > 1 {
		closing += fmt.Sprintf(" and %d more", len(errs)-1)
	}
	if more := len(list) - len(errs); more > 0 && !s.Quiet {
		closing += fmt.Sprintf(" (%s beside, which qlik2rego check shows)", Count(more, "finding"))
	}
	return &Exit{Code: ExitInput, Err: errors.New(closing), Diagnostics: list}
}

// brief names a diagnostic in a few words.
func brief(d diag.Diagnostic) string {
	text := fmt.Sprintf("%s %s", d.Code, d.Summary)
	if d.Rule.Name != "" {
		text += fmt.Sprintf(" in the rule %q", d.Rule.Name)
	}
	return text
}

// hint says where to see diagnostics that keep nobody from an answer.
func (s *Streams) hint(list diag.List) error {
	if len(list) == 0 || s.Quiet {
		return nil
	}
	_, err := fmt.Fprintf(s.Err, "%s, which qlik2rego check shows\n", Count(len(list), "finding"))
	return err
}

// folded writes diagnostics that keep nobody from a result, a line for each kind.
func (s *Streams) folded(list diag.List) error {
	if s.Quiet || len(list) == 0 {
		return nil
	}
	kinds := map[diag.Code]diag.List{}
	for _, d := range list {
		kinds[d.Code] = append(kinds[d.Code], d)
	}
	var b strings.Builder
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		b.WriteString(foldedLine(kinds[code], "", s))
	}
	if _, err := io.WriteString(s.Err, b.String()); err != nil {
		return err
	}
	return s.hint(list)
}

// CheckReport is the result of check in JSON.
type CheckReport struct {
	// Rules counts all that were found, those of Skipped too.
	Rules    int `json:"rules"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	// Skipped are the rules that --skip-invalid leaves out.
	Skipped     []bundles.Skipped `json:"skipped"`
	Diagnostics diag.List         `json:"diagnostics"`
	// Notices are the lints that did not run.
	Notices []lint.Notice `json:"notices,omitempty"`
	// Fixed are the files that --fix changes.
	Fixed []FixedFile `json:"fixed,omitempty"`
	// Suppressed counts the findings that comments of rules suppress.
	Suppressed int `json:"suppressed"`
	// Costs are there if they are asked for and the rules compile.
	Costs []compiler.RuleCost `json:"costs,omitempty"`

	all bool
}

// Report of a check: diagnostics for people on standard error and a summary on
// standard output, or all of it for programs on standard output.
func (s *Streams) CheckReport(version string, report CheckReport, list diag.List) error {
	switch s.Format {
	case SARIF:
		return sarif("check", version).Render(s.Out, list)
	case GitHub:
		return diag.GitHub{Root: projectRoot()}.Render(s.Out, list)
	case GitLab:
		return diag.GitLab{Root: projectRoot()}.Render(s.Out, list)
	case JUnit:
		return diag.JUnit{}.Render(s.Out, list)
	case Markdown:
		return diag.Markdown{}.Render(s.Out, list)
	case JSON:
		report.Errors, report.Warnings, report.Infos = list.Count(diag.Error), list.Count(diag.Warning), list.Count(diag.Info)
		report.Diagnostics = append(diag.List{}, list...)
		return s.WriteJSON(report)
	}
	if err := s.showFindings(list, report.all); err != nil {
		return err
	}
	if err := writeCosts(s.Out, report.Costs); err != nil {
		return err
	}
	counts := []string{rulesOf(report.Rules, report.Skipped), Count(list.Count(diag.Error), "error"), Count(list.Count(diag.Warning), "warning")}
	if n := list.Count(diag.Info); n > 0 {
		counts = append(counts, Count(n, "note"))
	}
	if report.Suppressed > 0 {
		counts = append(counts, fmt.Sprintf("%d suppressed", report.Suppressed))
	}
	if _, err := fmt.Fprintln(s.Out, strings.Join(counts, ", ")); err != nil {
		return err
	}
	return s.writeNotices(report.Notices)
}

// Count returns a number with its noun: "1 rule", "2 rules".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
