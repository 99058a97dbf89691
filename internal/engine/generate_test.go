package engine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
)

// world is a site on disk with rules about it; the same number gives the same world.
type world struct {
	*mix.World
	dir string
}

func newWorld(b testing.TB, rules int) *world {
	b.Helper()
	w := &world{mix.New(mix.Usual(rules)), b.TempDir()}
	if err := w.Write(w.dir); err != nil {
		b.Fatal(err)
	}
	return w
}

// requests returns requests for reading resources of a type.
func (w *world) requests(typeName string, n int) [][]byte {
	list := make([][]byte, n)
	for i, r := range w.Requests(typeName, n) {
		list[i] = r.JSON()
	}
	return list
}

// rulesOf returns a file with n rules about a world. 0 is a single rule without a condition, and 74 are
// the rules of a real site, which is not in this repository.
func rulesOf(b *testing.B, w *world, n int) string {
	b.Helper()
	if n == 74 {
		corpus := os.Getenv("QLIK_CORPUS")
		if corpus == "" {
			b.Skip("QLIK_CORPUS is not set: no real rules")
		}
		return filepath.Join(corpus, "site-export", "systemrule.json")
	}
	rules := mix.Empty()
	if n > 0 {
		rules = w.Rules(n)
	}
	name := filepath.Join(b.TempDir(), "rules.json")
	if err := mix.WriteRules(name, rules); err != nil {
		b.Fatal(err)
	}
	return name
}

type fields map[string]any

func writeJSON(b testing.TB, name string, v any) {
	b.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		b.Fatal(err)
	}
}

// compiled compiles the rules of a file and prepares them with the world's site.
func (w *world) compiled(b testing.TB, rulesFile string) (*engine.Engine, *bundles.Bundle) {
	b.Helper()
	rules, found := ruleset.Read(rulesFile)
	policy, more := compiler.Compile(rules, compiler.Options{})
	if policy == nil || found.HasErrors() {
		b.Fatalf("the rules do not compile: %v %v", found, more)
	}
	site, found := snapshot.Open(w.dir, nil)
	if found.HasErrors() {
		b.Fatal(found)
	}
	bundle, err := bundles.InMemory(b.Context(), policy, projected(site, policy))
	if err != nil {
		b.Fatal(err)
	}
	e, err := engine.New(b.Context(), bundle)
	if err != nil {
		b.Fatal(err)
	}
	return e, bundle
}
