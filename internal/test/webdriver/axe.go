package webdriver

import (
	"os"
	"testing"
)

// Axe returns a function that checks the displayed page with axe-core and fails the test for each element that
// violates a rule; what describes the page. QLIK2REGO_AXE is the path of the axe-core script. Without it, the
// test is skipped.
func Axe(t *testing.T) func(b *Browser, what string) {
	t.Helper()
	name := os.Getenv("QLIK2REGO_AXE")
	if name == "" {
		t.Skip("QLIK2REGO_AXE does not name axe.min.js: (cd .ci/browser && npm ci), then .ci/browser/node_modules/axe-core/axe.min.js")
	}
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(b *Browser, what string) {
		b.Helper()
		if there, _ := b.Run(`return typeof axe === "object"`).(bool); !there {
			b.Run(string(source))
		}
		b.settle()
		var found []string
		b.Post("/execute/async", map[string]any{"script": `
			const done = arguments[0];
			axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(
				(r) => done(r.violations.map((v) => v.id + ": " + v.nodes[0].html)), (e) => done([String(e)]));`, "args": []any{}}, &found)
		for _, one := range found {
			b.Errorf("%s: %s", what, one)
		}
	}
}
