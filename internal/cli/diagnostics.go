package cli

import (
	"fmt"
	"io"
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
	err := diag.Terminal{Color: s.Color && s.ErrTerminal}.Render(s.Err, list)
	_, _ = io.WriteString(s.Err, "\n")
	return err
}

// Broken writes diagnostics with errors among them to standard error and
// returns the error that ends the command.
func (s *Streams) Broken(list diag.List) error {
	if err := s.Diagnose(list); err != nil {
		return err
	}
	return &Exit{Code: ExitInput, Err: fmt.Errorf("%s: nothing was done", Count(list.Count(diag.Error), "error")), Diagnostics: list}
}

// hint says where to see diagnostics that keep nobody from an answer.
func (s *Streams) hint(list diag.List) error {
	if len(list) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(s.Err, "%s, which qlik2rego check shows\n", Count(len(list), "finding"))
	return err
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
		return diag.SARIF{Version: version}.Render(s.Out, list)
	case GitHub:
		return diag.GitHub{}.Render(s.Out, list)
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
