package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// check reports what is wrong with rules.
func (s *Streams) check(ctx *cli.Context) error {
	for _, flag := range []string{"cost", "list-rules"} {
		if names := lintFormats.Names(); ctx.Bool(flag) && !slices.Contains(names, s.Format) {
			return Usagef("--%s has no place in the format %s: use %s", flag, s.Format, strings.Join(names, " or "))
		}
	}
	config, err := lintConfig(ctx)
	if err != nil {
		return err
	}
	if ctx.Bool("list-rules") {
		return s.listRules(config)
	}
	if ctx.Bool("dry-run") && !ctx.Bool("fix") {
		return UsageOf(ctx.Command, "--dry-run is for --fix")
	}
	var fixed []FixedFile
	if ctx.Bool("fix") {
		if fixed, err = s.fixFiles(ctx, config); err != nil {
			return err
		}
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	if err := c.CheckSite(ctx.Context); err != nil {
		return err
	}
	var result lint.Result
	if err := interruptible(ctx.Context, func() error { result = c.Lint(config); return nil }); err != nil {
		return err
	}
	list := result.Findings
	report := CheckReport{
		Rules: c.Found(), Errors: list.Count(diag.Error), Warnings: list.Count(diag.Warning), Infos: list.Count(diag.Info),
		Skipped: c.Skipped(), Diagnostics: append(diag.List{}, list...), Notices: result.Notices, Suppressed: result.Suppressed, Fixed: fixed, all: ctx.Bool("all"),
	}
	if ctx.Bool("cost") && c.Policy != nil {
		report.Costs = c.Policy.Costs()
	}
	if err := s.checkFormats().Render(s.Format, s.Out, report); err != nil {
		return err
	}
	switch {
	case c.Refused():
		return &Exit{Code: ExitInput}
	case lintErrors(list) > 0, ctx.String("fail-on") == "warning" && report.Warnings+report.Errors > 0:
		return No()
	}
	return nil
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
