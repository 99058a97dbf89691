package cli

import (
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/audit/selection"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// AuditFlags are the flags that select the input of an audit.
func AuditFlags() []cli.Flag {
	return append(partFlags(),
		Choice("context", "the context of requests; both means hub and qmc separately", "both", "hub", "qmc", "none"),
		&cli.StringSliceFlag{Name: "env", Usage: "set a session attribute, `NAME=VALUE`; repeatable, the same name adds a value"},
		InactiveFlag(),
		&cli.BoolFlag{Name: "env-from-rules", Usage: "also audit each combination of session attributes that rules name"},
	)
}

// partFlags are the flags that limit an audit to a part of the rights.
func partFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "type", Usage: "a resource `TYPE`, such as App; repeatable; the default is all types of the snapshot"},
		&cli.StringSliceFlag{Name: "action", Usage: "an `ACTION`, such as read; repeatable; the default is all"},
		&cli.StringSliceFlag{Name: "user", Usage: `the users: a login, id or name, or PROPERTY=VALUE; * matches anything: 'ACME\a*', group=Sales; repeatable`},
		&cli.StringSliceFlag{Name: "resource", Usage: "the resources: an id or name, or PROPERTY=VALUE: 'Sales*', @Department=HR, stream.name=Everyone; repeatable"},
	}
}

// auditViews are the values of --by.
var auditViews = map[string]report.View{
	"class": report.Classes, "member": report.Members, "cell": report.Cells, "user": report.Users, "resource": report.Resources,
	"nobody": report.Nobody, "rule": report.Rules, "create": report.Creates, "summary": report.Summary,
}

// ByFlag is the flag --by.
func ByFlag() cli.Flag {
	return Choice("by", "what a row describes", "class", "member", "cell", "user", "resource", "nobody", "rule", "create", "summary")
}

// audited is the input of an audit: a bundle, and the user's selections.
type audited struct {
	bundle *bundles.Bundle
	// compilation is nil if a bundle was given.
	compilation     *workspace.Workspace
	types           []string
	actions         uint32
	users, elements selection.Selection
	environment     map[string][]string
	// inactive are the users who do not log in, by id, with the reason; left is the number of
	// users who are left out.
	inactive map[string]string
	left     int
	// by is the entity of a row.
	by       string
	category ruleset.Category
}

// Audit decides the matrix selected by the flags and writes it.
func (s *Streams) Audit(ctx *cli.Context) error {
	a, err := s.auditFlags(ctx)
	if err != nil {
		return err
	}
	if err := categoryDefaults(ctx, a); err != nil {
		return err
	}
	if err := pageAlone(ctx); err != nil {
		return err
	}
	if err := distinctOutputs(ctx, ctx.String("output"), ctx.String("html")); err != nil {
		return err
	}
	by := ctx.String("by")
	if s.Format == render.Parquet && s.OutTerminal && slices.Contains([]string{"", stdio}, ctx.String("output")) {
		return UsageOf(ctx.Command, "Parquet is nothing for a terminal: name a file with -o")
	}
	if a.actions == uint32(ruleset.CreateAction) && !slices.Contains([]string{"create", "summary"}, by) {
		if ctx.IsSet("by") {
			return UsageOf(ctx.Command, "--action create: nothing on record is created; --by create lists who may create what")
		}
		by = "create"
	}
	a.by = by
	var disabled []workspace.Variant
	html := ctx.String("html") != ""
	if disabled, err = s.auditSource(ctx, a, html || by == "rule" || by == "summary"); err != nil {
		return err
	}
	audits, err := s.audits(ctx, a, disabled)
	if err != nil {
		return err
	}
	if html {
		return s.page(ctx, a, audits)
	}
	if by == "summary" && categoryOf(ctx) != ruleset.Security {
		return s.categoryRows(ctx, a, audits)
	}
	return s.rows(ctx.String("output"), auditViews[by].Of(audits...))
}

// auditFlags parses the flags that do not depend on the input.
func (s *Streams) auditFlags(ctx *cli.Context) (*audited, error) {
	a := &audited{category: categoryOf(ctx)}
	for _, name := range ctx.StringSlice("type") {
		a.types = append(a.types, schema.Fold(name))
	}
	slices.Sort(a.types)
	a.types = slices.Compact(a.types)
	for _, name := range ctx.StringSlice("action") {
		action, err := parseAction(ctx.Command, name)
		if err != nil {
			return nil, err
		}
		a.actions |= uint32(action)
	}
	if a.actions == 0 {
		for _, action := range ruleset.AllActions {
			a.actions |= uint32(action)
		}
	}
	var err error
	if a.users, err = selection.Parse(ctx.StringSlice("user")); err != nil {
		return nil, UsageOf(ctx.Command, "--user: %v", err)
	}
	if a.elements, err = selection.Parse(ctx.StringSlice("resource")); err != nil {
		return nil, UsageOf(ctx.Command, "--resource: %v", err)
	}
	a.environment, err = environment(ctx)
	return a, err
}

// auditSource reads the bundle, or compiles one from rules and snapshot that includes names and
// what the selections need. With disabled it also compiles the rules once for each disabled
// rule, with that rule enabled.
func (s *Streams) auditSource(ctx *cli.Context, a *audited, disabled bool) ([]workspace.Variant, error) {
	if ctx.IsSet("bundle") {
		var err error
		a.bundle, _, err = s.anyBundle(ctx)
		return nil, err
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return nil, err
	}
	if c.Policy == nil {
		return nil, s.Broken(c.Diagnostics)
	}
	if c.Site == nil {
		return nil, UsageOf(ctx.Command, "no site to audit: name its snapshot with --snapshot, or a bundle with -b")
	}
	a.compilation, a.inactive = c, inactiveUsers(c)
	types := a.types
	if len(types) == 0 {
		types = c.NamedTypes()
	}
	workspace.KeepNames(c.Policy.View, types)
	if ctx.String("html") != "" || a.actions&uint32(ruleset.CreateAction) != 0 {
		workspace.KeepRoles(c.Policy.View)
		workspace.KeepParents(c.Policy.View, c.Options.Schema, types)
	}
	a.elements.Keep(c.Policy.View, c.Options.Schema, types)
	a.users.Keep(c.Policy.View, c.Options.Schema, []string{"user"})
	var variants []workspace.Variant
	if disabled {
		variants = c.Enabled()
		for _, v := range variants {
			c.Policy.View.Merge(v.Policy.View)
			c.Site.Require(v.Policy.Needs)
		}
	}
	a.bundle, err = s.Bundle(ctx.Context, c)
	return variants, err
}

// rows writes rows to a file, atomically, or to standard output.
func (s *Streams) rows(name string, rows tabular.Rows) error {
	formats := tabular.Formats()
	if name != "" && name != stdio {
		formats = formats.With(render.CSV, tabular.Spreadsheet())
	}
	return s.writeTo(name, func(w io.Writer, _ string) error { return formats.Render(s.Format, w, rows) })
}
