package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// The reasons of a decision, section 3 of the formats.
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

// Engine decides by one bundle. It is safe for concurrent use.
type Engine struct {
	data     *bundles.Document
	decision question
	actions  question
}

// question is a query of a policy, with what is known of the policy beforehand.
type question struct {
	rego.PreparedEvalQuery
	known *foreknown
}

// New compiles the modules of a bundle and prepares the entry points.
func New(ctx context.Context, b *bundles.Bundle) (*Engine, error) {
	modules, err := parse(b.Modules)
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities())
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("the policy does not compile: %w", compiler.Errors)
	}
	data := &store{data: &b.Data}
	e := &Engine{data: &b.Data}
	known := newForeknown(b.Modules, compiler.Modules)
	for query, into := range map[string]*question{
		"data.qlik.authz.decision": &e.decision,
		"data.qlik.authz.actions":  &e.actions,
	} {
		q := rego.New(rego.Query(query), rego.Compiler(compiler), rego.Store(data))
		if into.PreparedEvalQuery, err = q.PrepareForEval(ctx); err != nil {
			return nil, fmt.Errorf("the entry point %s: %w", query, err)
		}
		into.known = known
	}
	return e, nil
}

// parse parses modules on all cores.
func parse(modules []bundles.Module) (map[string]*ast.Module, error) {
	parsed := make([]*ast.Module, len(modules))
	var g errgroup.Group
	for i, m := range modules {
		g.Go(func() (err error) {
			parsed[i], err = ast.ParseModuleWithOpts(m.Path, string(m.Source), ast.ParserOptions{RegoVersion: ast.RegoV1, Capabilities: capabilities()})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("the policy does not parse: %w", err)
	}
	byPath := make(map[string]*ast.Module, len(modules))
	for i, m := range modules {
		byPath[m.Path] = parsed[i]
	}
	return byPath, nil
}

// capabilities returns OPA's without every built-in function whose value
// depends on more than its arguments, such as http.send, the clock and the
// environment: a decision depends on the bundle and the request alone.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(slices.Clone(c.Builtins), func(b *ast.Builtin) bool { return b.Nondeterministic })
	c.AllowNet = []string{}
	return c
}

// Decide decides a request, JSON of any shape: what is no JSON, or no
// request, is denied as invalid_request. An error is a failure of the engine.
func (e *Engine) Decide(ctx context.Context, request []byte) (Decision, error) {
	input, err := ParseRequest(request)
	if err != nil {
		return Decision{GrantedBy: []string{}, Reason: InvalidRequest}, nil
	}
	return e.decide(ctx, input)
}

func (e *Engine) decide(ctx context.Context, input ast.Value) (Decision, error) {
	value, err := evaluate(ctx, e.decision, e.data, input)
	if err != nil {
		return Decision{}, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return Decision{}, fmt.Errorf("the decision is %T, not an object", value)
	}
	d := Decision{}
	allow, okAllow := object["allow"].(bool)
	reason, okReason := object["reason"].(string)
	by, okBy := texts(object["granted_by"])
	if !okAllow || !okReason || !okBy || allow != (reason == Granted) || allow != (len(by) > 0) {
		return Decision{}, fmt.Errorf("the decision %v contradicts itself or lacks a part", object)
	}
	d.Allow, d.GrantedBy, d.Reason = allow, by, reason
	return d, nil
}

// Actions returns the names of all actions that the requester has on the
// resource, in order. The request needs no action; one that is no JSON has none.
func (e *Engine) Actions(ctx context.Context, request []byte) ([]string, error) {
	input, err := ParseRequest(request)
	if err != nil {
		return []string{}, nil
	}
	value, err := evaluate(ctx, e.actions, e.data, input)
	if err != nil {
		return nil, err
	}
	names, ok := texts(value)
	if !ok {
		return nil, fmt.Errorf("the actions are %v, not a set of text", value)
	}
	return names, nil
}

// evaluate asks a query about the input, on data that stay the same meanwhile.
func evaluate(ctx context.Context, q question, data *bundles.Document, input ast.Value) (any, error) {
	results, err := q.Eval(ctx, rego.EvalTransaction(reading(data)), rego.EvalParsedInput(input), rego.EvalVirtualCache(newMemory(q.known, data, input)))
	switch {
	case err != nil && topdown.IsCancel(err):
		return nil, errors.Join(context.Cause(ctx), err)
	case err != nil:
		return nil, err
	case len(results) != 1 || len(results[0].Expressions) != 1:
		return nil, errors.New("the policy has no such entry point: is it a bundle of qlik2rego?")
	}
	return results[0].Expressions[0].Value, nil
}

// texts returns a set or list of text, ordered.
func texts(value any) ([]string, bool) {
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
