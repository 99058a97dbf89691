package qlik2rego

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// Request asks whether a subject may do something to a resource.
type Request struct {
	// Subject is a login such as ACME\anna, or the id of a user on record.
	Subject string
	// Action is create, read, update, delete, export, publish, changeowner, changerole,
	// exportdata, offlineaccess, distribute, duplicate or approve.
	Action string
	// ResourceType and ResourceID name the resource, such as App and its GUID.
	ResourceType, ResourceID string
	// Context is hub, qmc, or empty if the request does not say.
	Context string
	// Environment holds the attributes of the session, which conditions read as
	// user.environment.NAME.
	Environment map[string][]string
	// SubjectProperties and ResourceProperties describe a subject or resource that is not in
	// the snapshot. They are ignored if it is.
	SubjectProperties, ResourceProperties map[string]any
}

// MarshalJSON returns the request as an AuthZEN access evaluation request.
func (r Request) MarshalJSON() ([]byte, error) {
	entity := func(typ, id string, properties map[string]any) map[string]any {
		e := map[string]any{"type": typ, "id": id}
		if properties != nil {
			e["properties"] = properties
		}
		return e
	}
	asked := map[string]any{
		"subject":  entity("user", r.Subject, r.SubjectProperties),
		"action":   map[string]any{"name": r.Action},
		"resource": entity(r.ResourceType, r.ResourceID, r.ResourceProperties),
	}
	about := map[string]any{}
	if r.Context != "" {
		about["request_context"] = r.Context
	}
	if len(r.Environment) > 0 {
		about["environment"] = r.Environment
	}
	if len(about) > 0 {
		asked["context"] = about
	}
	return json.Marshal(asked)
}

// Decision is the answer to a Request.
type Decision struct {
	Allow bool
	// GrantedBy are the ids of all rules that grant, sorted.
	GrantedBy []string
	// Reason is granted, no_rule, unknown_subject, unknown_resource or invalid_request.
	// Only the first is an allow.
	Reason string
}

// Decider decides requests by the embedded OPA. It is safe for concurrent use.
type Decider struct{ e *engine.Engine }

// Decider compiles the rules and the site for decisions.
func (r *Rules) Decider(ctx context.Context) (*Decider, error) {
	b, err := r.w.Bundle(ctx)
	if err != nil {
		return nil, invalid(err)
	}
	return decider(ctx, b)
}

// OpenBundle returns a decider for a bundle that Compile wrote, or for the policy and the data
// bundle of compile --split. It does not check signatures: protect the paths against
// unauthorized writes.
func OpenBundle(ctx context.Context, paths ...string) (*Decider, error) {
	b, err := bundles.Open(ctx, paths...)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	return decider(ctx, b)
}

func decider(ctx context.Context, b *bundles.Bundle) (*Decider, error) {
	e, err := engine.New(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	return &Decider{e}, nil
}

// Decide decides a request. The error is a failure of the engine or the context's error; the
// decision is then the zero value, a denial.
func (d *Decider) Decide(ctx context.Context, r Request) (Decision, error) {
	request, err := json.Marshal(r)
	if err != nil {
		return Decision{}, fmt.Errorf("qlik2rego: %w", err)
	}
	got, err := d.e.Decide(ctx, request)
	if err != nil {
		return Decision{}, fmt.Errorf("qlik2rego: %w", err)
	}
	return Decision(got), nil
}

// Explanation says why a request is granted or denied.
type Explanation struct {
	Decision
	// JSON is the complete explanation: every rule on the resource with its clauses, and the
	// smallest changes of data that would grant access. docs/explain.md describes it.
	JSON json.RawMessage
}

// Explain explains the decision of a request.
func (r *Rules) Explain(ctx context.Context, asked Request) (*Explanation, error) {
	request, err := json.Marshal(asked)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	x, err := r.w.Explainer(explain.Options{})
	if err != nil {
		return nil, invalid(err)
	}
	why, err := x.Explain(request)
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	text, err := json.Marshal(why)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	return &Explanation{Decision{why.Allow, why.GrantedBy, why.Reason}, text}, nil
}
