package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove/show"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Prove decides assertions and writes the results.
func (s *Streams) Prove(ctx *cli.Context, version string) error {
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
	in := prove.Input{Rules: prove.Rules{Rules: rules.Valid(), Policy: rules.Policy}, Options: rules.Options, Old: map[string]prove.Rules{}}
	if err := s.assertions(ctx, &in, files); err != nil {
		return err
	}
	if err := s.assume(ctx, &in, rules); err != nil {
		return err
	}
	progress := s.Progress(ctx)
	progress.Start("assertions decided:", int64(len(in.Assertions)))
	in.Progress = func(int) { progress.Add(1) }
	report, err := prove.Run(ctx.Context, in)
	progress.Done()
	switch {
	case err != nil && (errors.Is(err, prove.ErrReplay) || ctx.Err() != nil):
		return err
	case err != nil:
		return Input(err)
	}
	if err := s.proofs(ctx, report, version); err != nil {
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

// assertions reads the files of assertions and the rules that they compare with.
func (s *Streams) assertions(ctx *cli.Context, in *prove.Input, files []string) error {
	var errs []error
	for _, name := range files {
		data, err := s.readFile(name)
		if err != nil {
			return err
		}
		list, err := prove.ReadAssertions(name, data, in.Options.Schema)
		errs = append(errs, err)
		for i, a := range list {
			if a.Old != "" && !filepath.IsAbs(a.Old) {
				list[i].Old = filepath.Join(filepath.Dir(name), a.Old)
			}
		}
		in.Assertions = append(in.Assertions, list...)
	}
	if err := errors.Join(errs...); err != nil {
		return Input(err)
	}
	for _, a := range in.Assertions {
		if _, known := in.Old[a.Old]; known || a.Old == "" {
			continue
		}
		old, err := s.compileOver(ctx, []string{a.Old}, "", nil)
		if err != nil {
			return err
		}
		if old.Policy == nil {
			return s.Broken(old.Diagnostics)
		}
		in.Old[a.Old] = prove.Rules{Rules: old.Valid(), Policy: old.Policy}
	}
	return nil
}

// assume reads what is taken for granted: from the file of assumptions, and the values
// of custom properties from the snapshot.
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
	in.Assumptions.Axioms.Values = append(in.Assumptions.Axioms.Values, prove.Choices(site)...)
	return nil
}

// proofs writes the results.
func (s *Streams) proofs(ctx *cli.Context, r *prove.Report, version string) error {
	write := func(w io.Writer, _ string) error {
		switch s.Format {
		case JSON:
			return writeJSON(w, r)
		case SARIF:
			return sarif("prove", version).Render(w, r.Diagnostics())
		case Markdown:
			return show.Markdown{}.Render(w, r)
		case JUnit:
			return show.JUnit{}.Render(w, r)
		case Text:
			return show.Text{}.Render(w, r)
		}
		return fmt.Errorf("unknown format %q", s.Format)
	}
	return s.writeTo(ctx.String("output"), write)
}

// writeTo writes results to a file, atomically, or to standard output where no file is
// named.
func (s *Streams) writeTo(name string, write func(w io.Writer, dir string) error) error {
	if name == "" {
		return write(s.Out, "")
	}
	out := s.outputs()
	defer out.Discard()
	if err := out.File(name, write); err != nil {
		return err
	}
	return out.Commit()
}

// readFile reads a file, or standard input where the name is -.
func (s *Streams) readFile(name string) ([]byte, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, Input(errors.Join(err, f.Close()))
}
