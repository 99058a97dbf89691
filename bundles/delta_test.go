package bundles_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// TestDelta checks that the old bundle with the delta equals the new bundle, in this package and in OPA's own store.
func TestDelta(t *testing.T) {
	name := rapid.SampledFrom([]string{"a", "b", "c/d", "e~f", "100%", "~1", "%2F", "é\\x", "\u001f0\u001fx", "acme\\anna"})
	entity := rapid.MapOf(name, rapid.OneOf(rapid.Map(rapid.SampledFrom([]string{"x", "y"}), any2[string]), rapid.Just[any]([]any{"p", "q"})))
	site := rapid.Custom(func(t *rapid.T) map[string]any {
		types := rapid.MapOfN(name, rapid.MapOfN(name, entity, 1, 5), 0, 3)
		return map[string]any{
			"entities": types.Draw(t, "entities"), "nested": types.Draw(t, "nested"),
			"held": rapid.MapOf(name, rapid.Just(true)).Draw(t, "held"), "subjects": rapid.MapOf(name, name).Draw(t, "subjects"),
		}
	})
	old, now, delta := t.TempDir()+"/old.tar.gz", t.TempDir()+"/new.tar.gz", t.TempDir()+"/delta.tar.gz"
	rapid.Check(t, func(r *rapid.T) {
		for path, content := range map[string]map[string]any{old: site.Draw(r, "old"), now: site.Draw(r, "new")} {
			text, err := json.Marshal(content)
			if err != nil {
				r.Fatal(err)
			}
			write(t, path, build(t, policy(), source(string(text)), bundles.Everything))
		}
		var written bytes.Buffer
		if _, err := bundles.WriteDelta(t.Context(), &written, old, now); err != nil {
			r.Fatal(err)
		}
		write(t, delta, written.Bytes())

		changed, err := bundles.Open(t.Context(), old, delta)
		if err != nil {
			r.Fatal(err)
		}
		want, err := bundles.Open(t.Context(), now)
		if err != nil {
			r.Fatal(err)
		}
		got, _ := changed.Data.Lookup()
		all, _ := want.Data.Lookup()
		if !reflect.DeepEqual(got, all) || !reflect.DeepEqual(changed.Manifests, want.Manifests) {
			r.Fatalf("with the delta it is %v, %v\nwant %v, %v", got, changed.Manifests, all, want.Manifests)
		}
		if got := stock(t, old, delta); !reflect.DeepEqual(got, stock(t, now)) {
			r.Fatalf("OPA has %v, want %v", got, all)
		}
	})
}

// stock returns the site data after OPA has activated the bundles one by one.
func stock(t *testing.T, paths ...string) any {
	t.Helper()
	store, compiler := inmem.New(), ast.NewCompiler()
	for _, path := range paths {
		b, err := bundle.NewReader(bytes.NewReader(read(t, path))).Read()
		if err != nil {
			t.Fatal(err)
		}
		err = storage.Txn(t.Context(), store, storage.WriteParams, func(txn storage.Transaction) error {
			return bundle.Activate(&bundle.ActivateOpts{
				Ctx: t.Context(), Store: store, Txn: txn, Compiler: compiler, Metrics: metrics.New(),
				Bundles: map[string]*bundle.Bundle{"qlik": &b}, ParserOptions: ast.ParserOptions{RegoVersion: ast.RegoV1},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	data, err := storage.ReadOne(t.Context(), store, storage.MustParsePath("/site"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDeltaRefuses(t *testing.T) {
	manifest := `{"revision": "r", "roots": ["qlik", "site"], "metadata": {"language": "1"}}`
	module := "package qlik.types\n"
	whole := func(site string) string {
		return save(t, pack(t, ".manifest", manifest, "qlik/types/index.rego", module, "site/data.json", site))
	}
	change := func(patch string) string { return save(t, pack(t, ".manifest", manifest, "patch.json", patch)) }
	base := whole(`{"a": 1}`)
	for _, c := range []struct {
		name, path, want string
	}{
		{"outside the roots", change(`{"data": [{"op": "upsert", "path": "/other/x", "value": 1}]}`), `operation 1, upsert /other/x is outside the roots ["qlik" "site"]`},
		{"above the roots", change(`{"data": [{"op": "upsert", "path": "/", "value": {}}]}`), "operation 1, upsert / is outside the roots"},
		{"nothing to remove", change(`{"data": [{"op": "remove", "path": "/site/b"}]}`), "operation 1, remove /site/b: nothing is there"},
		{"invalid JSON", change(`{"data": [`), "patch.json: unexpected EOF"},
		{"other roots", save(t, pack(t, ".manifest", `{"roots": ["site"]}`, "patch.json", `{"data": []}`)), `it changes a bundle with the roots ["site"], but there is no such bundle`},
		{"with data", save(t, pack(t, ".manifest", manifest, "patch.json", `{"data": []}`, "site/data.json", `{}`)), "a delta bundle has only changes"},
		{"with policy", save(t, pack(t, ".manifest", manifest, "patch.json", `{"data": []}`, "x.rego", "package x")), "a delta bundle has only changes"},
	} {
		if _, err := bundles.Open(t.Context(), base, c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	for _, c := range []struct {
		name, path, want string
	}{
		{"out of order", whole(`{"b": 1, "a": 1}`), `the name "a" comes after "b"`},
		{"twice", whole(`{"a": 1, "a": 1}`), `the name "a" comes after "a"`},
		{"cut off", whole(`{"a": 1`), "unexpected EOF"},
		{"without a manifest", save(t, pack(t, "qlik/types/index.rego", module, "site/data.json", `{"a": 2}`)), "no .manifest in it"},
		{"rules after the data", save(t, pack(t, "site/data.json", `{"a": 2}`, ".manifest", manifest, "qlik/other.rego", module)), "the rules of"},
	} {
		if _, err := bundles.WriteDelta(t.Context(), &bytes.Buffer{}, base, c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
