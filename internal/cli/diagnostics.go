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
	"github.com/qlik2rego/qlik2rego/internal/render"
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
	closing := fmt.Sprintf("%s: nothing was done", render.Count(len(errs), "error"))
	if len(errs) > 0 {
		closing += ": " + brief(errs[0])
	}
	if len(errs) > 1 {
		closing += fmt.Sprintf(" and %d more", len(errs)-1)
	}
	if more := len(list) - len(errs); more > 0 && !s.Quiet {
		closing += fmt.Sprintf(" (%s beside, which qlik2rego check shows)", render.Count(more, "finding"))
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
	_, err := fmt.Fprintf(s.Err, "%s, which qlik2rego check shows\n", render.Count(len(list), "finding"))
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

// checkFormats are the formats of a check. People read diagnostics on standard error and a
// summary on standard output; programs read all of it on standard output.
func (s *Streams) checkFormats() render.Formats[CheckReport] {
	findings := func(r render.Renderer[diag.List]) render.Renderer[CheckReport] {
		return render.Via(func(c CheckReport) diag.List { return c.Diagnostics }, r)
	}
	return render.Results(render.Func[CheckReport](s.checkText)).
		With(render.SARIF, findings(sarifOf("check"))).
		With(render.GitHub, findings(scanned(func() render.Renderer[diag.List] { return diag.GitHub{Root: projectRoot()} }))).
		With(render.GitLab, findings(scanned(func() render.Renderer[diag.List] { return diag.GitLab{Root: projectRoot()} }))).
		With(render.JUnit, findings(diag.JUnit{})).
		With(render.Markdown, findings(diag.Markdown{}))
}

func (s *Streams) checkText(w io.Writer, r CheckReport) error {
	if err := s.showFindings(r.Diagnostics, r.all); err != nil {
		return err
	}
	if err := writeCosts(w, r.Costs); err != nil {
		return err
	}
	counts := []string{rulesOf(r.Rules, r.Skipped), render.Count(r.Errors, "error"), render.Count(r.Warnings, "warning")}
	if r.Infos > 0 {
		counts = append(counts, render.Count(r.Infos, "note"))
	}
	if r.Suppressed > 0 {
		counts = append(counts, fmt.Sprintf("%d suppressed", r.Suppressed))
	}
	if _, err := fmt.Fprintln(w, strings.Join(counts, ", ")); err != nil {
		return err
	}
	return writeNotices(w, r.Notices)
}
