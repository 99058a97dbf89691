package workspace

import (
	"errors"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain/packed"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// FromBundle returns a workspace with the rules that a bundle was compiled from, and the part
// of the site that the bundle contains.
func FromBundle(b *bundles.Bundle) (*Workspace, *snapshot.Site, error) {
	u, err := packed.Unpack(b)
	if err != nil {
		return nil, nil, err
	}
	w := &Workspace{Options: compiler.Options{Schema: u.Schema, SkipInvalid: true}, progress: snapshot.NoProgress{}}
	w.Options.Read(u.Options.ListInequality, u.Options.EntityText, u.Options.SessionAttributes)
	var rules []ruleset.Rule
	for _, r := range u.Rules {
		skipped := false
		for _, s := range u.Skipped {
			skipped = skipped || s == diag.Rule{ID: r.ID, Name: r.Name}
		}
		if !skipped {
			rules = append(rules, r)
		}
	}
	w.compile(rules)
	if w.Policy == nil {
		return nil, nil, errors.New("the rules of the bundle do not compile with this version: compile them again")
	}
	return w, u.Site, nil
}

// Filtered is the condition under which a subject may act on the resources of a type.
type Filtered struct {
	Node     filter.Node
	Branches []filter.Branch
	// UnknownSubject says that the subject neither exists nor is described: the filter selects
	// nothing.
	UnknownSubject bool
}

// Filter returns the filter for the subject, action and context of a request, an AuthZEN access
// evaluation request as JSON. Of its resource only the type is used.
func (w *Workspace) Filter(site *snapshot.Site, request []byte, typeKey string) (*Filtered, error) {
	return w.Filters(site).Of(request, typeKey)
}

// Filters creates filters for many subjects. It is safe for concurrent use.
type Filters struct {
	plan      *privilege.Plan
	evaluator *evaluate.Evaluator
}

// Filters prepares filters on a site.
func (w *Workspace) Filters(site *snapshot.Site) *Filters {
	return &Filters{w.Policy.Plan(), w.Evaluator(site)}
}

// Of returns the filter of a request; see Workspace.Filter.
func (f *Filters) Of(request []byte, typeKey string) (*Filtered, error) {
	q := f.evaluator.Read(request)
	switch {
	case q.Reason == "unknown_subject":
		return &Filtered{Node: filter.Const(false), UnknownSubject: true}, nil
	case q.Reason != "":
		return nil, errors.New("the request is not valid: " + q.Reason)
	}
	s := filter.Subject{User: q.Subject, Environment: q.Environment}
	switch q.Context {
	case "hub":
		s.Context = ruleset.Hub
	case "qmc":
		s.Context = ruleset.QMC
	}
	n, branches, err := filter.Residue(f.plan, s, q.Action, typeKey)
	return &Filtered{Node: n, Branches: branches}, err
}
