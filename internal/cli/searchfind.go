package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// known returns the handle of an existing user whose resources are searched for: the search can then
// use a row of the access matrix. It returns false for every other search.
func (q search) known(data *bundles.Document) (string, bool) {
	if q.part != "resource" || !sitedata.HasReads(data) {
		return "", false
	}
	if c := q.request.Context; c != nil && !slices.Contains([]string{"", "hub", "qmc"}, c.RequestContext) {
		return "", false
	}
	id := schema.Fold(q.request.Subject.ID)
	if handle, ok := sitedata.User(data, id); ok {
		return handle, sitedata.OnRecord(data, "user", handle)
	}
	return id, !strings.Contains(id, `\`) && sitedata.OnRecord(data, "user", id)
}

// resources returns the resources of an existing user. It evaluates the policy some hundred times
// instead of once per resource.
func (q search) resources(ctx context.Context, b *bundles.Bundle, user string, progress snapshot.Progress) ([]Found, error) {
	action, _ := ruleset.ParseAction(q.request.Action.Name)
	question := partition.Question{Types: []string{schema.Fold(q.request.Resource.Type)}, Actions: uint32(action), Subject: user}
	if c := q.request.Context; c != nil {
		question.Session = partition.Session{Context: c.RequestContext, Environment: c.Environment}
	}
	m, err := matrix.Compute(ctx, b, question, progress)
	if errors.Is(err, partition.ErrBundle) {
		err = Input(err)
	}
	if err != nil {
		return nil, err
	}
	found := []Found{}
	t := m.Types[0]
	for n, id := range t.Handles[:t.Recorded] {
		if len(m.Granting(t, 0, int32(n))) > 0 {
			found = append(found, q.result(id))
		}
	}
	return found, nil
}

// candidates returns the ids or names to try, in order, and whether the policy lists them.
func (q search) candidates(p *engine.EntryPoint) ([]string, bool) {
	switch q.part {
	case "subject":
		return p.Subjects("user")
	case "resource":
		return p.Resources(q.request.Resource.Type)
	}
	return p.ActionNames()
}

// batchSize is the number of candidates that are evaluated in one batch.
const batchSize = 4096

// find returns the candidates that evaluate to true. If there are none, it returns the reason for
// the first candidate.
func (q search) find(ctx context.Context, p *engine.EntryPoint, candidates []string, progress func(int)) ([]Found, string, error) {
	found := []Found{}
	reason := ""
	for part := range slices.Chunk(candidates, batchSize) {
		requests := make([]engine.Request, len(part))
		for i, candidate := range part {
			r, err := q.with(candidate)
			if err != nil {
				return nil, "", err
			}
			requests[i] = r
		}
		verdicts, err := p.Evaluate(ctx, requests, false)
		if err != nil {
			return nil, "", err
		}
		for i, v := range verdicts {
			if v.Err != nil {
				return nil, "", v.Err // an answer without this candidate could be wrong
			}
			if v.Allow {
				found = append(found, q.result(part[i]))
			}
		}
		if len(found) == 0 && reason == "" {
			why, err := p.Evaluate(ctx, requests[:1], true)
			if err != nil {
				return nil, "", err
			}
			reason = cmp.Or(why[0].Reason, engine.NoRule)
		}
		progress(len(part))
	}
	return found, reason, nil
}

// with returns the request for a candidate.
func (q search) with(candidate string) (engine.Request, error) {
	r := q.request
	switch q.part {
	case "subject":
		r.Subject.ID = candidate
	case "resource":
		r.Resource.ID = candidate
	default:
		r.Action.Name = candidate
	}
	text, err := json.Marshal(r)
	if err != nil {
		return engine.Request{}, err
	}
	value, err := engine.ParseRequest(text)
	if err != nil {
		return engine.Request{}, err
	}
	object, _ := value.(ast.Object)
	term := func(name string) *ast.Term { return object.Get(ast.StringTerm(name)) }
	return engine.Request{Subject: term("subject"), Action: term("action"), Resource: term("resource"), Context: term("context")}, nil
}

func (q search) result(candidate string) Found {
	switch q.part {
	case "subject":
		return Found{Type: "user", ID: candidate}
	case "resource":
		return Found{Type: q.request.Resource.Type, ID: candidate}
	}
	return Found{Name: candidate}
}
