package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/compiled"
)

// Policy is the compiled policy of a bundle, Qlik's or another, with the bundle's data. It is safe for
// concurrent use.
type Policy struct {
	compiler *ast.Compiler
	data     *bundles.Document
	// program is nil if OPA evaluates everything.
	program   *compiled.Program
	execution execution
	// shadow is nil if no decisions are repeated.
	shadow *shadow
}

// Option changes how a policy is evaluated.
type Option func(*Policy)

// Auto evaluates what internal/compiled supports as compiled code, and leaves the rest to OPA.
// Without it OPA evaluates everything.
func Auto(p *Policy) { p.program = compiled.New(p.compiler, "subject", "context") }

// Compile compiles the modules of a bundle. Errors contain the location in the modules.
func Compile(b *bundles.Bundle, options ...Option) (*Policy, error) {
	return compile(ast.NewCompiler(), b, options)
}

func compile(compiler *ast.Compiler, b *bundles.Bundle, options []Option) (*Policy, error) {
	modules, err := parse(b.Modules)
	if err != nil {
		return nil, err
	}
	compiler = compiler.WithCapabilities(capabilities()).WithPathConflictsCheckRoots(nil).
		WithPathConflictsCheck(func(path []string) (bool, error) { return b.Data.Has(path...), nil })
	p := &Policy{compiler: compiler, data: &b.Data}
	if p.compiler.Compile(modules); p.compiler.Failed() {
		return nil, fmt.Errorf("the policy does not compile: %w", p.compiler.Errors)
	}
	return p.With(options...), nil
}

// With returns the same policy with other options; it is not compiled again.
func (p *Policy) With(options ...Option) *Policy {
	other := &Policy{compiler: p.compiler, data: p.data}
	for _, option := range options {
		option(other)
	}
	return other
}

// parse parses modules on all cores. A module whose package is outside the roots of its bundle is an error, as
// in OPA.
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
		if err := m.Permits(parsed[i].Package.Path); err != nil {
			return nil, err
		}
		if byPath[m.Path] != nil {
			return nil, fmt.Errorf("%s: two modules have this name", m.Path)
		}
		byPath[m.Path] = parsed[i]
	}
	return byPath, nil
}

// byClock are built-in functions whose value depends on the clock although OPA does not mark
// them as such.
var byClock = []string{"crypto.x509.parse_and_verify_certificates", "crypto.x509.parse_and_verify_certificates_with_options"}

// capabilities returns OPA's capabilities without every built-in function whose value depends on more than its
// arguments, such as http.send, the clock and the environment: a decision depends only on the bundle and
// the request.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(slices.Clone(c.Builtins), func(b *ast.Builtin) bool { return b.Nondeterministic || slices.Contains(byClock, b.Name) })
	c.AllowNet = []string{}
	return c
})

// Query is a prepared query of a policy. It is safe for concurrent use.
type Query struct {
	policy   *Policy
	text     string
	prepared rego.PreparedEvalQuery
	// compiled is nil if OPA evaluates the query, for the reason in refusal.
	compiled *compiled.Query
	refusal  error
}

// Query prepares a query of one expression, such as data.qlik.authz.allow.
func (p *Policy) Query(ctx context.Context, text string) (*Query, error) {
	q, err := rego.New(rego.Query(text), rego.Compiler(p.compiler), rego.Store(&store{data: p.data})).PrepareForEval(ctx)
	if err != nil {
		return nil, fmt.Errorf("the entry point %s: %w", text, err)
	}
	query := &Query{policy: p, text: text, prepared: q}
	if p.program != nil {
		query.compiled, query.refusal = p.program.Query(text)
		p.execution.add(query)
	}
	return query, nil
}

// Ask returns the value of the query for an input, in the types of encoding/json with UseNumber. It returns an
// error if there is no value.
func (q *Query) Ask(ctx context.Context, input ast.Value) (any, error) {
	return q.askOn(ctx, q.policy.data, input)
}

// Trace is Ask, and reports OPA's evaluation to a tracer.
func (q *Query) Trace(ctx context.Context, input ast.Value, tracer topdown.QueryTracer) (any, error) {
	return q.askOn(ctx, q.policy.data, input, rego.EvalQueryTracer(tracer))
}

// unmeasured disables OPA's timers, which nobody reads.
var unmeasured = metrics.NoOp()

// askOn evaluates the query on other data, which must not change in the meantime.
func (q *Query) askOn(ctx context.Context, data *bundles.Document, input ast.Value, more ...rego.EvalOption) (any, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(more) == 0 {
		if v, ok, err := q.run(ctx, data, input); ok {
			return v, err
		}
	}
	return q.byOPA(ctx, data, input, more...)
}

// run evaluates the query as compiled code; false if it cannot, or if OPA has to report an
// error.
func (q *Query) run(ctx context.Context, data *bundles.Document, input ast.Value) (value any, ok bool, err error) {
	e := &q.policy.execution
	if q.compiled == nil || e.off.Load() {
		return nil, false, nil
	}
	e.evaluations.Add(1)
	value, err = q.compiled.Eval(ctx, data, input)
	switch {
	case err == nil:
		return value, true, nil
	case ctx.Err() != nil:
		return nil, true, errors.Join(context.Cause(ctx), err)
	}
	e.failed.Add(1)
	return nil, false, nil
}

// byOPA evaluates the query with OPA.
func (q *Query) byOPA(ctx context.Context, data *bundles.Document, input ast.Value, more ...rego.EvalOption) (any, error) {
	// By default OPA starts a goroutine per query to detect the end of a context.
	cancel := topdown.NewCancel()
	defer context.AfterFunc(ctx, cancel.Cancel)()
	options := append(more, rego.EvalExternalCancel(cancel), rego.EvalMetrics(unmeasured),
		rego.EvalTransaction(reading(data)), rego.EvalParsedInput(input))
	results, err := q.prepared.Eval(ctx, options...)
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

// Refusal returns the reason why OPA evaluates the query despite the option Auto, nil if there is none.
func (q *Query) Refusal() error { return q.refusal }
