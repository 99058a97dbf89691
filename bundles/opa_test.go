package bundles_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// opaReads reads a bundle like OPA's plugin.
func opaReads(t *testing.T, lazy bool, files ...string) *bundle.Bundle {
	t.Helper()
	b, err := bundle.NewReader(bytes.NewReader(pack(t, files...))).WithLazyLoadingMode(lazy).Read()
	if err != nil {
		t.Fatal(err)
	}
	return &b
}

// TestFromOPA converts bundles that OPA has read, lazily or not, in JSON or YAML. The digest depends on all of their
// content.
func TestFromOPA(t *testing.T) {
	files := []string{
		".manifest", `{"revision":"r1","roots":["p","d/e"],"metadata":{"view":"v1"}}`,
		"p.rego", "package p\n\nallow := true\n",
		"d/e/data.json", `{"n":12345678901234567890,"o":{"a":[1,{"b":null}]}}`,
		"d/e/f/data.yaml", "g: [true, 1.50]\n",
	}
	digests := map[string]bool{}
	var data []any
	for _, lazy := range []bool{true, false} {
		b, digest, err := bundles.FromOPA(opaReads(t, lazy, files...))
		if err != nil {
			t.Fatal(err)
		}
		digests[digest] = true
		if m := b.Manifests[0]; m.Revision != "r1" || m.Metadata.View != "v1" || !reflect.DeepEqual(m.Roots, []string{"p", "d/e"}) {
			t.Errorf("the manifest is %+v", m)
		}
		if len(b.Modules) != 1 || b.Modules[0].Path != "p.rego" || string(b.Modules[0].Source) != files[3] {
			t.Errorf("the modules are %+v", b.Modules)
		}
		got, _ := b.Data.Lookup()
		data = append(data, got)
	}
	if want := `{"d":{"e":{"f":{"g":[true,1.5]},"n":12345678901234567890,"o":{"a":[1,{"b":null}]}}}}`; asJSON(t, data[0]) != want || !reflect.DeepEqual(data[0], data[1]) {
		t.Errorf("the data is %s and %s, want %s", asJSON(t, data[0]), asJSON(t, data[1]), want)
	}
	again, digest, err := bundles.FromOPA(opaReads(t, true, files...))
	if err != nil || !digests[digest] || again == nil {
		t.Errorf("the same bundle has a different digest: %v", err)
	}
	for i := 1; i < len(files); i += 2 {
		other := append([]string{}, files...)
		other[i] = strings.Replace(other[i], "1", "2", 1) + " "
		if _, digest, err := bundles.FromOPA(opaReads(t, true, other...)); err != nil || digests[digest] {
			t.Errorf("%s changes nothing in the digest: %v", files[i-1], err)
		}
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFromOPARefuses(t *testing.T) {
	for _, c := range []struct {
		files []string
		want  string
	}{
		{[]string{".manifest", `{"revision":"r","roots":["a"]}`, "b/data.json", "{}"}, `data.b is outside the roots ["a"] of the manifest`},
		{[]string{".manifest", `{"revision":"r","roots":["a/b"]}`, "a/c/data.json", `{"x":1}`}, `data.a.c is outside the roots ["a/b"] of the manifest`},
		{[]string{"data.json", `{"a":1,"a":2}`}, `data.json: the name "a" is there twice`},
		{[]string{"data.json", `{"a":`}, "data.json: "},
		{[]string{"data.json", `{"a":1}`, "a/data.json", `{"b":1}`}, "there is data at data.a already"},
		{[]string{"policy.wasm", "x"}, "only Rego is supported"},
	} {
		if _, _, err := bundles.FromOPA(opaReads(t, true, c.files...)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.files, err, c.want)
		}
	}
}

// TestJoinSharesAndKeeps joins bundles that are also joined with others.
func TestJoinSharesAndKeeps(t *testing.T) {
	part := func(files ...string) *bundles.Bundle {
		b, _, err := bundles.FromOPA(opaReads(t, true, files...))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	policy := part(".manifest", `{"roots":["a/p"]}`, "p.rego", "package a.p\n\nallow := true\n", "a/p/data.json", `{"x":1}`)
	first := part(".manifest", `{"roots":["a/d"]}`, "a/d/data.json", `{"x":1}`)
	second := part(".manifest", `{"roots":["a/d"]}`, "a/d/data.json", `{"x":2}`)
	for want, other := range map[string]*bundles.Bundle{`{"a":{"d":{"x":1},"p":{"x":1}}}`: first, `{"a":{"d":{"x":2},"p":{"x":1}}}`: second} {
		for range 2 {
			b, err := bundles.Join(policy, other)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := b.Data.Lookup(); asJSON(t, got) != want {
				t.Errorf("%s, want %s", asJSON(t, got), want)
			}
		}
	}
	if _, err := bundles.Join(first, second); err == nil || err.Error() != `the bundles overlap: both have "a/d"` {
		t.Error(err)
	}
	if _, err := bundles.Join(first); err != bundles.ErrNoPolicy { //nolint:errorlint // it is returned as it is
		t.Error(err)
	}
}

// TestDeltasAreOPAs compares deltas with OPA's own store. The bundle that they change is not modified.
func TestDeltasAreOPAs(t *testing.T) {
	name := rapid.SampledFrom([]string{"a", "b", "c", "d~e", "f/g", ""})
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaf := rapid.Map(rapid.IntRange(0, 9), func(n int) any { return json.Number(string(rune('0' + n))) })
		if depth == 0 {
			return leaf
		}
		return rapid.OneOf(leaf, rapid.Map(rapid.MapOfN(name, value(depth-1), 0, 4), func(m map[string]any) any { return m }))
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	rapid.Check(t, func(rt *rapid.T) {
		data := rapid.MapOfN(rapid.SampledFrom([]string{"a", "b"}), value(3), 0, 2).Draw(rt, "data")
		before := asJSON(t, data)
		from, digest, err := bundles.FromOPA(opaReads(t, true, ".manifest", `{"revision":"r1","roots":["a","b"]}`, "p.rego", "package a.p\n", "data.json", before))
		if err != nil {
			rt.Fatal(err)
		}
		store := inmem.NewFromObject(data)
		delta := &bundle.Bundle{Manifest: bundle.Manifest{Revision: "r2", Roots: &[]string{"a", "b"}}}
		var fails error
		for range rapid.IntRange(1, 4).Draw(rt, "operations") {
			path := append([]string{rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "root")}, rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d~e", "f/g"}), 0, 3).Draw(rt, "path")...)
			op := bundle.PatchOperation{Op: rapid.SampledFrom([]string{"upsert", "replace", "remove"}).Draw(rt, "op"), Value: value(2).Draw(rt, "value")}
			escaped := make([]string, len(path))
			for i, p := range path {
				escaped[i] = escape.Replace(p)
			}
			op.Path = strings.Join(escaped, "/")
			delta.Patch.Data = append(delta.Patch.Data, op)
			kind := map[string]storage.PatchOp{"upsert": storage.AddOp, "replace": storage.ReplaceOp, "remove": storage.RemoveOp}[op.Op]
			// One transaction per operation: within a transaction, OPA's store does not find the results of the
			// operations before.
			fails = storage.Txn(t.Context(), store, storage.WriteParams, func(txn storage.Transaction) error {
				if op.Op == "upsert" {
					if err := storage.MakeDir(t.Context(), store, txn, path[:len(path)-1]); err != nil {
						return err
					}
				}
				return store.Write(t.Context(), txn, kind, path, op.Value)
			})
			if fails != nil {
				break
			}
		}
		changed, other, err := from.Patched(digest, delta)
		if (err != nil) != (fails != nil) {
			rt.Fatalf("%s with %s: %v, and OPA says %v", before, asJSON(t, delta.Patch), err, fails)
		}
		if kept, _ := from.Data.Lookup(); asJSON(t, kept) != before {
			rt.Fatalf("%s became %s", before, asJSON(t, kept))
		}
		if err != nil {
			return
		}
		want, err := storage.ReadOne(t.Context(), store, storage.RootPath)
		if err != nil {
			rt.Fatal(err)
		}
		if got, _ := changed.Data.Lookup(); asJSON(t, got) != asJSON(t, want) || changed.Manifests[0].Revision != "r2" || other == digest {
			rt.Fatalf("%s with %s is %s, and OPA says %s", before, asJSON(t, delta.Patch), asJSON(t, got), asJSON(t, want))
		}
	})
}
