package cli

import (
	"context"
	"errors"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// referenceDecider decides with the independent evaluator, which does not use Rego, for
// --engine reference.
type referenceDecider struct{ evaluator *evaluate.Evaluator }

// Decide implements engine.Decider.
func (d referenceDecider) Decide(_ context.Context, request []byte) (engine.Decision, error) {
	if _, err := engine.ParseRequest(request); err != nil {
		return engine.Decision{GrantedBy: []string{}, Reason: engine.InvalidRequest}, nil
	}
	got := d.evaluator.Decide(request)
	if got.Err != nil {
		return engine.Decision{}, Input(got.Err)
	}
	return engine.Decision{Allow: got.Allow, GrantedBy: append([]string{}, got.GrantedBy...), Reason: got.Reason}, nil
}

// Reference returns the independent evaluator of the rules and the site, and the site.
func (s *Streams) Reference(c *workspace.Workspace) (engine.Decider, *snapshot.Site, error) {
	site, err := s.loadSite(c)
	if err != nil {
		return nil, nil, err
	}
	return referenceDecider{c.Evaluator(site)}, site, s.hint(c.Diagnostics)
}

// loadSite reads the site into memory. It writes errors, including those in rules, to standard
// error.
func (s *Streams) loadSite(c *workspace.Workspace) (*snapshot.Site, error) {
	site, err := c.LoadSite()
	if errors.Is(err, workspace.ErrBroken) {
		return nil, s.Broken(c.Diagnostics)
	}
	return site, err
}
