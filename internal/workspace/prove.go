package workspace

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
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
	in := prove.Input{Rules: prove.Rules{Rules: l.Valid(), Policy: l.Policy}, Options: l.Options}
	var err error
	if in.Assertions, err = ReadAssertions(files, l.Options.Schema); err != nil {
		return nil, err
	}
	in.Old, err = OldRules(in.Assertions, func(path string) (*Workspace, error) {
		return Open(Source{Rules: []string{path}, Options: l.Options})
	})
	if err != nil {
		return nil, err
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

// ReadAssertions reads files of assertions. Paths of rules to compare with are relative to the
// file. The error has all errors in the files.
func ReadAssertions(files []AssertionFile, s *schema.Schema) ([]prove.Assertion, error) {
	var all []prove.Assertion
	var errs []error
	for _, f := range files {
		list, err := prove.ReadAssertions(f.Name, f.Content, s)
		errs = append(errs, err)
		for i, a := range list {
			if a.Old != "" && !filepath.IsAbs(a.Old) {
				list[i].Old = filepath.Join(filepath.Dir(f.Name), a.Old)
			}
		}
		all = append(all, list...)
	}
	return all, errors.Join(errs...)
}

// OldRules returns the rules that assertions compare with, by path. The error is that of open, or
// ErrBroken.
func OldRules(list []prove.Assertion, open func(path string) (*Workspace, error)) (map[string]prove.Rules, error) {
	rules := map[string]prove.Rules{}
	for _, a := range list {
		if _, known := rules[a.Old]; known || a.Old == "" {
			continue
		}
		old, err := open(a.Old)
		if err != nil {
			return nil, err
		}
		if old.Policy == nil {
			return nil, ErrBroken
		}
		rules[a.Old] = prove.Rules{Rules: old.Valid(), Policy: old.Policy}
	}
	return rules, nil
}
