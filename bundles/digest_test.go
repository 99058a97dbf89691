package bundles_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// TestOpenDigest checks that the digest depends only on the content of the files.
func TestOpenDigest(t *testing.T) {
	const manifest = `{"roots": ["a"], "revision": "same"}`
	save := func(content []byte) string {
		name := filepath.Join(t.TempDir(), "bundle.tar.gz")
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	digest := func(names ...string) string {
		b, d, err := bundles.OpenDigest(t.Context(), bundles.ReadLimit, names...)
		if err != nil || len(b.Manifests) != len(names) {
			t.Fatal(err)
		}
		return d
	}
	first := pack(t, ".manifest", manifest, "a.rego", "package a")
	other := pack(t, ".manifest", manifest, "a.rego", "package a # other")
	data := pack(t, ".manifest", `{"roots": ["b"]}`, "b/data.json", `{}`)
	one := digest(save(first))
	if again := digest(save(first)); again != one || len(one) != 64 {
		t.Errorf("%s and %s of the same bytes", one, again)
	}
	if got := digest(save(other)); got == one {
		t.Error("different bytes have the same digest")
	}
	if got := digest(save(first), save(data)); got == one {
		t.Error("an additional file does not change the digest")
	}
	for _, bad := range []string{filepath.Join(t.TempDir(), "nowhere"), save(first[:len(first)/2]), save([]byte("rubbish"))} {
		if _, _, err := bundles.OpenDigest(t.Context(), bundles.ReadLimit, bad); err == nil || !strings.HasPrefix(err.Error(), "bundle "+bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestDocumentKeys(t *testing.T) {
	var d bundles.Document
	if err := d.PutJSON(strings.NewReader(`{"small": {"b": 1, "a": {}}, "list": [1], "empty": {}}`)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"small": {"a", "b"}, "small/a": nil, "small/b": nil, "list": nil, "empty": nil, "nowhere": nil,
	} {
		if got := d.Keys(strings.Split(path, "/")...); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := d.Keys(); !slices.Equal(got, []string{"empty", "list", "small"}) {
		t.Errorf("the digest of all files: %q", got)
	}
}
