package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Targets are the outputs of compile.
type Targets struct {
	// Bundle and RegoDir are paths; "" is not written, unless both are.
	Bundle, RegoDir string
	// Split writes two bundles instead of one.
	Split bool
}

// CompileReport is the result of compile in JSON.
type CompileReport struct {
	Written []Written `json:"written"`
	// Rules is the number of all rules, including those in Skipped.
	Rules       int               `json:"rules"`
	Errors      int               `json:"errors"`
	Warnings    int               `json:"warnings"`
	Skipped     []bundles.Skipped `json:"skipped"`
	Diagnostics diag.List         `json:"diagnostics"`
}

// Written is one output of compile.
type Written struct {
	Kind string `json:"kind"` // bundle, policy, data or rego
	Path string `json:"path"`
	// Revision is the revision in the manifest, "" for rego.
	Revision string `json:"revision,omitempty"`
}

// WriteBundles compiles rules and writes the outputs of compile, all of them or none.
func (s *Streams) WriteBundles(ctx *cli.Context, t Targets) error {
	if t.Bundle == "" && t.RegoDir == "" {
		t.Bundle = "bundle.tar.gz"
	}
	if err := t.distinct(ctx); err != nil {
		return err
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	if c.Policy == nil {
		if err := c.CheckSite(ctx.Context); err != nil {
			return err
		}
		return s.Broken(c.Diagnostics)
	}
	out := s.outputs()
	defer out.Discard()
	written, err := t.stage(ctx.Context, c, &out)
	if errors.Is(err, workspace.ErrBroken) {
		return s.Broken(c.Diagnostics)
	}
	if err != nil {
		return err
	}
	if err := c.CheckLoads(ctx.Context); err != nil {
		return err
	}
	if err := s.folded(c.Diagnostics); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	return s.compileFormats().Render(s.Format, s.Out, CompileReport{
		Written:     written,
		Rules:       c.Found(),
		Errors:      c.Diagnostics.Count(diag.Error),
		Warnings:    c.Diagnostics.Count(diag.Warning),
		Skipped:     c.Skipped(),
		Diagnostics: append(diag.List{}, c.Diagnostics...),
	})
}

// distinct returns an error if targets would overwrite each other, the input or the report.
func (t Targets) distinct(ctx *cli.Context) error {
	bundle := []string{t.Bundle}
	switch {
	case t.RegoDir == stdio:
		return UsageOf(ctx.Command, "--rego-dir names a folder, which standard output is not")
	case t.Split && t.Bundle == stdio:
		return UsageOf(ctx.Command, "--split writes two bundles, and standard output is one: name a file with -o")
	case t.Split && t.Bundle != "":
		policy, data := t.halves()
		bundle = []string{policy, data}
	}
	return distinctOutputs(ctx, append(bundle, t.RegoDir, reportTo(ctx))...)
}

func (t Targets) stage(ctx context.Context, c *workspace.Workspace, out *Outputs) ([]Written, error) {
	var written []Written
	if t.RegoDir != "" {
		files := bundles.PolicyFiles(c.Policy)
		if err := out.Directory(t.RegoDir, append(files, regoIndex(c.Rules, c.Policy.Sources))); err != nil {
			return nil, err
		}
		written = append(written, Written{Kind: "rego", Path: t.RegoDir})
	}
	bundle := func(kind, path string, part bundles.Part, data bundles.DataSource) error {
		return out.File(path, func(w io.Writer, dir string) error {
			m, err := bundles.Build(ctx, w, c.Policy, data, bundles.BuildOptions{Part: part, TempDir: dir, Assumptions: c.OpenPoints(), Warnings: c.Missing})
			written = append(written, Written{Kind: kind, Path: path, Revision: m.Revision})
			return err
		})
	}
	switch {
	case t.Bundle == "":
		return written, c.CheckSite(ctx)
	case !t.Split:
		err := bundle("bundle", t.Bundle, bundles.Everything, c.Data())
		return written, err
	}
	policy, data := t.halves()
	err := bundle("policy", policy, bundles.PolicyOnly, c.Data())
	if err == nil && c.Site != nil {
		err = bundle("data", data, bundles.DataOnly, c.Data())
	}
	return written, err
}

// halves returns the names of the two bundles of --split.
func (t Targets) halves() (policy, data string) {
	for _, extension := range []string{".tar.gz", ".tgz"} {
		if stem, ok := strings.CutSuffix(t.Bundle, extension); ok {
			return stem + "-policy" + extension, stem + "-data" + extension
		}
	}
	return t.Bundle + "-policy.tar.gz", t.Bundle + "-data.tar.gz"
}

// compileFormats are the formats of compile.
func (s *Streams) compileFormats() render.Formats[CompileReport] {
	return render.Results(render.Func[CompileReport](s.compileText))
}

func (s *Streams) compileText(_ io.Writer, r CompileReport) error {
	what := rulesOf(r.Rules, r.Skipped)
	for _, w := range r.Written {
		revision := ""
		if w.Revision != "" {
			revision = fmt.Sprintf(", revision %.12s", w.Revision)
		}
		if err := s.wrote(w.Path, w.Kind+" of "+what+revision); err != nil {
			return err
		}
	}
	return nil
}

// rulesOf describes how many rules were found, and how many of them were skipped.
func rulesOf(found int, left []bundles.Skipped) string {
	if len(left) == 0 {
		return render.Count(found, "rule")
	}
	return fmt.Sprintf("%s, %d of them left out", render.Count(found, "rule"), len(left))
}
