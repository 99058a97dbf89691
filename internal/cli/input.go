package cli

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Compilation is what a command reads: rules, and a site if one is given.
type Compilation struct {
	Rules []ruleset.Rule
	// Policy is nil if a rule has an error.
	Policy *compiler.Policy
	// Site is nil without --snapshot.
	Site    *snapshot.Snapshot
	Options compiler.Options
	// Diagnostics are all that were found so far.
	Diagnostics diag.List
	// unread are the rules that are not among Rules because they could not be read.
	unread   []diag.Rule
	progress snapshot.Progress
}

// Compile reads the rules of the given files and folders, or those of the
// snapshot if there are none, and compiles them. What is wrong with the rules
// stands in the diagnostics; the error is about the command line.
func (s *Streams) Compile(ctx *cli.Context, rules []string) (*Compilation, error) {
	return s.compileOver(ctx, rules, ctx.String("snapshot"))
}

// compileOver is Compile with the snapshot in a folder, or "" for none.
func (s *Streams) compileOver(ctx *cli.Context, rules []string, dir string) (*Compilation, error) {
	options, err := compileOptions(ctx)
	if err != nil {
		return nil, err
	}
	c := &Compilation{Options: options, progress: s.Progress(ctx)}
	if dir != "" {
		var found diag.List
		c.Site, found = snapshot.Open(dir, options.Schema)
		c.Diagnostics = append(c.Diagnostics, found...)
		if file, ok := c.Site.RulesFile(); ok && len(rules) == 0 {
			rules = []string{file}
		}
	}
	if len(rules) == 0 && !c.Diagnostics.HasErrors() {
		return nil, UsageOf(ctx.Command, "no rules: name the file of a rule export, or a snapshot that has a systemrule.json")
	}
	var found diag.List
	c.Rules, found = ruleset.ReadWith(s.In, rules...)
	c.Diagnostics = append(c.Diagnostics, found...)
	var whole bool
	c.unread, whole = unreadable(c.Diagnostics)
	c.Policy, found = compiler.Compile(c.Rules, options)
	c.Diagnostics = append(c.Diagnostics, found...)
	switch {
	case c.Policy == nil:
	case !whole || len(c.unread) > 0 && !options.SkipInvalid:
		c.Policy = nil
	default:
		c.Policy.Skipped = append(c.unread, c.Policy.Skipped...)
	}
	return c, nil
}

// Found is the number of rules in the files, those included that are left out or could
// not be read.
func (c *Compilation) Found() int { return len(c.Rules) + len(c.unread) }

// Left returns the rules that are left out because of errors.
func (c *Compilation) Left() []bundles.Skipped {
	list := []bundles.Skipped{}
	if c.Policy != nil {
		for _, r := range c.Policy.Skipped {
			list = append(list, bundles.Skipped{ID: r.ID, Name: r.Name})
		}
	}
	return list
}

// Refused reports whether the errors are such that nothing is compiled: those of rules
// that are left out are not.
func (c *Compilation) Refused() bool {
	_, whole := unreadable(c.Diagnostics)
	return c.Policy == nil || !whole
}

// unreadable returns the rules that could not be read, and whether nothing else
// is in error: what a broken file would have said can be left out by nobody.
func unreadable(list diag.List) (rules []diag.Rule, whole bool) {
	whole = true
	for _, d := range list {
		switch {
		case d.Severity != diag.Error:
		case d.Rule == (diag.Rule{}):
			whole = false
		case !slices.Contains(rules, d.Rule):
			rules = append(rules, d.Rule)
		}
	}
	return rules, whole
}

// Data returns the data source of the site, or nil where there is none. What is
// wrong with the site joins the diagnostics once the source has been read.
func (c *Compilation) Data() bundles.DataSource {
	if c.Site == nil {
		return nil
	}
	return func(ctx context.Context, w io.Writer) error {
		found, err := c.Site.Project(ctx, c.Policy.View, w, c.progress)
		c.Diagnostics = append(c.Diagnostics, found...)
		if err == nil && found.HasErrors() {
			return errSite
		}
		return err
	}
}

// errSite says that the diagnostics say it.
var errSite = errors.New("the snapshot has errors")

// CheckSite reads the site for what is wrong with it.
func (c *Compilation) CheckSite(ctx context.Context) error {
	if c.Site == nil {
		return nil
	}
	if c.Policy == nil {
		c.Policy = &compiler.Policy{}
		defer func() { c.Policy = nil }()
	}
	if err := c.Data()(ctx, io.Discard); err != nil && !errors.Is(err, errSite) {
		return err
	}
	return nil
}

// Bundle makes a bundle in memory. Errors go to standard error.
func (s *Streams) Bundle(ctx context.Context, c *Compilation) (*bundles.Bundle, error) {
	if c.Policy == nil {
		return nil, s.Broken(c.Diagnostics)
	}
	b, err := bundles.InMemory(ctx, c.Policy, c.Data())
	if errors.Is(err, errSite) {
		return nil, s.Broken(c.Diagnostics)
	}
	if err != nil {
		return nil, err
	}
	return b, s.hint(c.Diagnostics)
}
