package engine

import (
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// checkedSubjects and checkedResources are the numbers of the data's entities in the
// self-check, per type.
const (
	checkedSubjects  = 3
	checkedResources = 2
	checkedTypes     = 30
)

// selfCheck compares compiled code with OPA on requests about the data, before the first decision. After a
// difference OPA evaluates everything. It returns an error only if ctx is done.
func (p *EntryPoint) selfCheck(ctx context.Context) error {
	if p.one.compiled == nil && p.explainOne.compiled == nil {
		return nil
	}
	for i, r := range checkRequests(p.data) {
		explain := i%2 == 1
		want, ok := p.byOPA(ctx, r, explain, p.data)
		if !ok {
			return context.Cause(ctx)
		}
		got, err := p.evaluateOne(ctx, r, explain)
		if err != nil {
			return err
		}
		if what := p.policy.execution.compare(got, want); what != "" {
			p.policy.execution.report(Difference{masked(r), "self-check: " + what})
			return nil
		}
	}
	return nil
}

// checkRequests returns requests about the entities of a site, with every action in turn, and some about
// entities that do not exist. For other policies it returns only the latter.
func checkRequests(data *bundles.Document) []Request {
	actions := ruleset.All.Names()
	subjects := append(sitedata.SomeLogins(data, checkedSubjects), `unknown\user`, `none\guest`)
	var requests []Request
	ask := func(typ, id string, properties ...[2]*ast.Term) {
		n := len(requests)
		members := [][2]*ast.Term{{typeKey, ast.StringTerm(typ)}, {idKey, ast.StringTerm(id)}}
		if len(properties) > 0 {
			members = append(members, [2]*ast.Term{propertiesKey, ast.ObjectTerm(properties...)})
		}
		requests = append(requests, Request{
			Subject:  ast.ObjectTerm([2]*ast.Term{typeKey, ast.StringTerm("user")}, [2]*ast.Term{idKey, ast.StringTerm(subjects[n%len(subjects)])}),
			Action:   ast.ObjectTerm([2]*ast.Term{nameKey, ast.StringTerm(actions[n%len(actions)])}),
			Resource: ast.ObjectTerm(members...),
			Context:  ast.ObjectTerm([2]*ast.Term{originKey, ast.StringTerm([]string{"hub", "qmc"}[n/2%2])}),
		})
	}
	for _, typ := range sitedata.SomeTypes(data, checkedTypes) {
		for _, id := range sitedata.SomeHandles(data, checkedResources, typ) {
			for range subjects {
				ask(typ, id)
			}
		}
	}
	for _, typ := range []string{"App", "Stream", "Unheard of"} {
		for i := range 4 {
			ask(typ, fmt.Sprint("unknown", i), [2]*ast.Term{ast.StringTerm("name"), ast.StringTerm("x")})
			ask(typ, fmt.Sprint("unknown", i))
		}
	}
	return requests
}
