// Package search finds the subjects, resources or actions for which a decision is true: two of
// them are given, and the third is searched for on a site.
//
//	search.go   Search, and its result with the names on the site
//	batch.go    Batch, which decides candidates, each equivalence class once
//
// The decision point answers the same searches over HTTP, by pages.
package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Search is a part to search for, and the request that gets each candidate.
type Search struct {
	Part authzen.Part
	// Request is complete except for the part. Of a resource that is searched for, it has the
	// type.
	Request authzen.Request
	// Inactive includes users who cannot log in.
	Inactive bool
}

// Found is one result of a search: a subject or a resource with its name on the site or, without
// an ID, an action.
type Found struct {
	Type string `json:"type,omitempty"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Result is the result of a search. Its JSON is the response of the decision point to the same
// search, without pages but with names.
type Result struct {
	Results []Found `json:"results"`
	// LeftOut is the number of users that were found but cannot log in.
	LeftOut int `json:"-"`
	// Reason is the reason of the decision about the first candidate if nothing is found; ""
	// without candidates.
	Reason string `json:"-"`
}

// batchSize is the number of candidates that are decided between two reports of progress.
const batchSize = 4096

// Run searches on the site of a policy, whose names are n. Results are in order of ids.
func (s Search) Run(ctx context.Context, p *engine.EntryPoint, n *naming.Names, progress snapshot.Progress) (*Result, error) {
	base, err := Terms(s.Request)
	if err != nil {
		return nil, err
	}
	candidates, err := Candidates(p, s.Part, s.typ())
	if err != nil {
		return nil, err
	}
	progress.Start("searching", int64(len(candidates)))
	defer progress.Done()
	batch := NewBatch(ctx, p, s.Part, base)
	result := &Result{Results: []Found{}}
	found := 0
	for ids := range slices.Chunk(candidates, batchSize) {
		allowed, err := batch.Decide(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i, id := range ids {
			if allowed[i] {
				found++
				s.add(result, n, id)
			}
		}
		progress.Add(int64(len(ids)))
	}
	if found == 0 && len(candidates) > 0 {
		why, err := p.Evaluate(ctx, Requests(base, s.Part, candidates[:1]), true)
		if err != nil {
			return nil, err
		}
		result.Reason = cmp.Or(why[0].Reason, engine.NoRule)
	}
	return result, nil
}

// add adds a found candidate with its name, unless it is a user who cannot log in.
func (s Search) add(r *Result, n *naming.Names, id string) {
	switch s.Part {
	case authzen.SubjectPart:
		if !s.Inactive && n.WhyInactive(id) != "" {
			r.LeftOut++
			return
		}
		f := Found{Type: s.typ(), ID: id}
		if user, ok := n.User(id); ok {
			f.ID, f.Name = cmp.Or(user.Login, id), user.Name
		}
		r.Results = append(r.Results, f)
	case authzen.ResourcePart:
		resource, _ := n.Records.Find(s.typ(), id)
		r.Results = append(r.Results, Found{Type: s.typ(), ID: id, Name: resource.Name})
	case authzen.ActionPart:
		r.Results = append(r.Results, Found{Name: id})
	default:
		unknown(s.Part)
	}
}

// typ returns the type of the candidates, "" for actions.
func (s Search) typ() string {
	switch s.Part {
	case authzen.SubjectPart:
		return s.Request.Subject.Type
	case authzen.ResourcePart:
		return s.Request.Resource.Type
	case authzen.ActionPart:
		return ""
	}
	unknown(s.Part)
	return ""
}

// NotListedError means that the policy does not list what a search would decide. No result would
// read as a denial of everything.
type NotListedError struct{ Part authzen.Part }

// Error implements error.
func (e *NotListedError) Error() string {
	return fmt.Sprintf("the policy does not say which %ss there are: it cannot be searched for them", e.Part)
}

// Candidates returns the ids or names that a search for a part decides, in order. typ is the
// type of subjects and resources. The error is a *NotListedError.
func Candidates(p *engine.EntryPoint, part authzen.Part, typ string) ([]string, error) {
	var list []string
	var listed bool
	switch part {
	case authzen.SubjectPart:
		list, listed = p.Subjects(typ)
	case authzen.ResourcePart:
		list, listed = p.Resources(typ)
	case authzen.ActionPart:
		list, listed = p.ActionNames()
	default:
		unknown(part)
	}
	if !listed {
		return nil, &NotListedError{part}
	}
	return list, nil
}

// unknown panics, because the result of a search for an unknown part would be wrong.
func unknown(part authzen.Part) { panic(fmt.Sprintf("search: unknown part %q", string(part))) }
