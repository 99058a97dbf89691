package webdriver

import (
	"os"
	"testing"
)

// Axe returns a check that holds the page that a browser shows against the rules of
// axe-core, whose script QLIK2REGO_AXE names, and fails the test for each element that
// breaks one; what is said with it. The test is skipped where the script is not named.
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
