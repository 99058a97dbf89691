package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// The reasons of a decision, docs/formats.md, section 3.
const (
	Granted         = "granted"
	NoRule          = "no_rule"
	UnknownSubject  = "unknown_subject"
	UnknownResource = "unknown_resource"
	InvalidRequest  = "invalid_request"
)

// Decision is the value of data.qlik.authz.decision.
type Decision struct {
	Allow bool `json:"allow"`
	// GrantedBy are the ids of all rules that grant, in order; never nil.
	GrantedBy []string `json:"granted_by"`
	Reason    string   `json:"reason"`
}

// Engine decides with one bundle. It is safe for concurrent use.
type Engine struct {
	decision, actions *Query
}

// New compiles the modules of a bundle and prepares the entry points.
func New(ctx context.Context, b *bundles.Bundle, options ...Option) (*Engine, error) {
	policy, err := Compile(b, options...)
	if err != nil {
		return nil, err
	}
	return policy.Engine(ctx)
}

// Engine prepares the queries of a policy of qlik2rego.
func (p *Policy) Engine(ctx context.Context) (*Engine, error) {
	if p.compiler.RuleTree.Find(ast.MustParseRef("data.qlik.authz.decision")) == nil {
		return nil, errors.New("the bundle has no rule decision in data.qlik.authz: it is not a bundle of qlik2rego; serve takes others, with --entrypoint")
	}
	e := &Engine{}
	var err error
	if e.decision, err = p.Query(ctx, "data.qlik.authz.decision"); err != nil {
		return nil, err
	}
	e.actions, err = p.Query(ctx, "data.qlik.authz.actions")
	return e, err
}

// Decide decides a request given as JSON. Invalid JSON, or an invalid request, is denied with the reason
// invalid_request. An error is a failure of the engine.
func (e *Engine) Decide(ctx context.Context, request []byte) (Decision, error) {
	input, err := ParseRequest(request)
	if err != nil {
		return Decision{GrantedBy: []string{}, Reason: InvalidRequest}, nil
	}
	return e.decide(ctx, input)
}

func (e *Engine) decide(ctx context.Context, input ast.Value) (Decision, error) {
	value, err := e.decision.Ask(ctx, input)
	if err != nil {
		return Decision{}, err
	}
	return decisionOf(value)
}

// decisionOf converts the value of the entry point decision.
func decisionOf(value any) (Decision, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return Decision{}, fmt.Errorf("the decision is %T, not an object", value)
	}
	d := Decision{}
	allow, okAllow := object["allow"].(bool)
	reason, okReason := object["reason"].(string)
	by, okBy := stringsOf(object["granted_by"])
	if !okAllow || !okReason || !okBy || allow != (reason == Granted) || allow != (len(by) > 0) {
		return Decision{}, fmt.Errorf("the decision %v contradicts itself or lacks a part", object)
	}
	d.Allow, d.GrantedBy, d.Reason = allow, by, reason
	return d, nil
}

// Actions returns the names of all actions that the subject may perform on the resource,
// sorted. The request needs no action; an invalid one has none.
func (e *Engine) Actions(ctx context.Context, request []byte) ([]string, error) {
	input, err := ParseRequest(request)
	if err != nil {
		return []string{}, nil
	}
	value, err := e.actions.Ask(ctx, input)
	if err != nil {
		return nil, err
	}
	names, ok := stringsOf(value)
	if !ok {
		return nil, fmt.Errorf("the actions are %v, not a set of text", value)
	}
	return names, nil
}

// stringsOf returns the sorted elements of a set or list of strings.
func stringsOf(value any) ([]string, bool) {
	list, ok := value.([]any)
	out := make([]string, 0, len(list))
	for _, v := range list {
		s, isText := v.(string)
		ok = ok && isText
		out = append(out, s)
	}
	slices.Sort(out)
	return out, ok
}

// Refusal returns the reason why OPA evaluates one of the entry points despite the option Auto, nil if
// there is none.
func (e *Engine) Refusal() error {
	if err := e.decision.Refusal(); err != nil {
		return err
	}
	return e.actions.Refusal()
}
