package workspace

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// AssertionFile is a file of assertions.
type AssertionFile struct {
	Name    string
	Content []byte
}

// Prove decides the assertions in files about the rules. Rules to compare with are read from
// paths relative to the file. The values of custom properties are those that the snapshot
// defines.
func (l *Live) Prove(ctx context.Context, files []AssertionFile, p snapshot.Progress) (*prove.Report, error) {
	if l.Policy == nil {
		return nil, ErrBroken
	}
	in := prove.Input{Rules: prove.Rules{Rules: l.Valid(), Policy: l.Policy}, Options: l.Options, Old: map[string]prove.Rules{}}
	var errs []error
	for _, f := range files {
		list, err := prove.ReadAssertions(f.Name, f.Content, l.Options.Schema)
		errs = append(errs, err)
		for i, a := range list {
			if a.Old != "" && !filepath.IsAbs(a.Old) {
				list[i].Old = filepath.Join(filepath.Dir(f.Name), a.Old)
			}
		}
		in.Assertions = append(in.Assertions, list...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, a := range in.Assertions {
		if _, known := in.Old[a.Old]; known || a.Old == "" {
			continue
		}
		old, err := Open(Source{Rules: []string{a.Old}, Options: l.Options})
		if err != nil {
			return nil, err
		}
		if old.Policy == nil {
			return nil, ErrBroken
		}
		in.Old[a.Old] = prove.Rules{Rules: old.Valid(), Policy: old.Policy}
	}
	if l.Site != nil {
		site, err := l.Records(p)
		if err != nil {
			return nil, err
		}
		in.Assumptions.Axioms.Values = escalate.Choices(site)
	}
	p.Start("deciding assertions", int64(len(in.Assertions)))
	in.Progress = func(int) { p.Add(1) }
	return prove.Run(ctx, in)
}
