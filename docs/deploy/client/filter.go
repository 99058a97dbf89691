package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Filter selects the resources that a subject may act on, in the language of a database or of
// the repository service.
type Filter struct {
	// Kind is never, always or conditional.
	Kind string `json:"kind"`
	// Exact is false if the filter selects more than the rules grant.
	Exact bool `json:"exact"`
	// SQL and Params are set for databases, Filters for qrs.
	SQL     string   `json:"sql"`
	Params  []any    `json:"params"`
	Filters []string `json:"filters"`
}

// Filter returns the filter for a question whose resource has a type but no id, in a language:
// postgres, sqlserver, sqlite, duckdb or qrs. With superset it may select more than the rules
// grant if the language cannot express them: List asks about the selected resources.
func (c *Client) Filter(ctx context.Context, q Question, language string, superset bool) (Filter, error) {
	var says struct {
		Result *Filter `json:"result"`
	}
	input := map[string]any{"subject": q.Subject}
	if q.Context != nil {
		input["context"] = q.Context
	}
	path := fmt.Sprintf("/v1/compile/qlik/%s/%s", q.Resource.Type, q.Action.Name)
	body := map[string]any{"input": input, "options": map[string]any{"superset": superset}}
	if err := c.postFor(ctx, "application/vnd.qlik2rego."+language+"+json", path, body, &says); err != nil {
		return Filter{}, err
	}
	f := says.Result
	// An unknown kind, or a missing condition, must not be taken for access to everything.
	switch {
	case f == nil || f.Kind != "never" && f.Kind != "always" && f.Kind != "conditional":
		return Filter{}, errors.New("an answer without a filter")
	case f.Kind == "conditional" && strings.TrimSpace(f.SQL) == "" && len(f.Filters) == 0:
		return Filter{}, errors.New("a conditional filter without a condition")
	}
	return *f, nil
}

// batch is the maximum number of questions in one request.
const batch = 500

// List returns the ids of the resources on which the subject of a question may act: those that
// a filter selects and, if the filter selects more than the rules grant, that the decision
// point permits. run applies the filter and returns ids. If List returns an error, it returns
// no ids.
func (c *Client) List(ctx context.Context, q Question, language string, run func(context.Context, Filter) ([]string, error)) ([]string, error) {
	f, err := c.Filter(ctx, q, language, true)
	if err != nil || f.Kind == "never" {
		return nil, err
	}
	ids, err := run(ctx, f)
	if err != nil || f.Exact {
		return ids, err
	}
	var permitted []string
	for len(ids) > 0 {
		some := ids[:min(batch, len(ids))]
		ids = ids[len(some):]
		questions := make([]Question, len(some))
		for i, id := range some {
			questions[i] = q
			questions[i].Resource.ID = id
		}
		answers, err := c.AskAll(ctx, questions)
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			if a.Decision {
				permitted = append(permitted, some[i])
			}
		}
	}
	return permitted, nil
}
