package cli

import (
	"context"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// referenceDecider decides by the reference evaluator, which knows nothing of
// Rego: the second opinion of --engine reference.
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

// Reference returns the reference evaluator of the rules and the site, and the site.
func (s *Streams) Reference(c *Compilation) (engine.Decider, *snapshot.Site, error) {
	site, err := s.loadSite(c)
	if err != nil {
		return nil, nil, err
	}
	options := evaluate.Options{Schema: c.Options.Schema, ListInequality: c.listInequality()}
	skipped := map[diag.Rule]bool{}
	for _, r := range c.Policy.Skipped {
		skipped[r] = true
	}
	rules := slices.DeleteFunc(slices.Clone(c.Rules), func(r ruleset.Rule) bool { return skipped[diag.Rule{ID: r.ID, Name: r.Name}] })
	evaluator, _ := evaluate.New(rules, site, options)
	return referenceDecider{evaluator}, site, s.hint(c.Diagnostics)
}

// loadSite reads the site into memory. Errors, in the rules too, go to standard
// error. Without a snapshot the site is empty.
func (s *Streams) loadSite(c *Compilation) (*snapshot.Site, error) {
	if c.Policy == nil {
		return nil, s.Broken(c.Diagnostics)
	}
	if c.Site == nil {
		return &snapshot.Site{}, nil
	}
	site, found := c.Site.Load(c.progress)
	c.Diagnostics = append(c.Diagnostics, found...)
	if found.HasErrors() {
		return nil, s.Broken(c.Diagnostics)
	}
	return site, nil
}

// listInequality is the option as the reference evaluator knows it.
func (c *Compilation) listInequality() evaluate.ListInequality {
	if c.Options.ListInequality == resolve.All {
		return evaluate.All
	}
	return evaluate.Any
}
