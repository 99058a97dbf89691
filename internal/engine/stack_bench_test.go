package engine_test

import (
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/deepstack"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// BenchmarkNewGoroutine decides each request on a new goroutine, like the decision point.
func BenchmarkNewGoroutine(b *testing.B) {
	w := newWorld(b, 100)
	_, bundle := w.compiled(b, rulesOf(b, w, 100))
	p, err := engine.NewEntryPoint(b.Context(), bundle, engine.QlikEntryPoint, engine.Auto)
	if err != nil {
		b.Fatal(err)
	}
	var requests []engine.Request
	for _, text := range w.requests("App", 512) {
		requests = append(requests, asRequest(b, text))
	}
	for _, reserve := range []bool{false, true} {
		b.Run(fmt.Sprintf("reserve=%t", reserve), func(b *testing.B) {
			at := 0
			for b.Loop() {
				done := make(chan error)
				go func() {
					if reserve {
						deepstack.Reserve()
					}
					_, err := p.Evaluate(b.Context(), requests[at%len(requests):at%len(requests)+1], true)
					done <- err
				}()
				if err := <-done; err != nil {
					b.Fatal(err)
				}
				at++
			}
		})
	}
}
