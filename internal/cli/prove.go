package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove/show"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Prove decides assertions and writes the results.
func (s *Streams) Prove(ctx *cli.Context) error {
	files := ctx.StringSlice("assert")
	if len(files) == 0 {
		return UsageOf(ctx.Command, "no assertions: name a file of them with --assert")
	}
	rules, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	if rules.Policy == nil {
		return s.Broken(rules.Diagnostics)
	}
	if err := s.hint(rules.Diagnostics); err != nil {
		return err
	}
	in := prove.Input{Rules: prove.Rules{Rules: rules.Valid(), Policy: rules.Policy}, Options: rules.Options}
	if err := s.assertions(ctx, &in, files); err != nil {
		return err
	}
	if err := s.assume(ctx, &in, rules); err != nil {
		return err
	}
	progress := s.Progress(ctx)
	progress.Start("assertions decided:", int64(len(in.Assertions)))
	in.Progress = func(int) { progress.Add(1) }
	var scripts scripts
	if ctx.String("smt2") != "" {
		in.Export = scripts.add
	}
	report, err := prove.Run(ctx.Context, in)
	progress.Done()
	switch {
	case err != nil && (errors.Is(err, prove.ErrReplay) || ctx.Err() != nil):
		return err
	case err != nil:
		return Input(err)
	}
	out := s.outputs()
	defer out.Discard()
	if err := s.scripts(&out, ctx.String("smt2"), scripts); err != nil {
		return err
	}
	if err := s.proofs(ctx, &out, report); err != nil {
		return err
	}
	switch {
	case report.Counterexamples > 0:
		return No()
	case report.Unknown > 0:
		return &Exit{Code: ExitInput}
	}
	return nil
}

// assertions reads the files of assertions and the rules that they are compared with.
func (s *Streams) assertions(ctx *cli.Context, in *prove.Input, files []string) error {
	read := make([]workspace.AssertionFile, len(files))
	for i, name := range files {
		data, err := s.readFile(name)
		if err != nil {
			return err
		}
		read[i] = workspace.AssertionFile{Name: name, Content: data}
	}
	var err error
	if in.Assertions, err = workspace.ReadAssertions(read, in.Options.Schema); err != nil {
		return Input(err)
	}
	in.Old, err = workspace.OldRules(in.Assertions, func(path string) (*workspace.Workspace, error) {
		old, err := s.compileOver(ctx, []string{path}, "", nil)
		if err == nil && old.Policy == nil {
			err = s.Broken(old.Diagnostics)
		}
		return old, err
	})
	return err
}

// assume reads the assumptions: the file of assumptions, and the values of custom properties from
// the snapshot.
func (s *Streams) assume(ctx *cli.Context, in *prove.Input, rules *workspace.Workspace) error {
	if name := ctx.String("assume"); name != "" {
		data, err := s.readFile(name)
		if err != nil {
			return err
		}
		if in.Assumptions, err = prove.ReadAssumptions(name, data, in.Options.Schema); err != nil {
			return Input(err)
		}
	}
	if ctx.String("snapshot") == "" {
		return nil
	}
	site, err := rules.LoadSite()
	if err != nil {
		return s.Broken(rules.Diagnostics)
	}
	in.Assumptions.Axioms.Values = append(in.Assumptions.Axioms.Values, escalate.Choices(site)...)
	return nil
}

// scripts are the SMT queries of a run, as files for other solvers.
type scripts struct {
	files []bundles.File
	// missing lists the queries without a file, with the reason.
	missing []string
}

func (f *scripts) add(s prove.Script) error {
	if s.Missing != "" {
		f.missing = append(f.missing, s.Name+": "+s.Missing)
		return nil
	}
	f.files = append(f.files, bundles.File{Path: s.Name + ".smt2", Content: []byte(s.Text)})
	return nil
}

// scripts writes the queries to a directory, unless it is "".
func (s *Streams) scripts(out *Outputs, dir string, f scripts) error {
	if dir == "" {
		return nil
	}
	if err := out.Directory(dir, f.files); err != nil {
		return err
	}
	for _, m := range f.missing {
		if _, err := fmt.Fprintln(s.Err, m); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(s.Err, "%d questions as SMT-LIB in %s; %d cannot be written\n", len(f.files), tabular.Printable(dir), len(f.missing))
	return err
}

// proofs writes the results and commits all outputs.
func (s *Streams) proofs(ctx *cli.Context, out *Outputs, r *prove.Report) error {
	return out.commitWith(ctx.String("output"), func(w io.Writer, _ string) error { return proveFormats.Render(s.Format, w, r) })
}

// proveFormats are the formats of prove.
var proveFormats = render.Results(show.Text{}).
	With(render.Markdown, show.Markdown{}).
	With(render.SARIF, render.Via((*prove.Report).Diagnostics, sarifOf("prove"))).
	With(render.JUnit, show.JUnit{})

// readFile reads a file, or standard input if the name is "-".
func (s *Streams) readFile(name string) ([]byte, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, Input(errors.Join(err, f.Close()))
}
