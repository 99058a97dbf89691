package engine_test

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// BenchmarkAuto evaluates allow from parsed requests, by OPA and compiled.
func BenchmarkAuto(b *testing.B) {
	for _, n := range []int{74, 1000} {
		w := newWorld(b, n)
		_, bundle := w.compiled(b, rulesOf(b, w, n))
		for name, options := range map[string][]engine.Option{"opa": nil, "auto": {engine.Auto}} {
			p, err := engine.Compile(bundle, options...)
			if err != nil {
				b.Fatal(err)
			}
			for _, entry := range []string{"allow", "decision", "granted_by", "actions"} {
				q, err := p.Query(b.Context(), "data.qlik.authz."+entry)
				if err != nil {
					b.Fatal(err)
				}
				if q.Refusal() != nil {
					b.Log(q.Refusal())
				}
				for _, typ := range []string{"App", "App.Object", "ReloadTask"} {
					b.Run(name+"/"+entry+"/"+typ, func(b *testing.B) {
						requests := w.requests(typ, 512)
						inputs := make([]engine.Request, len(requests))
						for i := range requests {
							inputs[i] = asRequest(b, requests[i])
						}
						i := 0
						b.ReportAllocs()
						for b.Loop() {
							if _, err := q.Ask(b.Context(), inputs[i%512].Input()); err != nil {
								b.Fatal(err)
							}
							i++
						}
					})
				}
			}
		}
	}
}
