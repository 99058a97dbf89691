package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/deepstack"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/policies"
)

// QlikEntryPoint is the package with the entry points of a Qlik policy.
const QlikEntryPoint = "qlik/authz"

// EntryPoint is a package of any policy, Qlik's or another, with a rule allow and optionally a rule
// decision, which gives reasons, and sets of candidates for searches. It is safe for concurrent use.
type EntryPoint struct {
	// one and many query only allow; explainOne and explainMany also query decision. Without a rule
	// decision they are the same.
	one, many, explainOne, explainMany *Query
	// batch is nil unless the package can decide requests of one subject together, as Qlik's can.
	batch *batch
	// equivalences is nil if it is not known which requests are equivalent.
	equivalences *equivalences
	data         *bundles.Document
	candidates   *candidates
	policy       *Policy
}

// Verdict is the answer to one request.
type Verdict struct {
	Allow bool
	// Reason and GrantedBy are those of the package's decision, if it has one.
	Reason    string
	GrantedBy []GrantingRule
	// Err is a failure of the policy for this request, which is then not allowed.
	Err error
}

// GrantingRule is a rule that grants. Name is empty if it is not known.
type GrantingRule struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// NewEntryPoint compiles a bundle and prepares the package of a path such as
// "qlik/authz". The package must have a rule allow.
func NewEntryPoint(ctx context.Context, b *bundles.Bundle, path string, options ...Option) (*EntryPoint, error) {
	return NewEntryPointWith(ctx, ast.NewCompiler(), b, path, options...)
}

// NewEntryPointWith is NewEntryPoint with an unused compiler. It is for callers that also use the compiled
// policy, such as OPA's decision logs, whose masks are rules of the same bundle.
func NewEntryPointWith(ctx context.Context, compiler *ast.Compiler, b *bundles.Bundle, path string, options ...Option) (*EntryPoint, error) {
	policy, err := compile(compiler, b, options)
	if err != nil {
		return nil, err
	}
	pkg, err := packageRef(path)
	if err != nil {
		return nil, err
	}
	has := func(name string) bool {
		return policy.compiler.RuleTree.Find(pkg.Append(ast.StringTerm(name))) != nil
	}
	if !has("allow") {
		return nil, fmt.Errorf("the policy has no rule allow in %s: name the package that holds it with --entrypoint", pkg)
	}
	prepare := func(query string) (*Query, error) { return policy.Query(ctx, query) }
	p := &EntryPoint{data: &b.Data, policy: policy}
	// Qlik's decision contains allow, so that one query is enough.
	isQlik := path == QlikEntryPoint && hasOwnLibrary(b.Modules)
	if err := p.prepare(pkg.String(), has("decision"), isQlik, prepare); err != nil {
		return nil, err
	}
	if path == QlikEntryPoint && has("batch") {
		if p.batch, err = newBatch(pkg.String(), prepare); err != nil {
			return nil, err
		}
		if isQlik { // the library matches the format of the data
			p.equivalences = newEquivalences(p.data)
		}
	}
	if p.candidates, err = newCandidates(ctx, p.data, path, pkg.String(), has, prepare); err != nil {
		return nil, err
	}
	return p, p.selfCheck(ctx)
}

// hasOwnLibrary reports whether a bundle has the library of this version, whose rules have the meaning that
// the engine assumes.
func hasOwnLibrary(modules []bundles.Module) bool {
	for _, own := range policies.Modules() {
		if !slices.ContainsFunc(modules, func(m bundles.Module) bool {
			return strings.TrimPrefix(m.Path, "/") == own.Path && string(m.Source) == own.Source
		}) {
			return false
		}
	}
	return true
}

// Data returns the data of the entry point.
func (p *EntryPoint) Data() *bundles.Document { return p.data }

// With returns an entry point of the same policy on other data, for example a patched version of its own
// data (bundles.Document.Patch). Its cost does not depend on the size of the site. The receiver keeps its
// data, so that its users never see part of a change.
func (p *EntryPoint) With(ctx context.Context, data *bundles.Document) (*EntryPoint, error) {
	changed := *p
	changed.data = data
	if p.equivalences != nil {
		changed.equivalences = p.equivalences.on(data)
	}
	var err error
	changed.candidates, err = p.candidates.on(ctx, data)
	return &changed, err
}

// packageRef converts the path of a package to a reference. The path is only used as strings in
// the reference, and never parsed as Rego.
func packageRef(path string) (ast.Ref, error) {
	ref := ast.Ref{ast.DefaultRootDocument}
	for name := range strings.SplitSeq(path, "/") {
		if name == "" {
			return nil, fmt.Errorf("the entry point %q is no path of a package such as %q", path, QlikEntryPoint)
		}
		ref = append(ref, ast.StringTerm(name))
	}
	return ref, nil
}

func (p *EntryPoint) prepare(pkg string, explains, decides bool, prepare preparer) error {
	// A rule without a value gives an empty list, so that every query has a result. The parts of one
	// answer are elements of a list.
	allow, decision := "[v | v := "+pkg+".allow]", "[v | v := "+pkg+".decision]"
	explained := allow
	if decides {
		explained = "[v | v := " + pkg + ".decision.allow]"
	}
	queries := []struct {
		into  **Query
		query string
	}{
		{&p.one, "[" + allow + "]"},
		{&p.many, "[[a] | some item in input; a := " + allow + " with input as item]"},
		{&p.explainOne, "[" + explained + ", " + decision + "]"},
		{&p.explainMany, "[[a, d] | some item in input; a := " + explained + " with input as item; d := " + decision + " with input as item]"},
	}
	for _, q := range queries {
		var err error
		if *q.into, err = prepare(q.query); err != nil {
			return err
		}
	}
	if !explains {
		p.explainOne, p.explainMany = p.one, p.many
	}
	return nil
}

func (p *EntryPoint) ruleName(id string) string {
	return sitedata.RuleText(p.data, id, "name")
}

// minPart is the minimum number of requests per query if they are split over the cores.
const minPart = 16

// Evaluate answers requests, in order: in one query, or in one for each core if there are many. It evaluates
// equivalent requests once. With explain the verdicts have reasons. It returns an error only if ctx is
// done; a failure for one request is in its verdict and does not affect the others.
func (p *EntryPoint) Evaluate(ctx context.Context, requests []Request, explain bool) ([]Verdict, error) {
	if len(requests) == 1 || p.isCompiled() { // finding equivalent requests would take longer than deciding
		return p.evaluateAndShadow(ctx, requests, explain)
	}
	firsts, err := p.firsts(ctx, requests)
	if err != nil {
		return nil, err
	}
	asked, number := make([]Request, 0, len(requests)), make([]int, len(requests))
	for i, first := range firsts {
		if number[i] = len(asked); first == i {
			asked = append(asked, requests[i])
		}
	}
	answers, err := p.evaluateAndShadow(ctx, asked, explain)
	if err != nil || len(asked) == len(requests) {
		return answers, err
	}
	verdicts := make([]Verdict, len(requests))
	for i, first := range firsts {
		verdicts[i] = answers[number[first]]
	}
	return verdicts, nil
}

func (p *EntryPoint) evaluateAndShadow(ctx context.Context, requests []Request, explain bool) ([]Verdict, error) {
	verdicts, err := p.evaluateAll(ctx, requests, explain)
	if err == nil {
		p.shadows(requests, explain, verdicts)
	}
	return verdicts, err
}

func (p *EntryPoint) evaluateAll(ctx context.Context, requests []Request, explain bool) ([]Verdict, error) {
	verdicts := make([]Verdict, len(requests))
	parts := min(runtime.GOMAXPROCS(0), len(requests)/minPart)
	if parts < 2 {
		return verdicts, p.evaluate(ctx, requests, explain, verdicts)
	}
	var g errgroup.Group
	for i := range parts {
		from, to := i*len(requests)/parts, (i+1)*len(requests)/parts
		g.Go(func() error {
			deepstack.Reserve()
			return p.evaluate(ctx, requests[from:to], explain, verdicts[from:to])
		})
	}
	return verdicts, g.Wait()
}

// evaluate answers requests in one query. It runs on separate goroutines, where a panic of OPA would end the
// process, so it recovers.
func (p *EntryPoint) evaluate(ctx context.Context, requests []Request, explain bool, verdicts []Verdict) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the engine failed: %v", r)
		}
	}()
	if len(requests) == 1 {
		verdicts[0], err = p.evaluateOne(ctx, requests[0], explain)
		return err
	}
	rest := p.evaluateBatch(ctx, requests, explain, verdicts)
	return p.evaluateEach(ctx, requests, explain, verdicts, rest)
}

// isCompiled reports whether single requests are decided by compiled code.
func (p *EntryPoint) isCompiled() bool {
	return p.one.compiled != nil && !p.policy.execution.off.Load()
}

// evaluateEach answers the requests with the given indexes, each completely.
func (p *EntryPoint) evaluateEach(ctx context.Context, requests []Request, explain bool, verdicts []Verdict, rest []int) error {
	if len(rest) == 0 {
		return nil
	}
	query := p.many
	if explain {
		query = p.explainMany
	}
	if p.isCompiled() { // one query for all of them would not be faster
		for _, at := range rest {
			var err error
			if verdicts[at], err = p.evaluateOne(ctx, requests[at], explain); err != nil {
				return err
			}
		}
		return nil
	}
	inputs := make([]*ast.Term, len(rest))
	for i, at := range rest {
		inputs[i] = ast.NewTerm(requests[at].Input())
	}
	value, err := query.askOn(ctx, p.data, ast.NewArray(inputs...))
	answers, ok := value.([]any)
	if err == nil && ok && len(answers) == len(rest) {
		for i, at := range rest {
			verdicts[at] = p.verdict(answers[i])
		}
		return nil
	}
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	// The policy fails for one of them. Evaluating each alone shows which one.
	for _, at := range rest {
		if verdicts[at], err = p.evaluateOne(ctx, requests[at], explain); err != nil {
			return err
		}
	}
	return nil
}

func (p *EntryPoint) evaluateOne(ctx context.Context, request Request, explain bool) (Verdict, error) {
	query := p.one
	if explain {
		query = p.explainOne
	}
	value, err := query.askOn(ctx, p.data, request.Input())
	switch {
	case err != nil && ctx.Err() != nil:
		return Verdict{}, errors.Join(context.Cause(ctx), err)
	case err != nil:
		return Verdict{Err: err}, nil
	}
	return p.verdict(value), nil
}

// verdict converts [[allow], [decision]], in which a value may be missing. The second part exists only if the
// package has a decision.
func (p *EntryPoint) verdict(answer any) Verdict {
	parts, _ := answer.([]any)
	if len(parts) == 0 {
		return Verdict{Err: fmt.Errorf("the policy answers %v", answer)}
	}
	v := Verdict{}
	if allow, _ := parts[0].([]any); len(allow) == 1 {
		var ok bool
		if v.Allow, ok = allow[0].(bool); !ok {
			return Verdict{Err: fmt.Errorf("allow is %s, neither true nor false", brief(allow[0]))}
		}
	}
	if len(parts) < 2 {
		return v
	}
	if decision, _ := parts[1].([]any); len(decision) == 1 {
		return p.explain(v, decision[0])
	}
	return v
}

// explain adds the package's decision. A decision that contradicts allow is an error, because
// it is unclear which of the two was intended.
func (p *EntryPoint) explain(v Verdict, decision any) Verdict {
	object, _ := decision.(map[string]any)
	if allow, ok := object["allow"].(bool); ok && allow != v.Allow {
		return Verdict{Err: fmt.Errorf("allow is %t and the decision says %t", v.Allow, allow)}
	}
	v.Reason, _ = object["reason"].(string)
	by, ok := stringsOf(object["granted_by"])
	if !v.Allow || !ok {
		return v
	}
	v.GrantedBy = make([]GrantingRule, len(by))
	for i, id := range by {
		v.GrantedBy[i] = GrantingRule{ID: id, Name: p.ruleName(id)}
	}
	return v
}

// brief formats a value for an error.
func brief(v any) string {
	text, _ := json.Marshal(v)
	if len(text) > 40 {
		return strconv.Quote(string(text[:40])) + "…"
	}
	return string(text)
}

// Request is a checked and parsed access evaluation request. Context is nil if there is none.
type Request struct {
	Subject, Action, Resource, Context *ast.Term
}

var (
	subjectKey  = ast.StringTerm("subject")
	actionKey   = ast.StringTerm("action")
	resourceKey = ast.StringTerm("resource")
	contextKey  = ast.StringTerm("context")
)

// Input returns the request as input for the policy.
func (r Request) Input() ast.Value {
	members := make([][2]*ast.Term, 0, 4)
	for _, m := range [...][2]*ast.Term{{subjectKey, r.Subject}, {actionKey, r.Action}, {resourceKey, r.Resource}, {contextKey, r.Context}} {
		if m[1] != nil {
			members = append(members, m)
		}
	}
	return ast.NewObject(members...)
}
