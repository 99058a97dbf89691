package engine_test

import (
	"fmt"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

func asRequest(tb testing.TB, text []byte) engine.Request {
	tb.Helper()
	v, err := engine.ParseRequest(text)
	if err != nil {
		tb.Fatal(err)
	}
	r := ast.NewTerm(v)
	return engine.Request{
		Subject: r.Get(ast.StringTerm("subject")), Action: r.Get(ast.StringTerm("action")),
		Resource: r.Get(ast.StringTerm("resource")), Context: r.Get(ast.StringTerm("context")),
	}
}

// BenchmarkPoint decides batches of one subject with compiled code; the result is the time of a whole
// batch.
func BenchmarkPoint(b *testing.B) {
	for _, rules := range []int{100, 1000} {
		w := newWorld(b, rules)
		_, bundle := w.compiled(b, rulesOf(b, w, rules))
		p, err := engine.NewEntryPoint(b.Context(), bundle, engine.QlikEntryPoint, engine.Auto)
		if err != nil {
			b.Fatal(err)
		}
		var requests []engine.Request
		for _, text := range w.requests("App", 512) {
			requests = append(requests, asRequest(b, text))
		}
		for _, explain := range []bool{false, true} {
			for _, size := range []int{1, 100} {
				b.Run(fmt.Sprintf("rules=%d/explain=%t/items=%d", rules, explain, size), func(b *testing.B) {
					at := 0
					b.ReportAllocs()
					for b.Loop() {
						items := make([]engine.Request, size)
						for i := range items {
							items[i] = requests[(at+i)%len(requests)]
							items[i].Subject, items[i].Context = requests[at%len(requests)].Subject, requests[at%len(requests)].Context
						}
						at += size
						if _, err := p.Evaluate(b.Context(), items, explain); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
