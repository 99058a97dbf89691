package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/format"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// FixedFile is a file that check --fix changes.
type FixedFile struct {
	Path string `json:"path"`
	// Fixes is the number of fixes, Codes are their lints.
	Fixes int         `json:"fixes"`
	Codes []diag.Code `json:"codes"`
	// Written reports whether the file was written.
	Written bool `json:"written"`

	before, after []byte
}

// fixFiles applies the automatic fixes to the files of rules and shows the difference. It keeps all
// other parts of a file.
func (s *Streams) fixFiles(ctx *cli.Context, config *lint.Config) ([]FixedFile, error) {
	options, err := compileOptions(ctx)
	if err != nil {
		return nil, err
	}
	fixed := []FixedFile{}
	for _, path := range ctx.Args().Slice() {
		if path == stdio {
			return nil, UsageOf(ctx.Command, "--fix cannot write to standard input: name a file")
		}
		files := ruleset.Files(path)
		if len(files) == 0 {
			files = []string{path}
		}
		for _, name := range files {
			f, err := fixFile(name, resolve.Options{Schema: options.Schema, ListInequality: options.ListInequality}, config)
			if err != nil {
				return nil, Input(err)
			}
			if f.Fixes > 0 {
				fixed = append(fixed, f)
			}
		}
	}
	return fixed, s.writeFixed(fixed, ctx.Bool("dry-run"))
}

func fixFile(name string, options resolve.Options, config *lint.Config) (FixedFile, error) {
	f := FixedFile{Path: name}
	var err error
	if f.before, err = os.ReadFile(name); err != nil {
		return f, err
	}
	var applied diag.List
	// The error is ignored here: check itself reports errors in the file.
	f.after, _ = format.Rewrite(name, f.before, func(r *ruleset.Rule) (filter, condition string, list diag.List) {
		after, done := lint.Fix(*r, options, config)
		applied = append(applied, done...)
		return after.Filter.Content, after.Condition.Content, nil
	})
	f.Fixes, f.Codes = len(applied), lint.Codes(applied)
	return f, nil
}

// writeFixed shows the changes and, unless dryRun is set, writes the files.
func (s *Streams) writeFixed(files []FixedFile, dryRun bool) error {
	out := s.outputs()
	defer out.Discard()
	for i := range files {
		f := &files[i]
		if bytes.Equal(f.before, f.after) {
			continue
		}
		if s.Format == render.Text {
			if _, err := s.Out.Write(diff.Diff(f.Path, f.before, f.Path+" (fixed)", f.after)); err != nil {
				return err
			}
		}
		if dryRun {
			continue
		}
		if err := out.File(f.Path, writing(f.after)); err != nil {
			return err
		}
		f.Written = true
	}
	if err := out.Commit(); err != nil {
		return err
	}
	var failed error
	for _, f := range files {
		if f.Written && s.Format == render.Text {
			failed = errors.Join(failed, s.wrote(f.Path, fmt.Sprintf("%s applied", fixes(f.Fixes))))
		}
	}
	return failed
}

func fixes(n int) string {
	if n == 1 {
		return "1 fix"
	}
	return fmt.Sprintf("%d fixes", n)
}
