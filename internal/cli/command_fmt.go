package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/format"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

func fmtCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "fmt",
		Usage:     "format the conditions of rules",
		ArgsUsage: "PATH… [-w|-d|--check] [flags]",
		Description: `PATH is a rule export, a .qrule file, a folder of them, or - for standard input. Without
a flag, the formatted files go to standard output.

A short condition is one line. Otherwise each operand is on its own line, after its
"and" or "or". Mixed "and" and "or" get parentheses. Keywords and names get the spelling
of the product. In an export, only conditions and filters change. fmt checks that no
rule changes its meaning. Rules with errors are reported and not changed; the exit code
is then 3.

EXAMPLES:
   qlik2rego fmt -w rules/
   qlik2rego fmt -d systemrule.json
   qlik2rego fmt --check rules/          exit code 1 if a file is not formatted`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "write", Aliases: []string{"w"}, Usage: "write the formatted files"},
			&cli.BoolFlag{Name: "diff", Aliases: []string{"d"}, Usage: "show what would change"},
			&cli.BoolFlag{Name: "check", Usage: "list the files that are not formatted; the exit code is 1 if there are any"},
			&cli.BoolFlag{Name: "keep-parentheses", Usage: "keep the parentheses as they are, for the view Basic of the QMC"},
			formatFlag(streams.fmtFormats()),
		},
		Action: func(ctx *cli.Context) error {
			if ctx.NArg() == 0 {
				return UsageOf(ctx.Command, "no files: name rule exports, .qrule files or folders of them")
			}
			var modes []string
			for _, mode := range []string{"write", "diff", "check"} {
				if ctx.Bool(mode) {
					modes = append(modes, mode)
				}
			}
			if len(modes) > 1 {
				return UsageOf(ctx.Command, "-w, -d and --check exclude each other: give one of them")
			}
			return streams.formatFiles(ctx, strings.Join(modes, ""))
		},
	}
}

// FormatReport is the result of fmt in JSON.
type FormatReport struct {
	Files []FormattedFile `json:"files"`
	// Diagnostics are the errors of the rules that are left unchanged.
	Diagnostics diag.List `json:"diagnostics"`

	// mode selects the output for people.
	mode string
}

// FormattedFile is a file that was read.
type FormattedFile struct {
	Path string `json:"path"`
	// Changed says that formatting changes the file, Written that the file was written.
	Changed bool `json:"changed"`
	Written bool `json:"written"`

	before, after []byte
}

// formatFiles formats files. The mode is write, diff, check, or "" for the formatted files.
func (s *Streams) formatFiles(ctx *cli.Context, mode string) error {
	report := FormatReport{Files: []FormattedFile{}, Diagnostics: diag.List{}, mode: mode}
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
	if mode == "write" {
		if err := s.writeFormatted(ctx, &report); err != nil {
			return err
		}
	}
	if err := s.fmtFormats().Render(s.Format, s.Out, report); err != nil {
		return err
	}
	switch {
	case len(report.Diagnostics) > 0:
		return &Exit{Code: ExitInput}
	case mode == "check" && report.changed():
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

// missing returns the error for a path that cannot be read.
func missing(path string) diag.List {
	_, list := ruleset.Read(path)
	return list
}

// writeFormatted writes the formatted files over the old ones.
func (s *Streams) writeFormatted(ctx *cli.Context, report *FormatReport) error {
	out := s.outputs()
	defer out.Discard()
	for i := range report.Files {
		f := &report.Files[i]
		if f.Path == stdio {
			return UsageOf(ctx.Command, "-w cannot write to standard input: leave the flag out")
		}
		if f.Changed {
			if err := out.File(f.Path, writing(f.after)); err != nil {
				return err
			}
			f.Written = true
		}
	}
	return out.Commit()
}

// fmtFormats are the formats of fmt.
func (s *Streams) fmtFormats() render.Formats[FormatReport] {
	return render.Results(render.Func[FormatReport](s.fmtText))
}

func (s *Streams) fmtText(w io.Writer, r FormatReport) error {
	for _, f := range r.Files {
		var err error
		switch {
		case r.mode == "":
			_, err = w.Write(f.after)
		case r.mode == "diff":
			_, err = w.Write(diff.Diff(f.Path, f.before, f.Path+" (formatted)", f.after))
		case r.mode == "check" && f.Changed:
			_, err = fmt.Fprintln(w, f.Path)
		case f.Written:
			err = s.wrote(f.Path, "formatted")
		}
		if err != nil {
			return err
		}
	}
	return s.Diagnose(r.Diagnostics)
}
