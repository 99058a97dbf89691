package opa

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// Baseline is the name of the contender that ratios refer to.
const Baseline = "allow"

// Ours returns qlik2rego's entry points, and the floors: the same bundle with a single Qlik rule without a
// condition, and a constant Rego rule. empty contains the rules of the first floor.
func Ours(empty *compiler.Policy) []model.Contender {
	// The entry points of one bundle are compiled once.
	var last *bundles.Bundle
	var compiled, byOPA *engine.Policy
	prepare := func(c *model.Case) (err error) {
		if c.Bundle == last {
			return nil
		}
		if compiled, err = engine.Compile(c.Bundle, engine.Auto); err != nil {
			return err
		}
		if byOPA, err = engine.Compile(c.Bundle); err == nil {
			last = c.Bundle
		}
		return err
	}
	entry := func(name, about string, allows func(any) (bool, error)) model.Contender {
		return model.Contender{Name: name, About: about, Prepare: func(ctx context.Context, c *model.Case) (_ model.Decide, err error) {
			if err := prepare(c); err != nil {
				return nil, err
			}
			return decide(ctx, c, compiled, "data.qlik.authz."+name, allows)
		}}
	}
	return []model.Contender{
		entry(Baseline, "qlik2rego: the bundle's allow, as compiled code of the embedded engine", boolean),
		{Name: "opa", About: "qlik2rego: the bundle's allow, by OPA in the embedded engine", Prepare: func(ctx context.Context, c *model.Case) (model.Decide, error) {
			if err := prepare(c); err != nil {
				return nil, err
			}
			return decide(ctx, c, byOPA, "data.qlik.authz."+Baseline, boolean)
		}},
		entry("decision", "qlik2rego: allow, all rules that grant, and the reason", func(v any) (bool, error) {
			o, _ := v.(map[string]any)
			return boolean(o["allow"])
		}),
		entry("granted_by", "qlik2rego: all rules that grant", func(v any) (bool, error) {
			l, ok := v.([]any)
			return len(l) > 0, isSet(v, ok)
		}),
		entry("actions", "qlik2rego: all actions that the subject has on the resource", func(v any) (bool, error) {
			l, ok := v.([]any)
			return slices.Contains(l, any("read")), isSet(v, ok)
		}),
		{Name: "json", About: "qlik2rego: decision from JSON to a checked struct, as eval and the decision point do it", Prepare: json},
		{Name: "stock", About: "qlik2rego: the bundle's allow, in stock OPA with its own store", Prepare: stock},
		{Name: "empty-rule", About: "floor: qlik2rego's allow on the same site, with one Qlik rule that has no condition", Floor: true,
			Prepare: func(ctx context.Context, c *model.Case) (model.Decide, error) { return emptyRule(ctx, c, empty) }},
		{Name: "constant", About: "floor: a Rego rule that is a constant, default allow := false", Floor: true, Prepare: constant},
	}
}

// decide evaluates a query with the embedded engine.
func decide(ctx context.Context, c *model.Case, p *engine.Policy, query string, allows func(any) (bool, error)) (model.Decide, error) {
	q, err := p.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	inputs, err := inputs(c)
	return func(i int) (bool, error) {
		value, err := q.Ask(ctx, inputs[i])
		if err != nil {
			return false, err
		}
		return allows(value)
	}, err
}

func isSet(v any, ok bool) error {
	if !ok {
		return fmt.Errorf("%v is no set", v)
	}
	return nil
}

func json(ctx context.Context, c *model.Case) (model.Decide, error) {
	e, err := engine.New(ctx, c.Bundle, engine.Auto)
	if err != nil {
		return nil, err
	}
	return func(i int) (bool, error) {
		d, err := e.Decide(ctx, c.Requests[i])
		return d.Allow, err
	}, nil
}

func stock(ctx context.Context, c *model.Case) (model.Decide, error) {
	p, err := compile(c.Bundle.Modules, inmem.NewFromObjectWithOpts(c.Plain(), inmem.OptRoundTripOnWrite(false)))
	if err != nil {
		return nil, err
	}
	return p.ask(ctx, c, "data.qlik.authz.allow")
}

// emptyRule returns a contender with the empty rule and the data of the case.
func emptyRule(ctx context.Context, c *model.Case, empty *compiler.Policy) (model.Decide, error) {
	b, err := bundles.InMemory(ctx, empty, nil)
	if err != nil {
		return nil, err
	}
	return floor(ctx, c, b.Modules, "data.qlik.authz.allow")
}

func constant(ctx context.Context, c *model.Case) (model.Decide, error) {
	source := "package constant\n\ndefault allow := false\n"
	return floor(ctx, c, []bundles.Module{{Path: "constant.rego", Source: []byte(source)}}, "data.constant.allow")
}

func floor(ctx context.Context, c *model.Case, modules []bundles.Module, query string) (model.Decide, error) {
	p, err := engine.Compile(&bundles.Bundle{Manifests: c.Bundle.Manifests, Modules: modules, Data: c.Bundle.Data})
	if err != nil {
		return nil, err
	}
	return decide(ctx, c, p, query, boolean)
}
