package cli

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	explaintext "github.com/qlik2rego/qlik2rego/internal/audit/explain/text"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/category"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// CategoryFlag is the flag --category of the commands for one category of rules.
func CategoryFlag() cli.Flag {
	return Choice("category", "the category of rules: security decides about rights, license about kinds of access, sync about the nodes of an app", "security", "license", "sync")
}

// categoryOf returns the category that a command is about.
func categoryOf(ctx *cli.Context) ruleset.Category {
	c, ok := ruleset.ParseCategory(ctx.String("category"))
	if !ok {
		return ruleset.Security
	}
	return c
}

// precedenceFlag is the flag --license-precedence.
func precedenceFlag() cli.Flag {
	return &cli.StringFlag{Name: "license-precedence", Usage: "with --category license, also count which kind each user would get if the first matching kind in `ORDER` is used: default (inferred), or kinds such as professional,analyzer"}
}

// precedence parses the flag --license-precedence: kinds, nil without it.
func precedence(ctx *cli.Context) ([]string, error) {
	if !ctx.IsSet("license-precedence") {
		return nil, nil
	}
	if categoryOf(ctx) != ruleset.License {
		return nil, UsageOf(ctx.Command, "--license-precedence is about licences: add --category license")
	}
	var known, order []string
	for _, k := range ruleset.AccessKinds {
		known = append(known, k.Name)
	}
	if ctx.String("license-precedence") == "default" {
		return known, nil
	}
	for kind := range strings.SplitSeq(ctx.String("license-precedence"), ",") {
		kind = strings.TrimSpace(kind)
		if !slices.Contains(known, kind) {
			return nil, UsageOf(ctx.Command, "--license-precedence: there is no kind %q%s; the kinds are %s", kind, diag.DidYouMean(kind, known, nil), strings.Join(known, ", "))
		}
		order = append(order, kind)
	}
	return order, nil
}

// categoryRows answers questions about License or Sync rules from the audit of a view.
func (s *Streams) categoryRows(ctx *cli.Context, a *audited, audits []*report.Audit) error {
	c := categoryOf(ctx)
	order, err := precedence(ctx)
	if err != nil {
		return err
	}
	facts, err := category.ReadFacts(c, a.compilation.FullSite.Path)
	if err != nil {
		return Input(err)
	}
	return s.rows(ctx.String("output"), tabular.Rows{Columns: category.Columns, Write: func(w tabular.Writer) error {
		for _, one := range audits {
			answers, err := category.Answers(c, one, facts, order)
			if err != nil {
				return err
			}
			for _, row := range answers {
				if err := w.Write(row.Cells()); err != nil {
					return err
				}
			}
		}
		return nil
	}})
}

// categoryDefaults sets the defaults of an audit of a category: the context hub and access
// groups, because licences are assigned there, or apps, which have no request context.
func categoryDefaults(ctx *cli.Context, a *audited) error {
	c := categoryOf(ctx)
	if c == ruleset.Security {
		if ctx.IsSet("license-precedence") {
			_, err := precedence(ctx)
			return err
		}
		return nil
	}
	if err := rulesOnly(ctx); err != nil {
		return err
	}
	if ctx.IsSet("html") {
		return UsageOf(ctx.Command, "--html writes a page of all categories, with tabs for License and Sync rules; leave --category %s out, or take --format", ctx.String("category"))
	}
	defaults := map[string]string{"context": "hub", "by": "summary"}
	if c == ruleset.Sync {
		defaults["context"] = "none"
		if len(a.types) == 0 {
			a.types = []string{"app"}
		}
	}
	for name, value := range defaults {
		if !ctx.IsSet(name) {
			if err := ctx.Set(name, value); err != nil {
				return err
			}
		}
	}
	if c == ruleset.License && !ctx.IsSet("inactive") {
		return ctx.Set("inactive", "true") // the question is about leavers who keep an access
	}
	return nil
}

// rulesOnly rejects a bundle for a command about a category: a bundle has License and Sync
// rules in packages of their own.
func rulesOnly(ctx *cli.Context) error {
	if categoryOf(ctx) != ruleset.Security && ctx.IsSet("bundle") {
		return UsageOf(ctx.Command, "--category %s reads RULES and --snapshot, not a bundle; query data.qlik.%s of a bundle with OPA", ctx.String("category"),
			map[ruleset.Category]string{ruleset.License: "license", ruleset.Sync: "placement"}[categoryOf(ctx)])
	}
	return nil
}

// categoryRequest completes the flags of a request about a category: the only action, the type
// of apps for nodes, and the context hub for access.
func categoryRequest(ctx *cli.Context) error {
	c := categoryOf(ctx)
	if c == ruleset.Security {
		return nil
	}
	if err := rulesOnly(ctx); err != nil {
		return err
	}
	for _, name := range []string{"input", "requests"} {
		if ctx.IsSet(name) {
			return nil
		}
	}
	defaults := map[string]string{"action": ruleset.ViewAction.Name()}
	if c == ruleset.Sync && ctx.Command.Name == "search" && !ctx.IsSet("resource") {
		defaults["type"] = "App"
	}
	if c == ruleset.License {
		defaults["context"] = "hub"
	}
	for name, value := range defaults {
		if !ctx.IsSet(name) {
			if err := ctx.Set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// verbOf returns the name for people of a category's action, "" for the action's own name.
func verbOf(c ruleset.Category) string {
	return map[ruleset.Category]string{ruleset.License: "take", ruleset.Sync: "open"}[c]
}

// explainAccess explains, for every access group that rules name, whether the subject may use
// it: why a user was denied at the hub. If there is none, the exit code is that of a negative
// answer.
func (s *Streams) explainAccess(ctx *cli.Context, q Question, options explain.Options) error {
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	site, err := s.loadSite(c)
	if err != nil {
		return err
	}
	groups := ruleset.AccessGroups(c.Rules)
	if len(groups) == 0 {
		return Input(errors.New("no enabled License rule gives access"))
	}
	var all []*explain.Explanation
	for _, g := range groups {
		one := *q.flags
		one.Resource = authzen.Entity{Type: g.Type, ID: g.ID}
		reported, err := s.explainOn(ctx, c, site, &Question{flags: &one}, options)
		if err != nil {
			return err
		}
		all = append(all, reported)
	}
	err = accessFormats(s.explainText(ctx)).Render(s.Format, s.Out, all)
	if err == nil && !slices.ContainsFunc(all, func(reported *explain.Explanation) bool { return reported.Allow }) {
		err = No()
	}
	return err
}

// accessFormats are the formats of explain about access groups.
func accessFormats(text explaintext.Text) render.Formats[[]*explain.Explanation] {
	return render.Results(render.Func[[]*explain.Explanation](func(w io.Writer, all []*explain.Explanation) error {
		for i, reported := range all {
			if i > 0 {
				if _, err := io.WriteString(w, "\n"); err != nil {
					return err
				}
			}
			if err := text.Render(w, reported); err != nil {
				return err
			}
		}
		return nil
	}))
}

// viewOption parses the flag --category.
func viewOption(ctx *cli.Context, options *compiler.Options) error {
	c := categoryOf(ctx)
	if c == ruleset.Security {
		return nil
	}
	options.View = c
	return nil
}
