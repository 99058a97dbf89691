package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/diag"
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

// Broken writes the errors among diagnostics to standard error, and returns the error that ends the
// command.
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
		closing += fmt.Sprintf(" (and %s, which qlik2rego check shows)", render.Count(more, "finding"))
	}
	return &Exit{Code: ExitInput, Err: errors.New(closing), Diagnostics: list}
}

// brief describes a diagnostic in a few words.
func brief(d diag.Diagnostic) string {
	text := fmt.Sprintf("%s %s", d.Code, d.Summary)
	if d.Rule.Name != "" {
		text += fmt.Sprintf(" in the rule %q", d.Rule.Name)
	}
	return text
}

// hint writes which command shows the diagnostics that do not prevent an answer.
func (s *Streams) hint(list diag.List) error {
	if len(list) == 0 || s.Quiet {
		return nil
	}
	_, err := fmt.Fprintf(s.Err, "%s, which qlik2rego check shows\n", render.Count(len(list), "finding"))
	return err
}

// folded writes diagnostics that do not prevent a result, one line for each kind.
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
