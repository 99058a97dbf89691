package workspace

import (
	"context"
	"errors"
	"io"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Data returns the data source of the site, or nil without a site. It fails with ErrBroken if
// the site has errors.
func (w *Workspace) Data() bundles.DataSource {
	if w.Site == nil {
		return nil
	}
	return func(ctx context.Context, to io.Writer) error {
		found, err := w.Site.Project(ctx, w.Policy.View, to, w.progress)
		w.Diagnostics = append(w.Diagnostics, found...)
		if err == nil && found.HasErrors() {
			return ErrBroken
		}
		return err
	}
}

// CheckSite reads the site and adds its errors to the diagnostics.
func (w *Workspace) CheckSite(ctx context.Context) error {
	if w.Site == nil {
		return nil
	}
	if w.Policy == nil {
		w.Policy = &compiler.Policy{}
		defer func() { w.Policy = nil }()
	}
	if err := w.Data()(ctx, io.Discard); err != nil && !errors.Is(err, ErrBroken) {
		return err
	}
	return nil
}

// LoadSite reads the complete site into memory; without a snapshot it is empty.
func (w *Workspace) LoadSite() (*snapshot.Site, error) {
	if w.Policy == nil {
		return nil, ErrBroken
	}
	if w.Site == nil {
		return &snapshot.Site{}, nil
	}
	site, found := w.Site.Load(w.progress)
	w.Diagnostics = append(w.Diagnostics, found...)
	if found.HasErrors() {
		return nil, ErrBroken
	}
	return site, nil
}

// Bundle compiles the rules and the site into a bundle in memory.
func (w *Workspace) Bundle(ctx context.Context) (*bundles.Bundle, error) {
	if w.Policy == nil {
		return nil, ErrBroken
	}
	return bundles.InMemory(ctx, w.Policy, w.Data())
}

// CheckLoads compiles the policy as OPA does, to ensure that OPA can load it before it is
// written.
func (w *Workspace) CheckLoads(ctx context.Context) error {
	b, err := bundles.InMemory(ctx, w.Policy, nil)
	if err != nil {
		return err
	}
	_, err = engine.Compile(b)
	return err
}

// Evaluator returns the independent evaluator of the rules on a site of LoadSite.
func (w *Workspace) Evaluator(site *snapshot.Site) *evaluate.Evaluator {
	e, _ := evaluate.New(w.Valid(), site, w.Readings())
	return e
}

// Readings returns the schema and the interpretations of the language's open points for the
// independent evaluator.
func (w *Workspace) Readings() evaluate.Options {
	options := evaluate.Options{Schema: w.Options.Schema, View: w.Options.View}
	options.Read(w.Options.ListInequality.String(), w.Options.EntityText.String(), w.Options.SessionAttributes.String())
	return options
}
