package opa

import (
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// policy is a set of modules and data for stock OPA that can prepare queries.
type policy struct {
	compiler *ast.Compiler
	store    storage.Store
}

// compile compiles modules without checks. OPA's check for recursion follows every edge between rules from
// every caller, which takes minutes for thousands of hand-written rules; without it, the authors of the
// rules must avoid recursion.
func compile(modules []bundles.Module, store storage.Store) (*policy, error) {
	parsed := map[string]*ast.Module{}
	for _, m := range modules {
		module, err := ast.ParseModuleWithOpts(m.Path, string(m.Source), ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		parsed[m.Path] = module
	}
	compiler := ast.NewCompiler().WithSkipStages(ast.StageCheckRecursion)
	if compiler.Compile(parsed); compiler.Failed() {
		return nil, compiler.Errors
	}
	return &policy{compiler, store}, nil
}

// ask prepares a query for all requests of a case.
func (p *policy) ask(ctx context.Context, c *model.Case, query string) (model.Decide, error) {
	q, err := rego.New(rego.Query(query), rego.Compiler(p.compiler), rego.Store(p.store)).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	inputs, err := inputs(c)
	return func(i int) (bool, error) {
		results, err := q.Eval(ctx, rego.EvalParsedInput(inputs[i]))
		if err != nil {
			return false, err
		}
		if len(results) != 1 {
			return false, fmt.Errorf("%s has %d results", query, len(results))
		}
		return boolean(results[0].Expressions[0].Value)
	}, err
}

// inputs parses the requests of a case in advance, since the structs of the other contenders are created
// in advance, too.
func inputs(c *model.Case) ([]ast.Value, error) {
	list := make([]ast.Value, len(c.Requests))
	for i, text := range c.Requests {
		input, err := engine.ParseRequest(text)
		if err != nil {
			return nil, err
		}
		list[i] = input
	}
	return list, nil
}

func boolean(v any) (bool, error) {
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("%v is no boolean", v)
	}
	return b, nil
}
