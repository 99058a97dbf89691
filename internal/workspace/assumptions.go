package workspace

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/assume"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// assumption is an open point with the policies for its alternative interpretations.
type assumption struct {
	assume.Assumption
	others []difference.Side
}

// Assumptions returns the decisions of the site that depend on open points of the language and
// on assumptions about the snapshot, for requests with session attributes. The error is
// ErrBroken if rules or the site have errors.
func (w *Workspace) Assumptions(ctx context.Context, environment map[string][]string) (*assume.Report, error) {
	if w.Policy == nil {
		return nil, ErrBroken
	}
	all, err := w.otherReadings(len(environment) > 0)
	if err != nil {
		return nil, err
	}
	letters := &letterScan{}
	if err := w.Data()(ctx, letters); err != nil {
		return nil, err
	}
	in := difference.Input{Mode: difference.ModeSite, Environment: environment, Progress: w.progress}
	if in.Old, err = w.readingsSide(ctx, all); err != nil {
		return nil, err
	}
	report := &assume.Report{Assumptions: []assume.Assumption{}}
	for _, a := range all {
		if a.ID == assume.LettersID && letters.found {
			a.Undecided = append(a.Undecided, assume.Undecided{Why: "values that rules read contain one of the letters " + assume.Letters})
		}
		for _, other := range a.others {
			in.New = other
			if err := compareReading(ctx, in, &a.Assumption); err != nil {
				return nil, err
			}
		}
		report.Add(a.Assumption)
	}
	for _, found := range w.Site.Assumed() {
		a := assume.New(found.ID, found.Reading, found.Other)
		for _, why := range found.Why {
			a.Undecided = append(a.Undecided, assume.Undecided{Why: why})
		}
		report.Add(a)
	}
	return report, nil
}

// OpenPoints returns the open points of the language that rules depend on, with these rules.
func (w *Workspace) OpenPoints() []bundles.Assumption {
	var all []bundles.Assumption
	for _, p := range assume.Points(w.Options) {
		one := bundles.Assumption{Point: p.ID}
		for _, r := range w.Rules {
			if p.Depends(r) {
				one.Rules = append(one.Rules, bundles.RuleRef{ID: r.ID, Name: r.Name})
			}
		}
		if len(one.Rules) > 0 {
			all = append(all, one)
		}
	}
	return all
}

// Missing returns the fields that rules read and that the snapshot did not have when it was
// last read.
func (w *Workspace) Missing() []string {
	var all []string
	if w.Site != nil {
		for _, a := range w.Site.Assumed() {
			all = append(all, a.Why...)
		}
	}
	return all
}

// otherReadings compiles the rules under each alternative interpretation, and keeps the
// policies that differ from the workspace's.
func (w *Workspace) otherReadings(session bool) ([]*assumption, error) {
	site := assume.Site{Inactive: slices.Collect(maps.Keys(w.Site.Inactive())), AssumeEmpty: w.Options.AssumeEmpty}
	var all []*assumption
	for _, p := range append(assume.Points(w.Options), assume.SitePoints(site)...) {
		a := &assumption{Assumption: assume.New(p.ID, p.Reading, p.Other)}
		variants, open := p.With(w.Rules, w.Options)
		for _, u := range open {
			a.Undecided = append(a.Undecided, assume.Undecided{RuleRef: difference.RuleRef{ID: u.Rule.ID, Name: u.Rule.Name}, Why: u.Why})
		}
		for _, v := range variants {
			policy, found := compiler.Compile(v.Rules, v.Options)
			if policy == nil {
				return nil, fmt.Errorf("the alternative interpretation of %s does not compile: %v", p.ID, found)
			}
			if !samePolicy(w.Policy, policy) {
				a.others = append(a.others, difference.Side{Rules: v.Rules, Policy: policy})
			}
		}
		if p.ID == assume.SessionID && len(a.others) > 0 && !session {
			a.Note = "compared for requests without session attributes; give values with --env"
		}
		all = append(all, a)
	}
	return all, nil
}

// readingsSide reads the site once for all interpretations, and returns the side with the
// workspace's own.
func (w *Workspace) readingsSide(ctx context.Context, all []*assumption) (difference.Side, error) {
	view := w.Policy.View
	for _, a := range all {
		for _, other := range a.others {
			view.Merge(other.Policy.View)
			other.Policy.View = view
			w.Site.Require(other.Policy.Needs)
		}
	}
	KeepNames(view, append(typeKeys(w.Options.Schema), schema.GeneralKey))
	side, err := w.side(ctx, w.Data())
	if err != nil {
		return side, err
	}
	for _, a := range all {
		for i := range a.others {
			b, err := bundles.InMemory(ctx, a.others[i].Policy, nil)
			if err != nil {
				return side, err
			}
			if err := b.Data.Share(&side.Bundle.Data, bundles.DataRoot); err != nil {
				return side, err
			}
			a.others[i].Bundle = b
		}
	}
	return side, nil
}

// compareReading compares the rules with another interpretation of the same rules. Two sites
// make the comparison look at all rules; by their source, none of them has changed.
func compareReading(ctx context.Context, in difference.Input, a *assume.Assumption) error {
	in.SameSite = false
	r, err := difference.Compare(ctx, in)
	if err == nil {
		a.Count(r)
	}
	return err
}

// letterScan searches for letters whose case-folding differs between systems.
type letterScan struct {
	rest  []byte
	found bool
}

// Write implements io.Writer.
func (l *letterScan) Write(p []byte) (int, error) {
	text := append(l.rest, p...)
	l.found = l.found || bytes.ContainsAny(text, assume.Letters)
	l.rest = slices.Clone(text[max(0, len(text)-utf8.UTFMax):])
	return len(p), nil
}

// samePolicy reports whether two policies have the same files, so that no decision depends on
// their difference. It ignores the manifest, which has the options, and the view, which says
// what else to keep of a site: neither affects decisions.
func samePolicy(a, b *compiler.Policy) bool {
	return slices.EqualFunc(deciding(a), deciding(b), func(x, y bundles.File) bool {
		return x.Path == y.Path && bytes.Equal(x.Content, y.Content)
	})
}

// deciding returns the files of a policy that affect decisions.
func deciding(p *compiler.Policy) []bundles.File {
	return slices.DeleteFunc(bundles.PolicyFiles(p), func(f bundles.File) bool {
		return f.Path == bundles.ManifestPath || f.Path == bundles.ViewPath
	})
}
