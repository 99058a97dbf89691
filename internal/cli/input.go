package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Compile reads and compiles the rules of the given files and directories, or those of the snapshot
// if there are none. Errors in rules are among the diagnostics; the returned error is about the
// command line.
func (s *Streams) Compile(ctx *cli.Context, rules []string) (*workspace.Workspace, error) {
	dir := ctx.String("snapshot")
	if dir == "" && len(rules) == 1 {
		dir, _ = snapshot.Pulled(rules[0]) // a pulled directory contains both
	}
	return s.compileOver(ctx, rules, dir, nil)
}

// changeOf changes rules before they are compiled (workspace.Source).
type changeOf func([]ruleset.Rule) ([]ruleset.Rule, diag.List, error)

// compileOver is Compile with the snapshot in a directory, or "" for none.
func (s *Streams) compileOver(ctx *cli.Context, rules []string, dir string, change changeOf) (*workspace.Workspace, error) {
	options, err := compileOptions(ctx)
	if err != nil {
		return nil, err
	}
	variables, err := variablesGiven(ctx)
	if err != nil {
		return nil, err
	}
	s.Quiet = ctx.Bool("quiet")
	var w *workspace.Workspace
	err = interruptible(ctx.Context, func() (err error) {
		w, err = workspace.Open(workspace.Source{Rules: rules, Stdin: s.In, Snapshot: dir, Options: options, Variables: variables, Change: change, Progress: s.Progress(ctx)})
		return err
	})
	if errors.Is(err, workspace.ErrNoRules) {
		err = UsageOf(ctx.Command, "%v", err)
	}
	var unnamed *sitenames.Error
	if errors.As(err, &unnamed) {
		err = Input(err)
	}
	return w, err
}

// Bundle makes a bundle in memory. It writes diagnostics to standard error.
func (s *Streams) Bundle(ctx context.Context, c *workspace.Workspace) (*bundles.Bundle, error) {
	b, err := c.Bundle(ctx)
	if errors.Is(err, workspace.ErrBroken) {
		return nil, s.Broken(c.Diagnostics)
	}
	if err != nil {
		return nil, err
	}
	return b, s.hint(c.Diagnostics)
}
