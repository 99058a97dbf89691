package policies_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/policies"
)

// emptyPolicy is the generated code for a rule set without rules.
const emptyPolicy = `package qlik.types

default may(_, _, _) := false

default granted_by(_, _, _) := set()

default actions(_, _) := set()
`

const benchSite = `{"site": {
	"held": {"app": true, "user": true},
	"subjects": {"acme\\anna": "u1"},
	"entities": {
		"user": {"u1": {"name": "anna", "@department": ["sales"], "group": ["emea", "sales"]}},
		"app": {"a1": {"name": "q1", "stream": "s1", "owner": "u1", "@groupaccess": ["sales"]}}
	}
}}`

// BenchmarkLibrary measures the cost of the library without rules: the decisions of an empty policy, compared with a
// constant rule, which is the minimum for OPA.
func BenchmarkLibrary(b *testing.B) {
	const (
		recorded  = `{"subject": {"type": "user", "id": "ACME\\Anna"}, "action": {"name": "read"}, "resource": {"type": "App", "id": "A1"}}`
		inContext = `{"subject": {"type": "user", "id": "ACME\\Anna"}, "action": {"name": "read"}, "resource": {"type": "App", "id": "A1"},
			"context": {"request_context": "hub", "environment": {"os": "Windows", "group": ["Sales", "EMEA"]}}}`
		unrecorded = `{"subject": {"type": "user", "id": "ACME\\Anna"}, "action": {"name": "read"}, "resource": {"type": "Stream", "id": "S1"}}`
		described  = `{"subject": {"type": "user", "id": "ACME\\Anna"}, "action": {"name": "create"},
			"resource": {"type": "App", "id": "A2", "properties": {"name": "new", "custom": {"GroupAccess": "Sales"}}}}`
	)
	constant := prepare(b, "data.constant.allow", emptyPolicy)
	for _, bm := range []struct{ name, query, input string }{
		{"allow/recorded", "data.qlik.authz.allow", recorded},
		{"allow/context", "data.qlik.authz.allow", inContext},
		{"allow/unrecorded", "data.qlik.authz.allow", unrecorded},
		{"allow/described", "data.qlik.authz.allow", described},
		{"decision/recorded", "data.qlik.authz.decision", recorded},
		{"actions/recorded", "data.qlik.authz.actions", recorded},
	} {
		b.Run(bm.name, func(b *testing.B) {
			query := prepare(b, bm.query, emptyPolicy)
			input := ast.MustParseTerm(bm.input).Value
			var floor, cost time.Duration
			// They take turns, so that a busy machine slows both.
			for b.Loop() {
				start := time.Now()
				evaluate(b, constant, input)
				between := time.Now()
				evaluate(b, query, input)
				floor += between.Sub(start)
				cost += time.Since(between)
			}
			b.ReportMetric(float64(cost.Nanoseconds())/float64(b.N), "ns/op")
			b.ReportMetric(float64(cost)/float64(floor), "x-constant")
		})
	}
}

func evaluate(tb testing.TB, query rego.PreparedEvalQuery, input ast.Value) {
	results, err := query.Eval(context.Background(), rego.EvalParsedInput(input))
	if err != nil || len(results) != 1 {
		tb.Fatalf("got %v, %v; want one result", results, err)
	}
}

// prepare returns the query for the library, the site and generated code.
func prepare(tb testing.TB, query, types string) rego.PreparedEvalQuery {
	tb.Helper()
	options := []func(*rego.Rego){
		rego.Query(query),
		rego.Store(inmem.NewFromReader(strings.NewReader(benchSite))),
		rego.Module("constant.rego", "package constant\n\nallow := true"),
		rego.Module("types.rego", types),
	}
	for _, module := range policies.Modules() {
		options = append(options, rego.Module(module.Path, module.Source))
	}
	prepared, err := rego.New(options...).PrepareForEval(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return prepared
}
