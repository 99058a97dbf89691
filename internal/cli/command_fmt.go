package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/format"
)

func fmtCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "fmt",
		Usage:     "format the conditions of rules",
		ArgsUsage: "PATH… [-w|-d|--check] [flags]",
		Description: `PATH is a rule export, a .qrule file, a folder of them, or - for standard input. Without
a flag, the formatted files go to standard output.

A condition is one line if it is short. Otherwise each operand begins a line behind its
"and" or "or", and an "and" beside an "or" gets parentheses. Words and names are
spelled as the product spells them. In an export, nothing but conditions and filters
changes. No rule changes its meaning, which is checked for every rule. Rules with
errors are reported and left as they are; the exit code is then 3.

EXAMPLES:
   qlik2rego fmt -w rules/
   qlik2rego fmt -d systemrule.json
   qlik2rego fmt --check rules/          exit code 1 if a file is not formatted`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "write", Aliases: []string{"w"}, Usage: "write the formatted files over the old ones"},
			&cli.BoolFlag{Name: "diff", Aliases: []string{"d"}, Usage: "show what would change"},
			&cli.BoolFlag{Name: "check", Usage: "list the files that are not formatted; the exit code is 1 if there are any"},
			&cli.BoolFlag{Name: "keep-parentheses", Usage: "keep the parentheses as they are, for the view Basic of the QMC"},
			FormatFlag(),
		},
		Action: func(ctx *cli.Context) error {
			streams.Format = ctx.String("format")
			if ctx.NArg() == 0 {
				return UsageOf(ctx.Command, "no files: name rule exports, .qrule files or folders of them")
			}
			modes := 0
			for _, mode := range []string{"write", "diff", "check"} {
				if ctx.Bool(mode) {
					modes++
				}
			}
			if modes > 1 {
				return UsageOf(ctx.Command, "-w, -d and --check exclude each other: give one of them")
			}
			return streams.formatFiles(ctx)
		},
	}
}

// FormatReport is the result of fmt in JSON.
type FormatReport struct {
	Files []FormattedFile `json:"files"`
	// Diagnostics are the errors because of which rules are left as they are.
	Diagnostics diag.List `json:"diagnostics"`
}

// FormattedFile is a file that was read.
type FormattedFile struct {
	Path string `json:"path"`
	// Changed says that formatting changes the file, Written that it was written.
	Changed bool `json:"changed"`
	Written bool `json:"written"`

	before, after []byte
}

func (s *Streams) formatFiles(ctx *cli.Context) error {
	report := FormatReport{Files: []FormattedFile{}, Diagnostics: diag.List{}}
	for _, path := range ctx.Args().Slice() {
		files := ruleset.Files(path)
		if path == stdio || len(files) == 0 {
			files = []string{path}
		}
		for _, name := range files {
			if err := ctx.Context.Err(); err != nil {
				return err
			}
			f, list, err := s.formatted(name, ctx.Bool("keep-parentheses"))
			if err != nil {
				return err
			}
			report.Files = append(report.Files, f)
			report.Diagnostics = append(report.Diagnostics, list...)
		}
	}
	if err := s.writeFormatted(ctx, &report); err != nil {
		return err
	}
	if s.Format == JSON {
		if err := s.WriteJSON(report); err != nil {
			return err
		}
	} else if err := s.Diagnose(report.Diagnostics); err != nil {
		return err
	}
	switch {
	case len(report.Diagnostics) > 0:
		return &Exit{Code: ExitInput}
	case ctx.Bool("check") && report.changed():
		return No()
	}
	return nil
}

func (r FormatReport) changed() bool {
	for _, f := range r.Files {
		if f.Changed {
			return true
		}
	}
	return false
}

// formatted reads a file and formats its rules.
func (s *Streams) formatted(name string, keep bool) (FormattedFile, diag.List, error) {
	f := FormattedFile{Path: name}
	shown := name
	var err error
	if name == stdio {
		shown = "<stdin>"
		f.before, err = io.ReadAll(s.In)
	} else {
		f.before, err = os.ReadFile(name)
	}
	if err != nil {
		if problems := missing(name); len(problems) > 0 {
			return f, nil, s.Broken(problems)
		}
		return f, nil, Input(err)
	}
	var list diag.List
	f.after, list = format.File(shown, f.before, format.Options{KeepParentheses: keep})
	f.Changed = !bytes.Equal(f.before, f.after)
	return f, list, nil
}

// missing says what is wrong with a path that cannot be read.
func missing(path string) diag.List {
	_, list := ruleset.Read(path)
	return list
}

// writeFormatted writes what the flags ask for.
func (s *Streams) writeFormatted(ctx *cli.Context, report *FormatReport) error {
	out := s.outputs()
	defer out.Discard()
	for i := range report.Files {
		f := &report.Files[i]
		switch {
		case ctx.Bool("write"):
			if f.Path == stdio {
				return UsageOf(ctx.Command, "-w cannot write to standard input: leave the flag out")
			}
			if f.Changed {
				if err := out.File(f.Path, writing(f.after)); err != nil {
					return err
				}
				f.Written = true
			}
		case s.Format == JSON:
		case ctx.Bool("diff"):
			if _, err := s.Out.Write(diff.Diff(f.Path, f.before, f.Path+" (formatted)", f.after)); err != nil {
				return err
			}
		case !ctx.Bool("check"):
			if _, err := s.Out.Write(f.after); err != nil {
				return err
			}
		case f.Changed:
			if _, err := fmt.Fprintln(s.Out, f.Path); err != nil {
				return err
			}
		}
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if !ctx.Bool("write") || s.Format == JSON {
		return nil
	}
	var failed error
	for _, f := range report.Files {
		if f.Written {
			failed = errors.Join(failed, s.wrote(f.Path, "formatted"))
		}
	}
	return failed
}
