package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/classes"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/audit/selection"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// AuditFlags are the flags that say what an audit looks at.
func AuditFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "type", Usage: "a resource `TYPE`, such as App; again for more; all on record without it"},
		&cli.StringSliceFlag{Name: "action", Usage: "an `ACTION`, such as read; again for more; all without it"},
		&cli.StringSliceFlag{Name: "user", Usage: `who: a login, id or name, or PROPERTY=VALUE, * for anything: 'ACME\a*', group=Sales; again for more`},
		&cli.StringSliceFlag{Name: "resource", Usage: "on what: an id or name, or PROPERTY=VALUE: 'Sales*', @Department=HR, stream.name=Everyone; again for more"},
		Choice("context", "where requests come from; both is each of hub and qmc", "both", "hub", "qmc", "none"),
		&cli.StringSliceFlag{Name: "env", Usage: "a session attribute, `NAME=VALUE`; the same name again adds a value"},
	}
}

// auditViews are the values of --by.
var auditViews = map[string]report.View{
	"class": report.Classes, "member": report.Members, "cell": report.Cells, "user": report.Users, "resource": report.Resources,
	"nobody": report.Nobody, "rule": report.Rules, "summary": report.Summary,
}

// ByFlag is the flag --by.
func ByFlag() cli.Flag {
	return Choice("by", "what has a row", "class", "member", "cell", "user", "resource", "nobody", "rule", "summary")
}

// RowsFlag is the flag --format of the commands that write rows.
func RowsFlag() cli.Flag {
	return Choice("format", "format of the rows", tabular.Formats()...)
}

// audited is what an audit looks at: a bundle, and what people asked for.
type audited struct {
	bundle *bundles.Bundle
	// compilation is nil where the bundle was given.
	compilation     *Compilation
	types           []string
	actions         uint32
	users, elements selection.Selection
	environment     map[string][]string
}

// Audit decides the matrix that the flags ask for and writes it.
func (s *Streams) Audit(ctx *cli.Context) error {
	a, err := s.auditFlags(ctx)
	if err != nil {
		return err
	}
	by, format := ctx.String("by"), ctx.String("format")
	if format == tabular.Parquet && s.OutTerminal && ctx.String("output") == "" {
		return UsageOf(ctx.Command, "Parquet is nothing for a terminal: name a file with -o")
	}
	var disabled []variant
	if disabled, err = s.auditSource(ctx, a, by == "rule" || by == "summary"); err != nil {
		return err
	}
	audits, err := s.audits(ctx, a, disabled)
	if err != nil {
		return err
	}
	view := auditViews[by]
	return s.rows(ctx.String("output"), format, view.Columns, func(w tabular.Writer) error {
		for _, one := range audits {
			if err := view.Write(one, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// auditFlags reads the flags that need no input.
func (s *Streams) auditFlags(ctx *cli.Context) (*audited, error) {
	a := &audited{}
	for _, name := range ctx.StringSlice("type") {
		a.types = append(a.types, schema.Fold(name))
	}
	slices.Sort(a.types)
	a.types = slices.Compact(a.types)
	for _, name := range ctx.StringSlice("action") {
		action, ok := ruleset.ParseAction(name)
		if !ok {
			var known []string
			for _, k := range ruleset.AllActions {
				known = append(known, k.Name())
			}
			return nil, UsageOf(ctx.Command, "--action: there is no action %q%s", name, didYouMean(name, known, func(s string) string { return s }))
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

// auditSource reads the bundle, or makes one of rules and snapshot that keeps names
// and what the selections ask for. With disabled it compiles the rules once for each
// that is disabled, with that one enabled.
func (s *Streams) auditSource(ctx *cli.Context, a *audited, disabled bool) ([]variant, error) {
	if ctx.IsSet("bundle") {
		var err error
		a.bundle, err = s.anyBundle(ctx)
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
	a.compilation = c
	types := a.types
	if len(types) == 0 {
		for _, t := range c.Options.Schema.Types() {
			types = append(types, t.Key())
		}
		types = append(types, schema.GeneralKey)
	}
	keepNames(c.Policy.View, types)
	a.elements.Keep(c.Policy.View, c.Options.Schema, types)
	a.users.Keep(c.Policy.View, c.Options.Schema, []string{"user"})
	var variants []variant
	if disabled {
		variants = c.enabled()
		for _, v := range variants {
			c.Policy.View.Merge(v.policy.View)
		}
	}
	a.bundle, err = s.Bundle(ctx.Context, c)
	return variants, err
}

// keepNames makes a view hold the names of entities as they are written.
func keepNames(view schema.View, types []string) {
	for _, typ := range append([]string{"user"}, types...) {
		if typ != "transientobject" {
			view.Of(typ).Scalars["name"] |= schema.Exact
		}
	}
}

// variant is the rules with one enabled that is not.
type variant struct {
	rule   ruleset.Rule
	policy *compiler.Policy
}

// enabled returns a variant for each disabled rule, those left out that are in error
// or have no meaning beside the others.
func (c *Compilation) enabled() []variant {
	var all []variant
	for i, r := range c.Rules {
		if !r.Disabled || r.Category != ruleset.Security {
			continue
		}
		rules := slices.Clone(c.Rules)
		rules[i].Disabled = false
		policy, _ := compiler.Compile(rules, c.Options)
		if policy != nil && !slices.Contains(policy.Skipped, diag.Rule{ID: r.ID, Name: r.Name}) {
			all = append(all, variant{r, policy})
		}
	}
	return all
}

// audits decides the matrix for each context.
func (s *Streams) audits(ctx *cli.Context, a *audited, disabled []variant) ([]*report.Audit, error) {
	data := &a.bundle.Data
	if !data.Has("site", "entities") {
		return nil, Input(errNoSite)
	}
	if len(a.types) == 0 {
		a.types = data.Keys("site", "entities")
	}
	known := data.Keys("site", "entities")
	for _, typ := range a.types {
		if !slices.Contains(known, typ) {
			return nil, UsageOf(ctx.Command, "--type: nothing of a type %q is on record%s", typ, didYouMean(typ, known, func(s string) string { return s }))
		}
	}
	names := a.names()
	if ctx.String("format") == tabular.Table {
		names.Rule = names.ByName()
	}
	who, err := a.users.Matcher(data, []string{"user"})
	if err != nil {
		return nil, UsageOf(ctx.Command, "--user %v", err)
	}
	what, err := a.elements.Matcher(data, a.types)
	if err != nil {
		return nil, UsageOf(ctx.Command, "--resource %v", err)
	}
	contexts := map[string][]string{"both": {"hub", "qmc"}, "hub": {"hub"}, "qmc": {"qmc"}, "none": {""}}[ctx.String("context")]
	progress := s.Progress(ctx)
	decide := func(b *bundles.Bundle, from string) (*report.Audit, error) {
		q := classes.Question{Types: a.types, Actions: a.actions, Session: classes.Session{Context: from, Environment: a.environment}}
		m, err := matrix.Compute(ctx.Context, b, q, progress)
		if err != nil {
			return nil, err
		}
		return &report.Audit{Context: from, Names: names, Folded: m.Fold(matrix.Selection{
			Requester: func(n int32) bool {
				r := m.Model.Requesters
				return who.Matches("user", r.Handles[n], r.Subjects[n])
			},
			Resource: func(t *matrix.Type, n int32) bool { return what.Matches(t.Type, t.Handles[n]) },
		})}, nil
	}
	var all []*report.Audit
	for _, from := range contexts {
		one, err := decide(a.bundle, from)
		if err != nil {
			return nil, err
		}
		one.Disabled = map[string]report.Would{}
		for _, v := range disabled {
			b, err := v.bundle(ctx.Context, a.bundle)
			if err != nil {
				return nil, err
			}
			with, err := decide(b, from)
			if err != nil {
				return nil, err
			}
			one.Disabled[v.rule.ID] = report.Would{Reach: with.Reach()[v.rule.ID], More: with.Cells() - one.Cells()}
		}
		all = append(all, one)
	}
	return all, nil
}

// bundle returns the variant over the site of another bundle.
func (v variant) bundle(ctx context.Context, with *bundles.Bundle) (*bundles.Bundle, error) {
	b, err := bundles.InMemory(ctx, v.policy, nil)
	if err != nil {
		return nil, err
	}
	return b, b.Data.Share(&with.Data, bundles.DataRoot)
}

// names returns what a bundle calls its types, resources and rules.
func (a *audited) names() report.Names {
	data := &a.bundle.Data
	reader := classes.NewReader(data)
	n := report.Names{
		Type: func(key string) string {
			if name, ok := data.Lookup("qlik", "view", key, "name"); ok {
				return name.(string)
			}
			return key
		},
		Resource: reader.Name,
		Rule:     func(id string) string { return id },
	}
	skipped := map[string]bool{}
	for _, m := range a.bundle.Manifests {
		for _, r := range m.Metadata.Skipped {
			skipped[r.ID] = true
		}
	}
	for _, id := range data.Keys("qlik", "rules") {
		text := func(field string) string {
			v, _ := data.Lookup("qlik", "rules", id, field)
			t, _ := v.(string)
			return t
		}
		off, _ := data.Lookup("qlik", "rules", id, "disabled")
		security := text("category") == ruleset.Security.String()
		n.Rules = append(n.Rules, report.RuleInfo{
			ID: id, Name: text("name"), Disabled: off == true && security, Grants: off == false && security && !skipped[id],
		})
	}
	slices.SortFunc(n.Rules, func(a, b report.RuleInfo) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return n
}

// rows writes rows to a file, which appears whole or not at all, or to standard
// output.
func (s *Streams) rows(name, format string, columns []tabular.Column, write func(tabular.Writer) error) error {
	to := func(w io.Writer, _ string) error {
		t, err := tabular.New(format, w, columns)
		if err != nil {
			return err
		}
		if err := write(t); err != nil {
			return err
		}
		return t.Close()
	}
	if name == "" {
		return to(s.Out, "")
	}
	var out Outputs
	defer out.Discard()
	if err := out.File(name, to); err != nil {
		return err
	}
	return out.Commit()
}

var errNoSite = errors.New("the bundle holds no site: compile it with --snapshot, or add the data bundle with a second -b")
